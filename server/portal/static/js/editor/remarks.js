// What there is to mend: each remark beside the field it is about, and all of them in a list.
import { button, count, el } from "./parts.js";

export class Remarks {
  constructor(keeper, places, told) {
    this.keeper = keeper;
    this.places = places; // list, count, words of the submit dialog
    this.told = told;
    this.all = [];
    this.gate = { review: [], release: [] };
    this.opened = new Set(); // explanations that somebody reads: they stay open when the remarks are drawn anew
  }

  take(told) {
    this.all = told.remarks;
    this.gate = told.gate;
    this.drawList();
    this.told.changed();
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), 600);
  }

  async ask() {
    const { ok, told } = await this.keeper.ask("remarks");
    if (ok) this.take(told);
  }

  level(step) {
    return ["error", "warning"].find((each) => this.all.some((remark) => remark.step === step && remark.level === each)) ?? null;
  }

  // beside the fields of the sheet that is open
  place(sheet) {
    for (const old of sheet.querySelectorAll(".remarks-here")) old.remove();
    for (const old of sheet.querySelectorAll(".has-remark")) old.classList.remove("has-remark", "error", "warning", "hint");
    const step = sheet.dataset.step || null;
    for (const remark of this.all.filter((each) => each.step === step)) {
      const place = nearest(sheet, remark.at.length ? remark.at : String(remark.field ?? "").split(".").filter(Boolean));
      if (place.classList.contains("expressing") && remark.rule === "") continue;
      let here = place.querySelector(":scope > .remarks-here");
      if (!here) {
        here = el("div", { class: "remarks-here" });
        if (place === sheet) sheet.prepend(here);
        else place.append(here);
      }
      here.append(el("div", { class: `field-remark ${remark.level}` }, [el("p", { dir: "auto" }, sentence(remark)), ...this.why(remark)]));
      for (let around = place.closest("details"); around; around = around.parentElement.closest("details")) around.classList.add("has-remark", remark.level);
    }
  }

  why(remark) {
    const about = this.told.rules()[remark.rule];
    if (!about) return [];
    const key = [remark.step, remark.rule, remark.at.join(".")].join(" ");
    const lines = [el("p", {}, about.why), ...[["not", "bad"], ["but", "good"]].map(([word, which]) => el("p", {}, [el("b", {}, `${word}: `), el("span", { dir: "auto" }, about[which])]))];
    const shown = el("details", { class: "why", open: this.opened.has(key) }, [el("summary", {}, remark.rule), ...lines]);
    shown.addEventListener("toggle", () => (shown.open ? this.opened.add(key) : this.opened.delete(key)));
    return [shown];
  }

  drawList() {
    const counts = (level) => this.all.filter((remark) => remark.level === level).length;
    const [errors, warnings, hints] = ["error", "warning", "hint"].map(counts);
    const parts = [errors && count(errors, "error"), warnings && count(warnings, "warning"), hints && count(hints, "hint")].filter(Boolean);
    this.places.count.textContent = parts.join(", ") || "nothing";
    this.places.list.replaceChildren(
      ...this.all.slice(0, 200).map((remark) => {
        const line = el("li", { class: remark.level, tabindex: 0 }, [el("small", {}, [this.told.title(remark.step), remark.rule || "not valid"].filter(Boolean).join(" · ")), el("span", {}, spoken(remark.message)), el("small", {}, spoken(remark.mend))]);
        line.addEventListener("click", () => this.told.open(remark.step, remark.at.join(".")));
        line.addEventListener("keydown", (event) => event.key === "Enter" && this.told.open(remark.step, remark.at.join(".")));
        return line;
      }),
      ...(this.all.some((remark) => remark.rule === "damaged") ? [el("li", { class: "error" }, button("Mend this draft", () => this.told.mend(), { class: "main" }))] : []),
    );
    this.drawGate();
  }

  // one truth about what blocks: what is no valid document is not reviewed; what the checker calls an error is not released
  drawGate() {
    const { review, release } = this.gate;
    const list = (all) => el("ul", { class: "blocks-list" }, all.slice(0, 6).map((each) => el("li", { dir: "auto" }, spoken(each))));
    const { words, submit } = this.places;
    submit.disabled = review.length > 0;
    if (review.length) words.replaceChildren(el("p", { class: "field-remark error" }, `It cannot be submitted: ${count(review.length, "thing")} ${review.length === 1 ? "has" : "have"} to be mended first.`), list(review));
    else if (release.length) words.replaceChildren(el("p", { class: "field-remark warning" }, `It can be reviewed, but not released as it is: ${count(release.length, "finding")} ${release.length === 1 ? "blocks" : "block"} it, unless an administrator releases it with a reason.`), list(release));
    else words.replaceChildren(el("p", {}, "Say what has changed, for who reviews it."));
  }
}

// what a document's file calls a field -> what the sheet calls it
const FIELDS = { alt: "What it shows", at_most: "at most", checks: "Checks", device: "Device", governed_by: "Procedures that govern it", high: "Upper limit", id: "Name", low: "Lower limit", maximum: "At most", minimum: "At least", next: "Ways on", parameters: "Parameters of the work order", parts: "Parts", prompt: "What is asked", safety: "Safety notices", standard_time: "Standard time", tools: "Tools", unit: "Unit", when: "Only when" };
const spoken = (words) => String(words ?? "").replace(/`([a-z_]+)`/g, (whole, name) => (FIELDS[name] ? `“${FIELDS[name]}”` : whole));
const sentence = (remark) => [remark.message, remark.mend].filter(Boolean).map(spoken).join(" – ");

function nearest(sheet, at) {
  for (let end = at.length; end > 0; end -= 1) {
    const found = sheet.querySelector(`[data-at="${CSS.escape(at.slice(0, end).join("."))}"]`);
    if (found) return found;
  }
  return sheet.querySelector('[data-at="title"]') ?? sheet;
}

// opens what is folded around a field, and goes there
export function reveal(sheet, at) {
  const keys = at.split(".").filter(Boolean);
  if (!keys.length) return;
  for (let end = 1; end <= keys.length; end += 1) {
    const found = sheet.querySelector(`[data-at="${CSS.escape(keys.slice(0, end).join("."))}"]`);
    if (found instanceof HTMLDetailsElement) found.open = true;
  }
  requestAnimationFrame(() => {
    const found = nearest(sheet, keys);
    for (let around = found.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
    found.scrollIntoView({ block: "center" });
    found.querySelector("input, textarea, select")?.focus({ preventScroll: true });
  });
}
