// The list of steps at the side: drawn, opened, moved by hand or keyboard, added and taken out.
import { numbered } from "./rows.js";
import { el, free } from "./parts.js";

export class Steps {
  constructor(list, keeper, hand, told) {
    this.list = list;
    this.keeper = keeper;
    this.hand = hand;
    this.told = told;
    this.dragged = false; // a list that is drawn anew would drop what somebody holds
  }

  get order() {
    const held = this.keeper.body("order");
    return (Array.isArray(held) ? held : []).filter((id) => this.keeper.body(`step:${id}`));
  }

  draw() {
    this.hand.later("steps", () => this.drawNow());
  }

  drawNow() {
    if (this.dragged) return;
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.step : null;
    let number = 0;
    const groups = new Map((this.keeper.body("head")?.step_groups ?? []).map((group) => [group.id, group.title]));
    let group = null;
    const made = [];
    this.order.forEach((id, place) => {
      const body = this.keeper.body(`step:${id}`);
      if (body.group !== group && groups.get(body.group)) made.push(el("li", { class: "heading", dir: "auto" }, groups.get(body.group)));
      group = body.group;
      const size = body.block ? this.told.blockSize(body) : 1;
      made.push(this.line(id, body, place, size > 1 ? `${number + 1}–${number + size}` : String(number + 1)));
      number += size;
    });
    this.list.replaceChildren(...made);
    if (focused) this.list.querySelector(`[data-step="${CSS.escape(focused)}"]`)?.focus();
  }

  line(id, body, place, number) {
    const picture = this.keeper.url(body.media?.[0]?.picture ?? body.media?.[0]?.poster);
    const { level, others, todos } = this.told.marks(id);
    const title = body.block ? `Block: ${this.told.blockTitle(body)}` : body.title || id;
    const line = el("li", { tabindex: 0, draggable: String(!this.keeper.closed), dir: "auto", "data-step": id, title, class: body.block ? "block" : "" }, [
      el("b", {}, number),
      body.block ? el("div", { class: "thumb of-block", "aria-hidden": "true" }, "⧉") : picture ? el("img", { src: picture, alt: "", loading: "lazy" }) : el("div", { class: "thumb" }),
      el("span", {}, title),
      el("i", { class: level ?? (todos ? "todo" : ""), title: level ? "There is something to mend" : todos ? "There is something to look at" : "" }),
      others ? el("em", { title: `${others} is here` }, others.slice(0, 1).toUpperCase()) : null,
    ]);
    if (id === this.told.open()) line.setAttribute("aria-current", "step");
    line.addEventListener("click", () => this.told.show(id));
    line.addEventListener("keydown", (event) => this.key(event, id));
    line.addEventListener("dragstart", (event) => {
      this.dragged = true;
      event.dataTransfer.setData("text/x-step", id);
    });
    line.addEventListener("dragend", () => {
      this.dragged = false;
      this.draw();
    });
    line.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("text/x-step")) return;
      event.preventDefault();
      line.classList.add("over");
    });
    line.addEventListener("dragleave", () => line.classList.remove("over"));
    line.addEventListener("drop", (event) => {
      if (!event.dataTransfer.types.includes("text/x-step")) return;
      event.preventDefault();
      this.dragged = false;
      this.move(event.dataTransfer.getData("text/x-step"), place);
    });
    return line;
  }

  key(event, id) {
    const lines = [...this.list.querySelectorAll("[data-step]")];
    const place = lines.findIndex((line) => line.dataset.step === id);
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by) {
      event.preventDefault();
      if (event.altKey) {
        this.move(id, place + by);
        this.list.querySelector(`[data-step="${CSS.escape(id)}"]`)?.focus();
      } else lines[place + by]?.focus();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.told.show(id);
    }
  }

  move(id, place) {
    const ids = this.order.filter((each) => each !== id);
    if (!id || place < 0 || place > ids.length || this.keeper.closed) return;
    ids.splice(place, 0, id);
    this.keeper.change("order", ids);
    this.draw();
  }

  // a new step and its place go to the server together
  add(like = null) {
    const taken = new Set(Object.keys(this.keeper.parts).map((part) => part.replace("step:", "")));
    const id = like?.block ? free(`block-${like.block}`.slice(0, 70), taken) : like ? free(`${like.id}-copy`.slice(0, 70), taken) : numbered("step", taken);
    const body = like ? { ...structuredClone(like), id } : { id, title: "New step", text: "What to do." };
    const ids = [...this.order];
    const open = this.told.open();
    ids.splice(open ? ids.indexOf(open) + 1 : ids.length, 0, id);
    this.keeper.changes({ [`step:${id}`]: body, order: ids });
    this.told.show(id);
    return id;
  }

  remove(id) {
    const place = this.order.indexOf(id);
    const ids = this.order.filter((each) => each !== id);
    this.keeper.change("order", ids);
    this.told.show(ids[Math.min(place, ids.length - 1)] ?? null);
  }
}
