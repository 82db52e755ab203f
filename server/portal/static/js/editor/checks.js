// Checks as small forms, made from the schema of the language: a new field or kind appears by itself.
import { area, el, field, having, input, lines } from "./parts.js";

const KINDS = {
  confirm: "The operator says that it is so",
  scan: "A code is scanned",
  measure: "A device measures a value",
  torque: "A tool tightens",
  signal: "A machine's signal is on",
  timer: "Time has to pass",
  choice: "One answer of a few",
  checklist: "Lines are ticked off",
  number: "A number is typed",
  text: "Words are typed",
  photo: "A photograph is taken",
  vision: "A camera judges",
  table: "Values row by row",
  "sign-off": "Somebody signs",
};
const FIRST = ["prompt", "part", "exact", "pattern", "quantity", "unit", "low", "high", "target", "fastenings", "device", "options", "items", "rows", "columns", "meaning", "role", "signal", "minimum", "maximum", "check", "count"];
const LISTS = ["options", "items", "rows"];
const NEW = {
  confirm: { prompt: "What is so" },
  scan: { part: "PART-1" },
  measure: { quantity: "length", unit: "mm", low: "0" },
  torque: { unit: "N.m", low: "8", high: "10" },
  signal: { signal: "closed" },
  timer: { minimum: "5s" },
  choice: { prompt: "How is it?", options: [{ id: "good", text: "Good" }, { id: "bad", text: "Not good", good: false }] },
  checklist: { prompt: "Look at", items: [{ id: "one", text: "One" }, { id: "two", text: "Two" }] },
  number: { prompt: "Read the value" },
  text: { prompt: "Type what it says" },
  photo: { prompt: "Photograph it" },
  vision: { check: "present" },
  table: { prompt: "Measure", rows: [{ id: "one", text: "One" }], columns: [{ id: "value", text: "Value", unit: "mm" }] },
  "sign-off": { prompt: "Sign", meaning: "Inspected" },
};

export function checkForms(checks, tools, changed) {
  const box = el("div", { class: "checks-box" });
  let now = structuredClone(checks);
  const opened = new Set();
  const send = () => changed(structuredClone(now));

  function draw() {
    box.replaceChildren(...now.map((check, place) => form(check, place)), adder());
  }

  function adder() {
    const select = el("select", { "aria-label": "Add a check" }, [el("option", { value: "" }, "Add a check …"), ...Object.keys(tools.checks.kinds).map((kind) => el("option", { value: kind }, `${kind}: ${KINDS[kind] ?? ""}`))]);
    select.addEventListener("change", () => {
      const taken = new Set(now.map((check) => check.id));
      let id = select.value;
      for (let number = 2; taken.has(id); number += 1) id = `${select.value}-${number}`;
      now.push({ id, kind: select.value, ...structuredClone(NEW[select.value] ?? {}) });
      opened.add(id);
      send();
      draw();
    });
    return select;
  }

  function form(check, place) {
    const shape = tools.checks.kinds[check.kind]?.properties ?? {};
    const names = Object.keys(shape).filter((name) => !["id", "kind"].includes(name));
    names.sort((a, b) => rank(a) - rank(b));
    const usual = names.filter((name) => FIRST.includes(name));
    const rare = names.filter((name) => !FIRST.includes(name));
    const summary = el("summary", {}, [el("b", {}, check.kind), el("span", { dir: "auto" }, oneLine(check))]);
    const set = (name, value) => {
      now[place] = having(now[place], name, value);
      summary.lastChild.textContent = oneLine(now[place]);
      send();
    };
    const details = el("details", { class: "check-form", open: opened.has(check.id), "data-check": check.id }, [
      summary,
      el("div", { class: "fields" }, [
        field("Identifier", input(check.id), (value) => {
          now[place] = { ...now[place], id: value };
          send();
        }),
        ...usual.map((name) => control(name, shape[name], check, set)),
      ]),
      el("details", { open: rare.some((name) => name in check) }, [el("summary", {}, "More"), el("div", { class: "fields" }, rare.map((name) => control(name, shape[name], check, set)))]),
      el("div", { class: "row-tools" }, [
        press("Up", () => swap(place, place - 1)),
        press("Down", () => swap(place, place + 1)),
        press("Take out", () => {
          now.splice(place, 1);
          send();
          draw();
        }),
      ]),
    ]);
    details.addEventListener("toggle", () => (details.open ? opened.add(check.id) : opened.delete(check.id)));
    return details;
  }

  function swap(from, to) {
    if (to < 0 || to >= now.length) return;
    [now[from], now[to]] = [now[to], now[from]];
    send();
    draw();
  }

  draw();
  return box;
}

const rank = (name) => (FIRST.includes(name) ? FIRST.indexOf(name) : 99);

function press(label, act) {
  const made = el("button", { type: "button", class: "small" }, label);
  made.addEventListener("click", act);
  return made;
}

function oneLine(check) {
  const band = [check.low, check.high].filter((limit) => limit !== undefined).join(" – ");
  return [check.prompt, check.part ?? check.exact ?? check.pattern, band && `${band} ${check.unit ?? ""}`].filter(Boolean).join(" · ") || check.id;
}

// the widget for one field, by its shape
function control(name, shape, check, set) {
  const label = name.replaceAll("_", " ");
  const value = check[name];
  const shapes = [shape, ...(shape.anyOf ?? [])];
  const kind = (wanted) => shapes.some((each) => each.type === wanted || (Array.isArray(each.type) && each.type.includes(wanted)));
  const choices = shapes.flatMap((each) => each.enum ?? (each.const ? [each.const] : []));
  if (LISTS.includes(name)) return listed(name, label, value ?? [], set);
  if (kind("boolean")) {
    const tick = el("input", { type: "checkbox" });
    tick.checked = value ?? shape.default ?? false;
    const made = field(label, tick, (on) => set(name, on === (shape.default ?? false) ? "" : on));
    made.classList.add("tick");
    return made;
  }
  if (choices.length && !shapes.some((each) => each.$ref || each.type === "object")) {
    const select = el("select", {}, [el("option", { value: "" }, "–"), ...choices.map((each) => el("option", { value: each }, each))]);
    select.value = value ?? "";
    return field(label, select, (chosen) => set(name, chosen));
  }
  if (shapes.some((each) => each.$ref || each.type === "object" || each.type === "array")) return asJson(name, label, value, set);
  if (kind("integer")) return field(label, input(value, { type: "number" }), (typed) => set(name, typed === "" ? "" : Number(typed)));
  const more = name === "unit" ? { list: "units" } : name === "when" ? { list: "names" } : {};
  return field(label, input(value, more), (typed) => set(name, typed.trim()));
}

// options, items and rows: one a line, `id: text`; an exclamation mark before it says that it is not good
function listed(name, label, value, set) {
  const text = value.map((each) => `${each.good === false ? "! " : ""}${each.id}: ${each.text}`).join("\n");
  const made = field(`${label} (one a line, name: words${name === "options" ? "; ! before a bad one" : ""})`, area(text, { rows: 3 }), (typed) =>
    set(name, lines(typed).map((line) => {
      const [, bad, id, words] = /^(!?)\s*([a-z0-9-]+)\s*:\s*(.*)$/.exec(line) ?? [null, "", line.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "x", line];
      return { id, text: words || id, ...(bad ? { good: false } : {}) };
    })),
  );
  made.classList.add("wide");
  return made;
}

function asJson(name, label, value, set) {
  const control = area(value === undefined ? "" : JSON.stringify(value), { rows: 2, dir: "ltr", spellcheck: "false" });
  const made = field(`${label} (as JSON)`, control, (typed) => {
    try {
      set(name, typed.trim() ? JSON.parse(typed) : "");
      control.setCustomValidity("");
    } catch (problem) {
      const word = typed.trim();
      if (/^[a-z-]+$/.test(word)) {
        set(name, word);
        control.setCustomValidity("");
      } else control.setCustomValidity(problem.message);
    }
  });
  made.classList.add("wide");
  return made;
}
