// Fields that two people changed at once: side by side, each to be decided; nothing is lost when nobody decides.
import { el } from "./parts.js";

const entry = (list, name) => list.findIndex((each) => (typeof each === "string" ? each : (each?.id ?? each?.number)) === name);

// what stands at a path whose list entries go by their names
export function valueAt(body, at) {
  return at.reduce((value, key) => (Array.isArray(value) ? value[entry(value, key)] : value?.[key]), body);
}

// the body with another value there; null takes it out
export function putAt(body, [key, ...rest], value) {
  if (key === undefined) return value;
  if (Array.isArray(body)) {
    const place = entry(body, key);
    const made = rest.length ? putAt(body[place], rest, value) : value;
    if (place < 0) return made === null ? body : [...body, made];
    return made === null ? body.filter((_, number) => number !== place) : body.map((each, number) => (number === place ? made : each));
  }
  const made = rest.length ? putAt(body?.[key] ?? {}, rest, value) : value;
  if (made !== null) return { ...body, [key]: made };
  const { [key]: _, ...others } = body ?? {};
  return others;
}

const spell = (value) => (value === null ? "(nothing)" : typeof value === "string" ? value : JSON.stringify(value, null, 1));

export class Clashes {
  constructor(keeper, dialog, sign, told) {
    this.keeper = keeper;
    this.dialog = dialog;
    this.sign = sign;
    this.told = told;
    this.store = `stepline clash ${keeper.draft}`;
    this.open = JSON.parse(localStorage.getItem(this.store) ?? "[]");
    sign.addEventListener("click", () => this.show());
    dialog.addEventListener("close", () => this.count()); // also by Esc: what is not decided waits in the head of the page
    this.count();
  }

  add(part, apart) {
    for (const each of apart) {
      const at = each.at.join(".");
      this.open = [...this.open.filter((other) => other.part !== part || other.at.join(".") !== at), { part, ...each }];
    }
    this.show();
  }

  count() {
    if (this.open.length) localStorage.setItem(this.store, JSON.stringify(this.open));
    else localStorage.removeItem(this.store);
    this.sign.hidden = !this.open.length;
    this.sign.textContent = this.open.length === 1 ? "1 text changed by two: decide" : `${this.open.length} texts changed by two: decide`;
  }

  show() {
    this.count();
    if (!this.open.length) return this.dialog.close();
    const list = this.dialog.querySelector("#clash");
    list.replaceChildren(...this.open.map((each) => this.one(each)));
    if (!this.dialog.open) this.dialog.showModal();
  }

  one(each) {
    const side = (name, value, press, main) => {
      const choose = el("button", { type: "button", class: main ? "main" : "" }, name === "Theirs" ? "Keep theirs" : "Keep mine");
      choose.addEventListener("click", press);
      return el("div", {}, [el("h3", {}, name), el("pre", { dir: "auto" }, spell(value)), choose]);
    };
    return el("section", { class: "clash-field" }, [
      el("h4", { dir: "auto" }, this.told.place(each.part, each.at)),
      el("div", { class: "clash" }, [side("Theirs", each.theirs, () => this.settle(each), false), side("Yours", each.mine, () => this.settle(each, each.mine), true)]),
    ]);
  }

  settle(each, mine) {
    if (mine !== undefined) {
      this.keeper.change(each.part, putAt(this.keeper.body(each.part), each.at, mine));
      this.told.redraw();
    }
    this.open = this.open.filter((other) => other !== each);
    this.show();
  }
}
