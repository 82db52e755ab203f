// Files are sent one after the other; each answers with its drafts, or with why it was refused.
import { el } from "./editor/parts.js";

const by = (id) => document.getElementById(id);
const token = by("import").dataset.csrf;

async function take(files) {
  by("done-card").hidden = false;
  const progress = by("progress");
  progress.hidden = false;
  progress.max = files.length;
  for (const [number, file] of [...files].entries()) {
    progress.value = number + 0.3;
    const answer = await fetch("/import", { method: "PUT", headers: { "X-CSRF-Token": token, "X-Name": encodeURIComponent(file.name) }, body: file }).catch(() => null);
    const told = await answer?.json().catch(() => null);
    if (answer?.ok) for (const draft of told) by("done").append(made(draft));
    else by("done").append(el("li", { class: "error" }, [el("b", {}, file.name), el("span", {}, ` ${told?.detail ?? "The server does not answer."}`)]));
    progress.value = number + 1;
  }
}

function made(draft) {
  return el("li", {}, [
    el("a", { href: `/drafts/${draft.id}`, dir: "auto" }, draft.title),
    el("small", {}, `${draft.steps} steps, ${draft.notes.length} notes for a person`),
    el("details", {}, [el("summary", {}, "What needs a person"), el("ul", {}, draft.notes.slice(0, 100).map((note) => el("li", { dir: "auto" }, note)))]),
  ]);
}

by("choose").addEventListener("click", () => by("files").click());
by("files").addEventListener("change", () => take(by("files").files));
by("drop").addEventListener("dragover", (event) => {
  event.preventDefault();
  by("drop").classList.add("over");
});
by("drop").addEventListener("dragleave", () => by("drop").classList.remove("over"));
by("drop").addEventListener("drop", (event) => {
  event.preventDefault();
  by("drop").classList.remove("over");
  take(event.dataTransfer.files);
});
