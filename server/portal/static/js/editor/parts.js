// Small pieces that the editor is made of. Texts are always set as text, never as markup.
export function el(name, attributes = {}, inside = []) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key === "value") element.value = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...(Array.isArray(inside) ? inside.filter((each) => each !== null && each !== undefined && each !== false) : [inside]));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";
export function svg(name, attributes = {}, text = "") {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  return element;
}

export function button(label, press, more = {}) {
  const made = el("button", { type: "button", class: "small", ...more }, label);
  made.addEventListener("click", press);
  return made;
}

export function select(options, value, more = {}) {
  const made = el("select", more, options.map(([each, words]) => el("option", { value: each }, words)));
  made.value = value ?? "";
  return made;
}

export const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);
export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

// an object with a field set, or without it where it is empty
export function having(body, name, value) {
  const { [name]: _, ...rest } = body ?? {};
  const none = value === "" || value === null || value === undefined || (Array.isArray(value) && !value.length);
  const hollow = typeof value === "object" && value !== null && !Array.isArray(value) && !Object.keys(value).length;
  return none || hollow ? rest : { ...body, [name]: value };
}

// an identifier from words; empty where they have no Latin letters
export function slug(words) {
  const plain = words.replaceAll("ß", "ss").normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const found = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60).replace(/-+$/, "");
  return /[a-z]/.test(found) ? found : "";
}

export function free(stem, taken) {
  let name = stem;
  for (let number = 2; taken.has(name); number += 1) name = `${stem}-${number}`;
  return name;
}

// a name as conditions write it
export const spelled = (name) => name.replaceAll("-", "_");

export function clock(seconds) {
  const whole = Math.round(seconds);
  return whole < 60 ? `${Number(seconds.toFixed(1))} s` : `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")} min`;
}

// what has the focus stays there when a part of the page is drawn anew
export function keepingFocus(place, draw) {
  const focused = document.activeElement;
  const key = place.contains(focused) ? focused.dataset.key : null;
  const caret = key && "selectionStart" in focused ? safely(() => [focused.selectionStart, focused.selectionEnd]) : null;
  draw();
  const found = key && place.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!found) return;
  found.focus({ preventScroll: true });
  if (caret) safely(() => found.setSelectionRange(...caret));
}

function safely(act) {
  try {
    return act();
  } catch {
    return null; // number fields know no caret
  }
}
