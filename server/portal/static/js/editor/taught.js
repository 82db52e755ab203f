// What a camera was taught: one of the draft's files, and the way to the page on which it is taught.
import { control, one } from "./forms.js";
import { button, el } from "./parts.js";

const TYPE = "application/vnd.stepline.vision+json";

export function taught(field, ctx) {
  const { keeper } = ctx.tools;
  const files = () => Object.keys(keeper.media).filter((path) => keeper.types[path] === TYPE).map((path) => [path, path.split("/").at(-1)]);
  const go = async () => {
    await keeper.flush();
    if (!keeper.dirty) location.assign(`/drafts/${keeper.draft}/vision/${keeper.now(`step:${ctx.step}`).slice(5)}/${ctx.get().id}`);
  };
  const held = Boolean(ctx.get()?.taught);
  return el("div", { class: "field" }, [
    control(one(field.name, "What the camera was taught", files, "", { none: "nothing yet" }), ctx),
    button(held ? "Look at it, or teach it anew" : "Teach the camera", go, { "data-reads": true }),
  ]);
}
