// Small pieces that the editor is made of. Texts are always set as text, never as markup.
export function el(name, attributes = {}, inside = []) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key === "value") element.value = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...(Array.isArray(inside) ? inside.filter((each) => each !== null && each !== undefined) : [inside]));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";
export function svg(name, attributes = {}, text = "") {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  return element;
}

// a labelled field; `changed` hears what was typed
export function field(label, control, changed) {
  control.dataset.typing = "yes";
  control.addEventListener("input", () => changed(control.type === "checkbox" ? control.checked : control.value));
  return el("label", {}, [label, control]);
}

export function area(value, more = {}) {
  return el("textarea", { dir: "auto", value: value ?? "", ...more });
}

export function input(value, more = {}) {
  return el("input", { dir: "auto", value: value ?? "", ...more });
}

export const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);
export const words = (text) => text.split(/[,\n]/).map((word) => word.trim()).filter(Boolean);

// an object with a field set, or without it where it is empty
export function having(body, name, value) {
  const { [name]: _, ...rest } = body;
  const empty = value === "" || value === null || value === undefined || (Array.isArray(value) && !value.length);
  return empty ? rest : { ...body, [name]: value };
}
