// Values to try the conditions on: what they look at can be filled in, and each says at once what it gives.
import { shown } from "./conditions.js";
import { el, keepingFocus, select } from "./parts.js";

export function testValues(place, conditions, titles, open) {
  const names = el("div", { class: "fields try-names" });
  const list = el("ul", { class: "remarks tried" });
  place.append(el("p", { class: "note" }, "Fill in what a work order, a unit or an operator may say. Every condition shows what it gives then."), names, list);

  function field(each) {
    const value = conditions.values[each.name];
    const put = (given) => conditions.try(each.name, given);
    const key = { "data-key": `try ${each.name}` };
    let written;
    if (each.type === "flag") {
      written = select([["", "not known"], ["true", "yes"], ["false", "no"]], value, key);
      written.addEventListener("input", () => put(written.value));
    } else if (each.type === "list of text") {
      const boxes = each.values.map((option) => {
        const name = option.slice(1, -1);
        const box = el("input", { type: "checkbox", "data-key": `try ${each.name} ${name}` });
        box.checked = (value ?? []).includes(name);
        box.addEventListener("input", () => put([...(conditions.values[each.name] ?? []).filter((other) => other !== name), ...(box.checked ? [name] : [])]));
        return el("label", { class: "tick" }, [box, el("span", {}, name)]);
      });
      return el("fieldset", { class: "field group" }, [el("legend", {}, each.name), ...boxes]);
    } else if (each.values.length) {
      written = select([["", "not known"], ...each.values.map((one) => [one.slice(1, -1), one.slice(1, -1)])], value, key);
      written.addEventListener("input", () => put(written.value));
    } else {
      written = el("input", { value: value ?? "", dir: "auto", inputmode: each.type === "number" ? "decimal" : null, placeholder: each.type, ...key });
      written.addEventListener("input", () => put(written.value.trim()));
    }
    return el("label", { title: each.about }, [el("span", { dir: "ltr" }, each.name), written]);
  }

  return function draw() {
    const used = new Set(conditions.tried.flatMap((each) => each.uses));
    place.closest("section").hidden = !conditions.tried.length;
    keepingFocus(names, () => names.replaceChildren(...conditions.names.filter((each) => used.has(each.name)).map(field)));
    list.replaceChildren(
      ...conditions.tried.map((each) => {
        const line = el("li", { class: each.ok ? "" : "error", tabindex: 0 }, [
          el("small", { dir: "auto" }, titles(each.step)),
          el("code", { dir: "ltr" }, each.text),
          el("b", { class: `verdict ${each.ok ? String(each.value) : ""}` }, each.ok ? shown(each.value) : each.message),
        ]);
        line.addEventListener("click", () => open(each.step, each.at.join(".")));
        return line;
      }),
    );
  };
}
