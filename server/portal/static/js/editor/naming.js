// The identifier of a step or a check: shown as conditions write it, changed as long as nothing of it was released.
import { button, el, slug, spelled } from "./parts.js";

export function namer(tools, id, check) {
  const name = check ?? id;
  const lasting = tools.lasts(check ? `${id}.${check}` : id);
  const words = el("span", { class: "note" }, ["Name: ", el("code", { dir: "ltr" }, name), check ? [" · in conditions ", el("code", { dir: "ltr" }, `${spelled(id)}.${spelled(check)}`)] : []].flat());
  const box = el("span", { class: "naming" }, [words]);
  if (lasting) {
    words.title = "It was released: records know it by this name, so it lasts.";
    return box;
  }
  if (tools.keeper.closed) return box;
  box.append(
    button("Rename", () => {
      const written = el("input", { value: name, dir: "ltr", maxlength: 80, "aria-label": "New name" });
      const take = () => {
        const wanted = slug(written.value) || written.value.trim();
        if (wanted && wanted !== name) tools.rename(id, wanted, check);
        else box.replaceWith(namer(tools, id, check));
      };
      written.addEventListener("keydown", (event) => {
        if (event.key === "Enter") take();
        if (event.key === "Escape") box.replaceWith(namer(tools, id, check));
      });
      box.replaceChildren(written, button("Name it so", take), el("small", { class: "hint" }, "conditions and ways that name it follow"));
      written.select();
    }, { class: "small quiet" }),
  );
  return box;
}
