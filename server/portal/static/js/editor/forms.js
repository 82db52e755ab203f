// Forms from descriptions: a field says its name, its label, one line of help, and as what it is written.
import { button, el, having, lines as linesOf, select } from "./parts.js";
import { rows } from "./rows.js";

export const line = (name, label, help = "", more = {}) => ({ name, label, help, as: "line", ...more });
export const area = (name, label, help = "", more = {}) => ({ name, label, help, as: "area", wide: true, ...more });
export const lines = (name, label, help = "", more = {}) => ({ name, label, help, as: "area", rows: 1, ...more }); // grows with its words
export const whole = (name, label, help = "", more = {}) => ({ name, label, help, as: "whole", ...more });
export const exact = (name, label, help = "", more = {}) => ({ name, label, help, as: "exact", ...more });
export const time = (name, label, help = "such as 30s, 1m30s or 365d", more = {}) => ({ name, label, help, as: "time", ...more });
export const tick = (name, label, help = "", more = {}) => ({ name, label, help, as: "tick", usual: false, ...more });
export const choice = (name, label, options, help = "", more = {}) => ({ name, label, options, help, as: "choice", ...more });
export const one = (name, label, from, help = "", more = {}) => ({ name, label, from, help, as: "one", ...more });
export const some = (name, label, from, help = "", more = {}) => ({ name, label, from, help, as: "some", wide: true, ...more });
export const words = (name, label, help = "", more = {}) => ({ name, label, help, as: "words", wide: true, ...more });
export const list = (name, label, fields, help = "", more = {}) => ({ name, label, fields, help, as: "rows", wide: true, ...more });
export const inside = (name, label, fields, help = "", more = {}) => ({ name, label, fields, help, as: "inside", wide: true, ...more });
export const pairs = (name, label, help = "", more = {}) => ({ name, label, help, as: "pairs", wide: true, ...more });
export const expression = (name, label, wanted, help = "", more = {}) => ({ name, label, wanted, help, as: "expression", ...more });
export const own = (name, make, more = {}) => ({ name, label: "", as: "own", make, ...more });

// where a field's value lies: `get` gives the object that holds it, `set` writes a field of it, `at` is the path to it
export function around(tools, step, get, set, at = "") {
  return { tools, step, get, set, at };
}

export function within(ctx, name) {
  const get = () => ctx.get()?.[name] ?? {};
  return { ...ctx, get, set: (field, value) => ctx.set(name, having(get(), field, value)), at: path(ctx, name) };
}

export const path = (ctx, name) => (ctx.at ? `${ctx.at}.${name}` : name);

export function form(fields, ctx, more = {}) {
  return el("div", { class: "fields", ...more }, fields.map((field) => control(field, ctx)));
}

export function control(field, ctx) {
  const made = MAKERS[field.as](field, ctx);
  if (field.wide) made.classList.add("wide");
  return made;
}

// a label, its help and room for what is wrong, around something to write in
function labelled(field, ctx, written) {
  const at = path(ctx, field.name);
  written.dataset.typing = "yes";
  written.dataset.key = `${ctx.step ?? "head"} ${at}`;
  return el("div", { class: "field", "data-at": at }, [
    el("label", {}, [el("span", { class: "label" }, field.label), written]),
    field.help ? el("small", { class: "hint" }, field.help) : null,
  ]);
}

// a group of controls under one heading
export function grouped(field, ctx, inner) {
  return el("fieldset", { class: "field group", "data-at": path(ctx, field.name) }, [
    el("legend", {}, field.label),
    field.help ? el("small", { class: "hint" }, field.help) : null,
    ...inner,
  ]);
}

function typed(field, ctx, attributes, read) {
  const value = ctx.get()?.[field.name];
  const written = el(field.as === "area" ? "textarea" : "input", {
    dir: "auto",
    placeholder: field.like,
    list: field.suggest,
    value: value === undefined || value === null ? "" : String(value),
    ...attributes,
  });
  written.addEventListener("input", () => ctx.set(field.name, read(written.value)));
  return labelled(field, ctx, written);
}

const MAKERS = {
  line: (field, ctx) => typed(field, ctx, { maxlength: field.longest ?? 300 }, (text) => text),
  area: (field, ctx) => typed(field, ctx, { rows: field.rows ?? 3, maxlength: field.longest ?? 8000 }, (text) => text),
  time: (field, ctx) => typed(field, ctx, { dir: "ltr", maxlength: 40, autocomplete: "off" }, (text) => text.replaceAll(" ", "")),
  exact: (field, ctx) => typed(field, ctx, { dir: "ltr", inputmode: "decimal", maxlength: 40, autocomplete: "off" }, (text) => text.trim().replace(",", ".")),
  whole: (field, ctx) => typed(field, ctx, { type: "number", step: 1, min: field.least ?? 0, dir: "ltr" }, (text) => (text === "" ? "" : Math.trunc(Number(text)))),
  own: (field, ctx) => field.make(field, ctx),
  rows,

  tick(field, ctx) {
    const box = el("input", { type: "checkbox" });
    box.checked = ctx.get()?.[field.name] ?? field.usual;
    box.addEventListener("input", () => ctx.set(field.name, box.checked === field.usual ? "" : box.checked));
    box.dataset.key = `${ctx.step ?? "head"} ${path(ctx, field.name)}`;
    return el("div", { class: "field", "data-at": path(ctx, field.name) }, [
      el("label", { class: "tick" }, [box, el("span", {}, [field.label, field.help ? el("small", {}, field.help) : null])]),
    ]);
  },

  choice(field, ctx) {
    const options = field.usual === undefined ? [["", field.none ?? "–"], ...field.options] : field.options;
    const written = select(options, ctx.get()?.[field.name] ?? field.usual ?? "");
    written.addEventListener("input", () => {
      ctx.set(field.name, written.value === field.usual ? "" : written.value);
      field.after?.(ctx);
    });
    return labelled(field, ctx, written);
  },

  // one of what the document holds
  one(field, ctx) {
    const value = ctx.get()?.[field.name] ?? "";
    const options = field.from(ctx);
    if (value && !options.some(([each]) => each === value)) options.push([value, `${value} (not there)`]);
    const written = select(field.must ? options : [["", field.none ?? "–"], ...options], value);
    written.addEventListener("input", () => ctx.set(field.name, written.value));
    return labelled(field, ctx, written);
  },

  // several of what the document holds, as pieces that can be taken out
  some(field, ctx) {
    const box = el("div", { class: "pieces" });
    const draw = () => {
      const held = ctx.get()?.[field.name] ?? [];
      const options = field.from(ctx);
      const names = new Map(options);
      const rest = options.filter(([each]) => !held.includes(each));
      const more = select([["", field.add ?? "Add …"], ...rest, ...(field.fresh ? [["\0new", field.freshLabel]] : [])], "", { "aria-label": field.add ?? `Add: ${field.label}` });
      more.dataset.key = `${ctx.step ?? "head"} ${path(ctx, field.name)} add`;
      more.addEventListener("input", () => {
        if (more.value === "\0new") return field.fresh(ctx, box, (name) => put([...held, name]));
        if (more.value) put([...held, more.value]);
      });
      box.replaceChildren(
        ...held.map((each) => el("span", { class: names.has(each) ? "piece" : "piece missing", dir: "auto" }, [names.get(each) ?? `${each} (not listed)`, button("×", () => put((ctx.get()?.[field.name] ?? []).filter((other) => other !== each)), { class: "quiet", "aria-label": `Take out ${each}` })])),
        rest.length || field.fresh ? more : null ?? "",
      );
    };
    const put = (value) => {
      ctx.set(field.name, value);
      draw();
      field.after?.(ctx);
    };
    draw();
    return grouped(field, ctx, [box]);
  },

  // short texts, one a row
  words(field, ctx) {
    const box = el("div", { class: "words" });
    const held = () => [...(ctx.get()?.[field.name] ?? [])];
    const draw = (focus = -1) => {
      const drawn = [...held(), ...(focus === held().length ? [""] : [])];
      box.replaceChildren(
        ...drawn.map((value, place) => {
          const written = el(field.long ? "textarea" : "input", { dir: "auto", value, maxlength: field.longest ?? 300, list: field.suggest, placeholder: field.like, rows: field.long ? 2 : null, "aria-label": `${field.label} ${place + 1}` });
          written.dataset.key = `${ctx.step ?? "head"} ${path(ctx, field.name)} ${place}`;
          written.dataset.typing = "yes";
          written.addEventListener("input", () => {
            const now = held();
            now[place] = written.value;
            ctx.set(field.name, now.filter((each, number) => each.trim() || number === place));
          });
          written.addEventListener("keydown", (event) => {
            if (event.key !== "Enter" || field.long) return;
            event.preventDefault();
            draw(held().length);
          });
          return el("div", { class: "word", "data-at": `${path(ctx, field.name)}.${place}` }, [written, button("×", () => take(place), { class: "quiet", "aria-label": `Take out ${value}` })]);
        }),
        button(field.add ?? "Add a line", () => draw(held().length), { class: "small quiet" }),
      );
      if (focus >= 0) box.querySelectorAll("input, textarea")[focus]?.focus();
    };
    const take = (place) => {
      ctx.set(field.name, held().filter((_, number) => number !== place));
      draw();
    };
    box.addEventListener("paste", (event) => {
      const pasted = linesOf(event.clipboardData.getData("text"));
      if (field.long || pasted.length < 2) return;
      event.preventDefault();
      ctx.set(field.name, [...held().filter(Boolean), ...pasted]);
      draw();
    });
    draw();
    return grouped(field, ctx, [box]);
  },

  inside: (field, ctx) => grouped(field, ctx, [form(field.fields, within(ctx, field.name))]),

  // a name and what it holds, one a row
  pairs(field, ctx) {
    const box = el("div", { class: "words" });
    let now = Object.entries(ctx.get()?.[field.name] ?? {});
    const keep = () => ctx.set(field.name, Object.fromEntries(now.filter(([key]) => key)));
    const draw = () =>
      box.replaceChildren(
        ...now.map((pair, place) => {
          const parts = [0, 1].map((which) => {
            const written = el("input", { dir: "ltr", value: pair[which], placeholder: field.like?.[which], "aria-label": `${field.labels[which]} ${place + 1}` });
            written.addEventListener("input", () => {
              now[place][which] = written.value.trim();
              keep();
            });
            return written;
          });
          return el("div", { class: "word pair" }, [...parts, button("×", () => {
            now = now.filter((_, number) => number !== place);
            keep();
            draw();
          }, { class: "quiet", "aria-label": "Take out" })]);
        }),
        button(field.add, () => {
          now.push(["", field.fill ?? ""]);
          draw();
        }, { class: "small quiet" }),
      );
    draw();
    return grouped(field, ctx, [box]);
  },

  expression(field, ctx) {
    const written = el("textarea", { class: "expression", rows: 1, dir: "ltr", spellcheck: "false", autocomplete: "off", placeholder: field.like ?? "order.size == 'M6'", value: ctx.get()?.[field.name] ?? "" });
    const grow = () => {
      written.rows = Math.min(6, Math.max(1, Math.ceil(written.value.length / 60)));
    };
    grow();
    written.addEventListener("input", () => {
      grow();
      ctx.set(field.name, written.value.trim());
    });
    const made = labelled(field, ctx, written);
    ctx.tools.conditions?.attach(made, written, ctx.step, path(ctx, field.name));
    return made;
  },
};
