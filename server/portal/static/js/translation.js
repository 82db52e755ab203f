// Translations are kept as they are typed; a file that comes back says what of it was taken.
import { count, el } from "./editor/parts.js";

const root = document.getElementById("translation");
const { draft, language, csrf } = root.dataset;
const saved = document.getElementById("saved");
const waiting = new Map();
let timer = 0;
let sending = false;

function said(words, bad = false) {
  saved.textContent = words;
  saved.classList.toggle("bad", bad);
}

async function send() {
  clearTimeout(timer);
  if (sending || !waiting.size) return;
  sending = true;
  const batch = new Map(waiting);
  const answer = await fetch(`/drafts/${draft}/translation/${language}`, { method: "PUT", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify(Object.fromEntries(batch)) }).catch(() => null);
  sending = false;
  const told = await answer?.json().catch(() => null);
  if (!answer?.ok) {
    said(told?.detail ?? "Not saved: no connection. What you write is kept here.", true);
    if (!answer) timer = setTimeout(send, 3000);
    return;
  }
  for (const [key, text] of batch) {
    if (waiting.get(key) === text) waiting.delete(key);
    mark(key, text);
  }
  const here = document.querySelector(".language[aria-current] .note");
  const meter = document.querySelector(".language[aria-current] meter");
  if (here) here.textContent = `${told.done} of ${told.all}${told.stale ? ` · ${told.stale} stale` : ""}`;
  if (meter) {
    meter.max = told.all;
    meter.value = told.done;
  }
  said(waiting.size ? "Saving" : "Saved");
  if (waiting.size) send();
}

function mark(key, text) {
  const line = root.querySelector(`[data-key="${CSS.escape(key)}"]`).closest(".text");
  const tag = line.querySelector("[data-tag]");
  line.dataset.state = text.trim() ? "done" : "missing";
  tag.textContent = text.trim() ? "translated" : "open";
  tag.className = `tag ${text.trim() ? "good" : "bad"}`;
  line.querySelector("[data-still]")?.remove();
}

function put(written) {
  waiting.set(written.dataset.key, written.value);
  said("Saving");
  clearTimeout(timer);
  timer = setTimeout(send, 500);
}

root.addEventListener("input", (event) => event.target.matches("[data-key]") && put(event.target));
root.addEventListener("click", (event) => {
  const still = event.target.closest("[data-still]");
  if (still) put(still.parentElement.querySelector("[data-key]"));
  const show = event.target.closest("[data-show]");
  if (!show?.matches("a")) return;
  event.preventDefault();
  for (const each of show.parentElement.children) each.toggleAttribute("aria-current", each === show);
  root.querySelector(".texts").dataset.show = show.dataset.show;
});
window.addEventListener("beforeunload", (event) => waiting.size && event.preventDefault());

const file = document.getElementById("file");
document.getElementById("choose")?.addEventListener("click", () => file.click());
file?.addEventListener("change", async () => {
  const chosen = file.files[0];
  if (!chosen) return;
  await send();
  const answer = await fetch(`/drafts/${draft}/translation`, { method: "PUT", headers: { "X-CSRF-Token": csrf, "X-Name": encodeURIComponent(chosen.name) }, body: chosen }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  const findings = document.getElementById("findings");
  findings.hidden = false;
  file.value = "";
  if (!answer?.ok) {
    findings.replaceChildren(el("p", { class: "field-remark error", role: "alert" }, `${chosen.name}: ${[told?.detail, told?.mend].filter(Boolean).join("; ") || "the server does not answer"}.`));
    return;
  }
  findings.replaceChildren(
    el("p", { role: "status" }, el("b", {}, `${chosen.name}: ${count(told.taken, "text")} taken into ${told.language.toUpperCase()}${told.left.length ? `, ${told.left.length} not` : ""}.`)),
    told.left.length ? el("ul", { class: "remarks" }, told.left.map((each) => el("li", { class: "warning", dir: "auto" }, each))) : "",
    el("p", {}, el("a", { class: "button small", href: `?language=${told.language}` }, "Show them")),
  );
});
