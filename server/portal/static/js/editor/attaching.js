// Files that come with a document, such as a drawing.
import { grouped, line, control } from "./forms.js";
import { button, el, having } from "./parts.js";
import { upload } from "./uploading.js";

export function attached(field, ctx) {
  const { tools } = ctx;
  const box = el("div", { class: "rows" });
  const held = () => ctx.get()?.attachments ?? [];

  function draw() {
    const chosen = el("input", { type: "file", hidden: true, "aria-label": "File to attach", accept: ".pdf,.png,.jpg,.jpeg,.webp,.mp4" });
    const moving = el("p", { class: "note", role: "status" });
    chosen.addEventListener("change", async () => {
      const file = chosen.files[0];
      if (!file) return;
      try {
        const told = await upload(tools.keeper, "attachments", file, (share) => (moving.textContent = `Sending ${Math.round(share * 100)} %`), tools.largest);
        await tools.keeper.load();
        ctx.set("attachments", [...held(), { file: told.path, title: told.name || file.name }]);
        draw();
      } catch (problem) {
        moving.textContent = problem.message;
        moving.className = "field-remark error";
      }
    });
    box.replaceChildren(
      ...held().map((each, place) => {
        const set = (name, value) => ctx.set("attachments", held().map((other, number) => (number === place ? having(other, name, value) : other)));
        const inner = { ...ctx, at: `attachments.${place}`, get: () => held()[place] ?? {}, set };
        return el("div", { class: "row", "data-at": `attachments.${place}` }, [
          control(line("title", "Title"), inner),
          el("div", { class: "row-tools" }, [
            el("a", { href: tools.keeper.url(each.file) ?? "#", target: "_blank" }, each.file.split("/").at(-1)),
            button("×", () => {
              ctx.set("attachments", held().filter((_, number) => number !== place));
              draw();
            }, { class: "quiet", "aria-label": "Take out" }),
          ]),
        ]);
      }),
      chosen,
      button("Attach a file", () => chosen.click(), { class: "small quiet" }),
      moving,
    );
  }
  draw();
  return grouped({ ...field, label: "Attachments", help: "PDF, pictures or films, such as a drawing" }, ctx, [box]);
}
