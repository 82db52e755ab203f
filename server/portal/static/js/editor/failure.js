// What the last bad attempt of a check does.
import { control, path, whole } from "./forms.js";
import { el, having, select } from "./parts.js";

const WAYS = [["", "as usual: it is tried again, or a supervisor decides where attempts are counted"], ["repeat", "it is tried again, without end"], ["supervisor", "a supervisor decides"], ["stop", "the run ends"], ["go_to", "another step comes up"]];

export function failure(field, ctx) {
  const box = el("div", { class: "field group wide", "data-at": path(ctx, "on_failure") });
  const held = () => ctx.get()?.on_failure;
  const kind = () => (typeof held() === "object" && held() ? "go_to" : (held() ?? ""));

  function draw() {
    const way = select(WAYS, kind());
    way.dataset.key = `${ctx.step} ${path(ctx, "on_failure")}`;
    way.addEventListener("input", () => {
      ctx.set("on_failure", way.value === "go_to" ? { go_to: ctx.tools.steps()[0]?.id ?? "", at_most: 1 } : way.value);
      draw();
    });
    const parts = [el("label", {}, [el("span", { class: "label" }, "When the last attempt fails"), way])];
    if (kind() === "go_to") {
      const set = (name, value) => ctx.set("on_failure", name === "at_most" ? having(held(), name, value) : { ...held(), [name]: value });
      const inner = { ...ctx, at: path(ctx, "on_failure"), get: held, set };
      parts.push(
        el("div", { class: "fields" }, [
          control({ name: "go_to", label: "Go to", as: "one", must: true, from: () => ctx.tools.steps().map((step, place) => [step.id, `${place + 1}. ${step.title ?? step.id}`]) }, inner),
          control(whole("at_most", "At most so many times in a run", "after that a supervisor decides", { least: 1 }), inner),
        ]),
      );
    }
    box.replaceChildren(...parts);
  }
  draw();
  return box;
}
