// Conditions: what they may name, completion at the caret, whether they fit, and what they give for values that are tried.
import { el } from "./parts.js";

const WAIT = 250;
const TOKEN = /[A-Za-z_][\w.]*$/;
const QUOTED = /([A-Za-z_][\w.]*)\s*(?:==|!=)\s*'([^']*)$|'([^']*)$/;

export class Conditions {
  constructor(keeper) {
    this.keeper = keeper;
    this.store = `stepline values ${keeper.draft}`;
    this.values = JSON.parse(localStorage.getItem(this.store) ?? "{}");
    this.names = [];
    this.tried = [];
    this.attached = new Set();
    this.heard = () => {};
  }

  try(name, value) {
    if (value === "" || value === null || (Array.isArray(value) && !value.length)) delete this.values[name];
    else this.values[name] = value;
    localStorage.setItem(this.store, JSON.stringify(this.values));
    this.soon();
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), WAIT);
  }

  async refresh() {
    const answer = await this.keeper.put("conditions", { values: this.values }).catch(() => null);
    if (!answer?.ok) return;
    const told = await answer.json();
    this.names = told.names;
    this.tried = told.tried;
    this.show();
    this.heard();
  }

  show() {
    for (const each of [...this.attached]) {
      if (!each.made.isConnected) this.attached.delete(each);
      else {
        this.judge(each);
        each.again();
      }
    }
  }

  judge({ written, step, at, verdict, wrong }) {
    const found = this.tried.find((each) => each.step === step && each.at.join(".") === at);
    const current = found && found.text.trim() === written.value.trim();
    verdict.textContent = current && found.ok ? shown(found.value) : "";
    verdict.className = `verdict ${current && found.ok ? String(found.value) : ""}`;
    verdict.title = current && found.ok ? "What it gives for the test values" : "";
    wrong.textContent = current && !found.ok ? [found.message, found.mend].filter(Boolean).join("; ") : "";
    written.setAttribute("aria-invalid", String(Boolean(current && !found.ok)));
  }

  attach(made, written, step, at) {
    const verdict = el("span", { class: "verdict", role: "status" });
    const wrong = el("p", { class: "field-remark error", role: "status" });
    made.classList.add("expressing");
    made.prepend(verdict); // beside the label, no part of it
    made.append(wrong);
    const entry = { made, written, step, at, verdict, wrong, again: completing(written, () => this.names) };
    this.attached.add(entry);
    written.addEventListener("input", () => {
      wrong.textContent = "";
      verdict.textContent = "";
      verdict.className = "verdict";
    });
    this.judge(entry);
  }
}

export const shown = (value) => (value === null || value === undefined ? "not known" : String(value));

// what fits where the caret stands: names, or the values of the name that is compared
export function candidates(text, names) {
  const quoted = text.split("'").length % 2 === 0 ? QUOTED.exec(text) : null; // the caret stands inside quotes
  if (quoted) {
    const known = names.find((each) => each.name === quoted[1])?.values ?? names.find((each) => each.name === "options")?.values ?? [];
    const begun = quoted[2] ?? quoted[3];
    const found = known.filter((value) => value.slice(1, -1).startsWith(begun)).map((value) => ({ insert: value, label: value, about: "", cut: begun.length + 1 }));
    return found;
  }
  const begun = TOKEN.exec(text)?.[0] ?? "";
  if (!begun && text.trim() && !/[(&|!=<>+*/,-]\s*$/.test(text)) return [];
  const lower = begun.toLowerCase();
  const rank = (each) => (each.name.toLowerCase().startsWith(lower) ? 0 : 1);
  return names
    .filter((each) => `${each.name} ${each.about}`.toLowerCase().includes(lower) && each.name !== begun)
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, 12)
    .map((each) => ({ insert: each.name, label: each.name, about: `${each.type} · ${each.about}${each.values.length ? ` · ${each.values.slice(0, 4).join(" ")}` : ""}`, cut: begun.length }));
}

let counter = 0;
// gives what is to be called when the names have come: who typed before them is offered them all the same
function completing(written, names) {
  const box = el("ul", { class: "completions", role: "listbox", hidden: true, id: `completions-${(counter += 1)}` });
  written.setAttribute("role", "combobox");
  written.setAttribute("aria-autocomplete", "list");
  written.setAttribute("aria-controls", box.id);
  written.setAttribute("aria-expanded", "false");
  written.closest("label").after(el("div", { class: "completing" }, box)); // beside the label, or its words would be the label's
  let found = [];
  let chosen = -1;
  let asked = false;

  function offer() {
    asked = true;
    found = candidates(written.value.slice(0, written.selectionStart), names());
    chosen = -1;
    draw();
  }

  function draw() {
    box.hidden = !found.length;
    written.setAttribute("aria-expanded", String(!box.hidden));
    box.replaceChildren(
      ...found.map((each, place) => {
        const line = el("li", { role: "option", "aria-selected": String(place === chosen), id: `${box.id}-${place}` }, [el("b", {}, each.label), el("small", { dir: "auto" }, each.about)]);
        line.addEventListener("mousedown", (event) => {
          event.preventDefault();
          take(place);
        });
        return line;
      }),
    );
    if (chosen >= 0) written.setAttribute("aria-activedescendant", `${box.id}-${chosen}`);
    else written.removeAttribute("aria-activedescendant");
    box.children[chosen]?.scrollIntoView({ block: "nearest" });
  }

  function take(place) {
    const each = found[place];
    const caret = written.selectionStart;
    const behind = written.value[caret] === "'" && each.insert.endsWith("'") ? 1 : 0;
    written.setRangeText(each.insert, caret - each.cut, caret + behind, "end");
    written.dispatchEvent(new InputEvent("input", { bubbles: true }));
    close();
  }

  function close() {
    asked = false;
    found = [];
    draw();
  }

  written.addEventListener("input", offer);
  written.addEventListener("focus", () => written.value || offer());
  written.addEventListener("click", () => written.value || offer());
  written.addEventListener("blur", close);
  written.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && box.hidden) event.preventDefault();
    if (event.ctrlKey && event.key === " ") {
      event.preventDefault();
      offer();
    } else if (!box.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      chosen = (chosen + (event.key === "ArrowDown" ? 1 : -1) + found.length + (chosen < 0 && event.key === "ArrowUp" ? 1 : 0)) % found.length;
      draw();
    } else if (!box.hidden && (event.key === "Enter" || (event.key === "Tab" && chosen >= 0))) {
      event.preventDefault();
      take(Math.max(0, chosen));
    } else if (!box.hidden && event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  return () => asked && box.hidden && document.activeElement === written && offer();
}
