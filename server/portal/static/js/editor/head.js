// The sheet of what a document says about itself, chapter by chapter.
import { around, form } from "./forms.js";
import { el, having } from "./parts.js";
import * as instruction from "./describe-head.js";
import { CHAPTERS as SOP } from "./describe-sop.js";

const KEPT = new Set(["applies_to"]); // has to be there, also where it says nothing

export function showHead(sheet, tools) {
  const { keeper, kind } = tools;
  const get = () => loosened(keeper.body("head") ?? {});
  const set = (name, value) => {
    const body = keeper.body("head");
    const made = name === "title" ? { ...body, title: value } : having(body, name, tightened(name, value));
    keeper.change("head", KEPT.has(name) && !(name in made) ? { ...made, [name]: {} } : made);
  };
  const ctx = around(tools, null, get, set);
  const chapters = kind === "sop" ? SOP : kind === "block" ? instruction.BLOCK : instruction.CHAPTERS;
  sheet.replaceChildren(
    el("h2", { class: "sheet-title" }, "About this document"),
    ...chapters.map(([title, fields]) => el("section", { class: "chapter" }, [el("h3", {}, title), form(fields, ctx)])),
    el("p", { class: "note" }, `Identifier: ${tools.document}`),
  );
  sheet.dataset.step = "";
}

const LOOSE = ["inputs", "outputs", "records"];

// a procedure's inputs may be plain texts; the form shows all of them as entries
function loosened(body) {
  const made = { ...body };
  for (const name of LOOSE) if (Array.isArray(made[name])) made[name] = made[name].map((each) => (typeof each === "string" ? { what: each } : each));
  return made;
}

function tightened(name, value) {
  if (!LOOSE.includes(name) || !Array.isArray(value)) return value;
  return value.map((each) => (Object.keys(each).every((key) => key === "what") && each.what ? each.what : each));
}
