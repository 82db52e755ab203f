// Files are sent one after the other; each answers draft by draft, or with why it was refused.
import { count, el } from "./editor/parts.js";

const by = (id) => document.getElementById(id);
const { csrf, largest } = by("import").dataset;
let made = 0;

async function take(files) {
  by("moving").hidden = false;
  by("done-card").hidden = false;
  const all = [...files];
  for (const [number, file] of all.entries()) {
    by("moving-what").textContent = all.length > 1 ? `${file.name} (${number + 1} of ${all.length})` : file.name;
    by("moving-count").textContent = "Sending";
    by("progress").removeAttribute("value");
    await one(file).catch((problem) => refused(file.name, problem.message));
  }
  by("moving").hidden = true;
  for (const input of document.querySelectorAll("#files")) input.value = "";
}

async function one(file) {
  if (file.size > Number(largest)) throw new Error(`It has ${Math.round(file.size / 1e6)} MB; at most ${Math.round(Number(largest) / 1e6)} MB can be sent.`);
  const answer = await fetch("/import", { method: "PUT", headers: { "X-CSRF-Token": csrf, "X-Name": encodeURIComponent(file.name) }, body: file }).catch(() => null);
  if (!answer?.ok) {
    const told = await answer?.json().catch(() => null);
    throw new Error([told?.detail, told?.mend].filter(Boolean).join(" ") || "The server does not answer.");
  }
  let total = 1;
  let here = 0;
  for await (const told of lines(answer.body)) {
    if (told.total) total = told.total;
    else if (told.refused) refused(file.name, [told.refused, told.mend].filter(Boolean).join(" – "));
    else {
      here += 1;
      made += 1;
      by("done").append(draft(told));
      by("done-count").textContent = count(made, "draft");
    }
    by("progress").max = Math.max(total, here);
    by("progress").value = here;
    by("moving-count").textContent = total > 1 ? `${here} of ${total}` : here ? count(here, "draft") : "Reading";
  }
}

// the answer is a line of JSON for each draft, as it is made
async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    rest += value ?? "";
    const found = rest.split("\n");
    rest = done ? "" : found.pop();
    for (const line of found) if (line) yield JSON.parse(line);
    if (done) return;
  }
}

function refused(name, words) {
  by("done").append(el("li", { class: "error" }, [el("b", {}, name), el("span", {}, ` ${words}`)]));
}

function draft(told) {
  return el("li", {}, [
    el("a", { href: `/drafts/${told.id}`, dir: "auto" }, told.title),
    el("small", {}, `${count(told.steps, "step")}, ${told.notes.length ? `${count(told.notes.length, "thing")} for a person to look at: they stay with the draft` : "nothing left for a person"}`),
    told.notes.length ? el("details", {}, [el("summary", {}, "What needs a person"), el("ul", {}, told.notes.slice(0, 100).map((note) => el("li", { dir: "auto" }, note)))]) : null,
  ]);
}

by("choose").addEventListener("click", () => by("files").click());
by("files").addEventListener("change", () => take(by("files").files));
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  by("drop").classList.add("over");
});
document.addEventListener("dragleave", () => by("drop").classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  by("drop").classList.remove("over");
  if (event.dataTransfer.files.length) take(event.dataTransfer.files);
});
