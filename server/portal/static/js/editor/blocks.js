// Shared blocks in a list of steps: chosen, shown as one linked item, and what they hold.
import { around, control, line } from "./forms.js";
import { button, el } from "./parts.js";

export function chooseBlock(tools) {
  const dialog = document.getElementById("block-dialog");
  const list = dialog.querySelector("ul");
  list.replaceChildren(
    ...tools.blocks().map((block) => {
      const take = button("Put it in", () => {
        dialog.close();
        const used = tools.steps().some((step) => step.block === block.id);
        tools.addStep({ block: block.id, revision: block.revision, digest: block.digest, ...(used ? { prefix: `again-${tools.steps().filter((step) => step.block === block.id).length}` } : {}) });
        tools.keeper.flush().then(() => tools.reload());
      });
      return el("li", {}, [el("b", { dir: "auto" }, block.title), el("small", {}, ` revision ${block.revision} · ${block.steps.length} ${block.steps.length === 1 ? "step" : "steps"}`), take]);
    }),
  );
  dialog.querySelector(".none").hidden = tools.blocks().length > 0;
  dialog.showModal();
}

export function showBlock(sheet, id, tools) {
  const { keeper } = tools;
  const part = `step:${id}`;
  const body = () => keeper.body(part);
  const block = tools.blocks().find((each) => each.id === body().block);
  const ctx = around(tools, id, body, (name, value) => keeper.change(part, value ? { ...body(), [name]: value } : Object.fromEntries(Object.entries(body()).filter(([key]) => key !== name))));
  const newer = block && block.revision > (body().revision ?? 0);
  const take = button(`Take revision ${block?.revision}`, () => {
    keeper.change(part, { ...body(), revision: block.revision, digest: block.digest });
    keeper.flush().then(() => tools.reload());
  }, { class: "small main" });
  sheet.replaceChildren(
    el("h2", { class: "sheet-title", dir: "auto" }, block?.title ?? body().block),
    el("p", { class: "note" }, ["A shared block, revision ", String(body().revision ?? "?"), ". Its steps stand here by reference: they are changed in the block, for every document that uses it."]),
    newer ? el("div", { class: "message" }, [el("div", {}, ["There is a newer revision. ", take])]) : "",
    control(line("prefix", "Prefix", "goes before the names of its steps; needed where the block stands twice", { longest: 40 }), ctx),
    el("ol", { class: "block-steps" }, (block?.steps ?? []).map((step) => el("li", {}, [el("b", { dir: "auto" }, step.title), el("p", { dir: "auto" }, step.text)]))),
    el("div", { class: "row-tools foot" }, [block ? el("a", { class: "button small", href: `/library/blocks/${block.id}` }, "Open the block") : null, button("Take it out", () => tools.removeStep(id))]),
  );
  sheet.dataset.step = id;
}
