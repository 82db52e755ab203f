// A draft's YAML: checked while it is typed, every message at its line, and kept when its writer says so.
import { count, el } from "./editor/parts.js";

const by = (id) => document.getElementById(id);
const page = by("source-page");
const { draft, csrf } = page.dataset;
const versions = JSON.parse(page.dataset.versions);
const text = by("text");
const began = text.value;
let timer = 0;
let newest = 0;

async function send(body) {
  const answer = await fetch(`/drafts/${draft}/source`, { method: "PUT", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify(body) }).catch(() => null);
  return { ok: Boolean(answer?.ok), told: await answer?.json().catch(() => null) };
}

async function check() {
  const number = (newest += 1);
  const { ok, told } = await send({ text: text.value });
  if (number !== newest || !ok) return;
  show(told);
}

function show(told) {
  const bad = new Set(told.messages.filter((each) => each.level === "error").map((each) => each.line));
  by("gutter").replaceChildren(...text.value.split("\n").map((_, place) => el("span", { class: bad.has(place + 1) ? "bad" : "" }, String(place + 1))));
  by("count").textContent = told.messages.length ? count(told.messages.length, "message") : "nothing";
  by("messages").replaceChildren(
    ...told.messages.map((each) => {
      const line = el("li", { class: each.level, tabindex: 0 }, [el("small", {}, `line ${each.line}`), el("span", {}, each.message), el("small", {}, each.mend)]);
      line.addEventListener("click", () => toLine(each.line));
      return line;
    }),
  );
  if (by("keep")) by("keep").disabled = !told.read || text.value === began;
}

function toLine(line) {
  const start = text.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  const end = text.value.indexOf("\n", start);
  text.focus();
  text.setSelectionRange(start, end < 0 ? text.value.length : end);
}

text.addEventListener("input", () => {
  by("saved").textContent = "Not kept yet";
  clearTimeout(timer);
  timer = setTimeout(check, 400);
});
text.addEventListener("keydown", (event) => {
  if (event.key !== "Tab" || event.shiftKey) return;
  event.preventDefault();
  text.setRangeText("  ", text.selectionStart, text.selectionEnd, "end");
});
by("keep")?.addEventListener("click", async () => {
  const { ok, told } = await send({ text: text.value, versions });
  if (!ok || !told.read) {
    by("saved").textContent = told?.detail ?? "It could not be kept.";
    return;
  }
  window.removeEventListener("beforeunload", warn);
  location.assign(told.apart ? `/drafts/${draft}/history` : `/drafts/${draft}`);
});
const warn = (event) => text.value !== began && event.preventDefault();
window.addEventListener("beforeunload", warn);
check();
