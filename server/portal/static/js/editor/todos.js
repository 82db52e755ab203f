// What an import left to a person: beside its step, and in a list, until it is done or dismissed.
import { button, count, el } from "./parts.js";

export class Todos {
  constructor(keeper, card, told) {
    this.keeper = keeper;
    this.card = card;
    this.told = told;
    this.all = [];
  }

  open(step) {
    return this.all.filter((each) => each.state === "open" && (step === undefined || each.step === step));
  }

  async settle(todo, state) {
    const told = await this.keeper.send(`todos/${todo.id}`, { state });
    if (!told) return;
    this.all = told.todos;
    this.draw();
    this.told.changed();
  }

  line(todo, lead) {
    const tick = el("input", { type: "checkbox", "aria-label": `Done: ${todo.text}`, disabled: this.keeper.closed });
    tick.checked = todo.state !== "open";
    tick.addEventListener("change", () => this.settle(todo, tick.checked ? "done" : "open"));
    const words = el("span", { dir: "auto" }, todo.text);
    if (lead && todo.step) words.addEventListener("click", () => this.told.show(todo.step));
    return el("li", { class: `todo ${todo.state}` }, [tick, words, todo.state === "open" && !this.keeper.closed ? button("Dismiss", () => this.settle(todo, "dismissed"), { class: "small quiet" }) : el("small", {}, todo.state === "open" ? "" : `${todo.state} by ${todo.by}`)]);
  }

  draw() {
    this.card.hidden = !this.all.length;
    if (!this.all.length) return;
    const left = this.open();
    this.card.querySelector(".note").textContent = left.length ? `${count(left.length, "thing")} to look at` : "all looked at";
    const shown = this.card.querySelector("ul");
    const settled = this.all.filter((each) => each.state !== "open");
    shown.replaceChildren(...left.map((todo) => this.line(todo, true)), ...(settled.length ? [el("li", {}, el("details", {}, [el("summary", {}, `${settled.length} settled`), el("ul", { class: "remarks" }, settled.map((todo) => this.line(todo, true)))]))] : []));
  }

  // those of the step that is open, under its title
  place(sheet) {
    const here = sheet.querySelector("[data-todos]");
    if (here) here.replaceChildren(...(this.open(here.dataset.todos).length ? [el("ul", { class: "remarks" }, this.open(here.dataset.todos).map((todo) => this.line(todo, false)))] : []));
  }
}
