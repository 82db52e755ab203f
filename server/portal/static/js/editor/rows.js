// Lists whose entries have fields of their own: rows that are added, taken out and put in order.
import { form, grouped, path } from "./forms.js";
import { button, el, free, having, slug } from "./parts.js";

export function rows(field, ctx) {
  const box = el("div", { class: field.folded ? "rows folded" : "rows" });
  const held = () => ctx.get()?.[field.name] ?? [];
  const opened = ctx.tools.opened; // what is unfolded stays so when the sheet is drawn anew
  const key = (place) => `${ctx.step ?? "head"} ${path(ctx, field.name)}.${place}`;

  const put = (now, focus = -1) => {
    ctx.set(field.name, now);
    draw();
    if (focus >= 0) box.children[focus]?.querySelector("input, textarea, select")?.focus();
    field.after?.(ctx);
  };

  function row(place) {
    const inner = {
      ...ctx,
      at: `${path(ctx, field.name)}.${place}`,
      get: () => held()[place] ?? {},
      set: (name, value) => {
        const now = [...held()];
        now[place] = having(now[place], name, value);
        ctx.set(field.name, now);
        field.touched?.(ctx, place, name);
      },
    };
    const fields = typeof field.fields === "function" ? field.fields(inner) : field.fields;
    const tools = el("div", { class: "row-tools" }, [
      button("↑", () => swap(place, place - 1), { class: "quiet", "aria-label": "Move up", disabled: place === 0 }),
      button("↓", () => swap(place, place + 1), { class: "quiet", "aria-label": "Move down", disabled: place === held().length - 1 }),
      button("×", () => put(held().filter((_, number) => number !== place)), { class: "quiet", "aria-label": `Take out ${place + 1}` }),
    ]);
    const body = form(fields, inner);
    body.addEventListener("change", (event) => derive(event, inner, body));
    const mark = { class: "row", "data-at": inner.at };
    if (!field.folded) return el("div", mark, [body, tools]);
    const title = el("span", { dir: "auto" }, field.title(inner.get(), ctx));
    const details = el("details", { ...mark, open: opened.has(key(place)) }, [el("summary", {}, [title]), body, tools]);
    details.addEventListener("toggle", () => (details.open ? opened.add(key(place)) : opened.delete(key(place))));
    body.addEventListener("input", () => title.replaceChildren(field.title(inner.get(), ctx)));
    return details;
  }

  // an entry is named after its words as long as nobody has named it
  function derive(event, inner, body) {
    const id = field.named && body.querySelector(`[data-at="${CSS.escape(`${inner.at}.${field.named.id}`)}"] input`);
    if (!id || !event.target.closest(`[data-at="${CSS.escape(`${inner.at}.${field.named.from}`)}"]`)) return;
    if (!new RegExp(`^${field.named.stem}-\\d+$`).test(inner.get()[field.named.id] ?? "")) return;
    const name = slug(event.target.value);
    if (!name) return;
    const taken = new Set(held().filter((each) => each !== inner.get()).map((each) => each[field.named.id]));
    id.value = free(name, taken);
    inner.set(field.named.id, id.value);
  }

  function swap(from, to) {
    const now = [...held()];
    [now[from], now[to]] = [now[to], now[from]];
    put(now);
  }

  function add() {
    const made = structuredClone(typeof field.fresh === "function" ? field.fresh(ctx) : (field.fresh ?? {}));
    if (field.named && !made[field.named.id]) made[field.named.id] = numbered(field.named.stem, new Set(held().map((each) => each[field.named.id])));
    opened.add(key(held().length));
    put([...held(), made], held().length);
  }

  function draw() {
    box.replaceChildren(...held().map((_, place) => row(place)), ...(held().length < (field.most ?? 500) ? [button(field.add ?? "Add", add, { class: "small quiet" })] : []));
  }

  draw();
  return field.label ? grouped(field, ctx, [box]) : el("div", { "data-at": path(ctx, field.name), class: "field" }, [box]);
}

export function numbered(stem, taken) {
  let number = 1;
  while (taken.has(`${stem}-${number}`)) number += 1;
  return `${stem}-${number}`;
}
