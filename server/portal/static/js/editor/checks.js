// The checks of a step, each a small form.
import { COMMON, GROUPS, KINDS, common } from "./describe-checks.js";
import { choice, control, form } from "./forms.js";
import { numbered } from "./rows.js";
import { button, el, having, select } from "./parts.js";

export function checkForms(ctx) {
  const { tools, step } = ctx;
  const box = el("div", { class: "checks-box", "data-at": "checks" });
  const held = () => ctx.get()?.checks ?? [];
  const opened = tools.opened;

  const put = (now) => {
    ctx.set("checks", now);
    draw();
  };

  function draw() {
    box.replaceChildren(...held().map((_, place) => one(place)), adder(), ...(held().length > 1 ? [together()] : []));
    tools.placeRemarks?.();
  }

  function adder() {
    const kinds = select([["", "Add a check …"], ...Object.entries(KINDS).map(([kind, { label }]) => [kind, label])], "", { "aria-label": "Add a check" });
    kinds.addEventListener("change", () => {
      const taken = new Set(held().map((check) => check.id));
      const id = taken.has(kinds.value) ? numbered(kinds.value, taken) : kinds.value;
      opened.add(`${step} ${id}`);
      put([...held(), { id, kind: kinds.value, ...structuredClone(KINDS[kinds.value].fresh) }]);
      box.querySelector(`[data-check="${CSS.escape(id)}"] .fields input`)?.focus();
    });
    return kinds;
  }

  function together() {
    return el("details", { class: "more", open: Boolean(ctx.get().groups?.length || ctx.get().combine) }, [
      el("summary", {}, "How they are met together"),
      control(choice("combine", "The checks of this step are met", [["all", "all of them, in any order"], ["any", "any one of them"], ["ordered", "one after the other"]], "", { usual: "all" }), ctx),
      control(GROUPS, ctx),
    ]);
  }

  function one(place) {
    const check = held()[place];
    const known = KINDS[check.kind];
    const inner = {
      ...ctx,
      at: `checks.${place}`,
      get: () => held()[place] ?? {},
      set: (name, value) => {
        const now = [...held()];
        now[place] = having(now[place], name, value);
        ctx.set("checks", now);
        told.textContent = oneLine(now[place]);
      },
    };
    const told = el("span", { dir: "auto" }, oneLine(check));
    const key = `${step} ${check.id}`;
    const details = el("details", { class: "check-form", open: opened.has(key), "data-check": check.id, "data-at": inner.at }, [el("summary", {}, [el("b", {}, known?.label ?? check.kind), told])]);
    const fill = () => {
      if (details.children.length > 1) return;
      details.append(
        form(known?.fields ?? [], inner),
        el("details", { class: "more", open: COMMON.some(({ name }) => name in check) }, [el("summary", {}, "Conditions, attempts and failures"), form(common(check), inner)]),
        el("div", { class: "row-tools" }, [
          button("Up", () => swap(place, place - 1), { disabled: place === 0 }),
          button("Down", () => swap(place, place + 1), { disabled: place === held().length - 1 }),
          button("Take out", () => put(held().filter((_, number) => number !== place))),
          tools.naming(step, check.id),
        ]),
      );
    };
    if (details.open) fill();
    details.addEventListener("toggle", () => {
      if (details.open) {
        opened.add(key);
        fill();
        tools.placeRemarks?.();
      } else opened.delete(key);
    });
    return details;
  }

  function swap(from, to) {
    const now = [...held()];
    [now[from], now[to]] = [now[to], now[from]];
    put(now);
  }

  draw();
  return box;
}

function oneLine(check) {
  const band = [check.low, check.high].filter((limit) => limit !== undefined).join(" – ");
  return [check.prompt, check.part ?? check.exact ?? check.pattern ?? check.quantity ?? check.signal ?? check.meaning, band && `${band} ${check.unit ?? ""}`].filter(Boolean).join(" · ") || check.id;
}
