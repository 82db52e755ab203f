// Pictures that a technician took with a station's own camera: shown as they were marked, added on a press.
import { button, count, el } from "../editor/parts.js";

export class Stations {
  constructor(place, lesson, pictures, to, closed) {
    Object.assign(this, { place, lesson, pictures, to, closed, shelves: [] });
  }

  async load() {
    const answer = await fetch(`/drafts/${this.to.draft}/vision/from-stations`).catch(() => null);
    const told = answer?.ok ? await answer.json().catch(() => null) : null;
    this.shelves = told?.stations ?? [];
    this.draw();
  }

  // those that are not among the lesson's pictures yet
  left(shelf) {
    const held = new Set(this.lesson.samples.map((each) => each.picture));
    return shelf.pictures.filter((each) => !held.has(each.picture));
  }

  draw() {
    const left = this.shelves.reduce((sum, shelf) => sum + this.left(shelf).length, 0);
    this.place.hidden = this.closed || !this.shelves.length;
    this.place.querySelector(".note").textContent = left ? `${count(left, "picture")} to add` : "all of them are here";
    this.place.querySelector(".shelves").replaceChildren(...this.shelves.map((shelf) => this.shelf(shelf)));
  }

  shelf(shelf) {
    const left = this.left(shelf);
    return el("section", { "aria-label": shelf.name }, [
      el("div", { class: "card-head" }, [
        el("h3", { dir: "auto" }, shelf.name),
        left.length ? button(`Add all ${left.length} as they are marked`, () => this.add(left), { class: "small" }) : el("span", { class: "note" }, "all of them are here"),
      ]),
      el("ul", {}, left.map((each) => this.tile(each, shelf.name))),
    ]);
  }

  tile(each, station) {
    const marked = each.good ? "good" : "bad";
    const when = new Date(each.at).toLocaleString(document.documentElement.lang || undefined, { dateStyle: "medium", timeStyle: "short" });
    return el("li", { "data-picture": each.picture, "data-marked": marked }, [
      el("img", { src: `/media/${each.picture}`, alt: `${station}, ${marked}`, loading: "lazy", decoding: "async" }),
      el("div", { class: "about" }, [el("span", { class: `mark ${marked}` }, each.good ? "✓ good" : "✕ bad"), el("span", { dir: "auto" }, each.device)]),
      el("div", { class: "said" }, when),
      el("div", { class: "row-tools" }, [true, false].map((good) => button(good ? "Add as good" : "Add as bad", () => this.add([{ ...each, good }]), { class: `small ${good === each.good ? "" : "quiet"}` }))),
    ]);
  }

  add(wanted) {
    const room = Math.max(0, this.to.most - this.lesson.samples.length);
    this.pictures.putAll(wanted.slice(0, room));
    if (wanted.length > room) this.place.querySelector(".note").textContent = `There are ${this.to.most} pictures already; more are not taken.`;
  }
}
