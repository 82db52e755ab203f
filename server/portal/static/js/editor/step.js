// The sheet of one step: its words, what it shows, its checks, and where it leads.
import { checkForms } from "./checks.js";
import { area, around, choice, control, expression, form, line, lines, list, one, some, time, words } from "./forms.js";
import { media } from "./media.js";
import { button, el, having, slug } from "./parts.js";
import { WAYS } from "./ways.js";

const LEVELS = [["danger", "danger: death or grave injury follows"], ["warning", "warning: death or grave injury may follow"], ["caution", "caution: injury may follow"], ["notice", "notice: damage may follow"]];
const SAFETY = list("safety", "Safety notices", [choice("level", "Level", LEVELS, "", { usual: null }), lines("text", "What to know", "what it is, what it does, how to avoid it")], "shown before the action", { add: "Add a notice", fresh: { level: "caution", text: "" } });
const listed = (name) => (ctx) => (ctx.tools.head()[name] ?? []).map((each) => [each.number ?? each.id, `${each.name ?? ""} ${each.number ? `(${each.number})` : ""}`.trim()]);

export const NEEDS = [
  time("standard_time", "Standard time", "such as 30s or 1m30s"),
  one("group", "Group", (ctx) => (ctx.tools.head().step_groups ?? []).map((group) => [group.id, group.title ?? group.id]), "of steps that belong together; listed under About this document", { none: "none" }),
  some("parts", "Parts", listed("parts"), "", { add: "Add a part …", freshLabel: "A part that is not listed yet …", fresh: (ctx, box, picked) => listNew(ctx, box, "parts", picked) }),
  some("tools", "Tools", listed("tools"), "", { add: "Add a tool …", freshLabel: "A tool that is not listed yet …", fresh: (ctx, box, picked) => listNew(ctx, box, "tools", picked) }),
];
export const RARE = [
  list("drives", "Outputs while the step is open", [line("device", "Device"), line("signal", "Signal"), line("value", "Value", "empty: on")], "a clamp that is closed, a valve that is on", { add: "Add an output" }),
  list("prints", "Labels that are printed when it first comes up", [line("device", "Printer"), line("label", "Label")], "the station's file says how they look", { add: "Add a label" }),
  words("references", "Where more stands", "addresses of pictures that were not imported, pages of a manual", { add: "Add a reference" }),
];
export const FIELDS = { SAFETY, NEEDS, RARE, WAYS };

export function showStep(sheet, id, tools) {
  const { keeper } = tools;
  const part = `step:${id}`;
  const get = () => keeper.body(part) ?? {};
  const set = (name, value) => keeper.change(part, having(get(), name, driven(name, value)));
  const ctx = around(tools, id, get, set);
  const body = get();
  const title = el("textarea", { class: "step-title", "aria-label": "Title", maxlength: 300, rows: 1, dir: "auto", value: body.title ?? "" });
  title.dataset.typing = "yes";
  title.dataset.key = `${id} title`;
  const before = body.title ?? "";
  title.addEventListener("input", () => {
    title.value = title.value.replaceAll("\n", " ");
    keeper.change(part, { ...get(), title: title.value });
  });
  title.addEventListener("keydown", (event) => event.key === "Enter" && (event.preventDefault(), sheet.querySelector("textarea:not(.step-title)")?.focus()));
  title.addEventListener("change", () => derive(id, before, title.value, tools));
  sheet.replaceChildren(
    el("div", { class: "field", "data-at": "title" }, title),
    el("div", { class: "todos", "data-todos": id }),
    control(area("text", "What to do", "one action; **bold**, lists with - or 1.", { rows: 5 }), { ...ctx, set: (name, value) => keeper.change(part, { ...get(), [name]: value }) }),
    media(ctx),
    control(SAFETY, ctx),
    el("h3", {}, "Checks"),
    checkForms(ctx),
    el("h3", {}, "What it needs"),
    form(NEEDS, ctx),
    el("h3", {}, "When it comes up, and what follows"),
    control(expression("when", "Only when", "flag", "a condition; empty: always"), ctx),
    control(WAYS, ctx),
    el("details", { class: "more", open: RARE.some(({ name }) => body[name]?.length) }, [el("summary", {}, "Outputs, labels and references"), form(RARE, ctx)]),
    el("div", { class: "row-tools foot" }, [button("Duplicate", () => tools.addStep(get())), button("Take this step out", () => tools.removeStep(id)), tools.naming(id)]),
  );
  sheet.dataset.step = id;
}

// an output's value is on or off, or a word
function driven(name, value) {
  if (name !== "drives") return value;
  return value.map((each) => {
    const known = { true: true, on: true, false: false, off: false }[String(each.value).toLowerCase()];
    return known === undefined ? each : known ? having(each, "value", "") : { ...each, value: false };
  });
}

// a step is named after its title as long as nobody has named it
function derive(id, before, title, tools) {
  const plain = /^(?:new-)?step-\d+$/.test(id);
  if (tools.lasts(id) || title === before || !slug(title) || !(plain || id === slug(before))) return;
  tools.rename(id, null);
}

// a part or tool that the document does not list yet: listed and chosen in one go
function listNew(ctx, box, field, picked) {
  const isPart = field === "parts";
  const name = el("input", { dir: "auto", placeholder: isPart ? "Name" : "Name of the tool", "aria-label": "Name", maxlength: 300 });
  const number = el("input", { dir: "ltr", placeholder: "Part number", "aria-label": "Part number", maxlength: 64 });
  const take = () => {
    const head = ctx.tools.head();
    const known = new Set((head[field] ?? []).map((each) => each.number ?? each.id));
    const id = isPart ? number.value.trim() : slug(name.value) || `tool-${known.size + 1}`;
    if (!id || !name.value.trim()) return (isPart && !id ? number : name).focus();
    if (!known.has(id)) ctx.tools.keeper.change("head", { ...head, [field]: [...(head[field] ?? []), isPart ? { number: id, name: name.value.trim() } : { id, name: name.value.trim() }] });
    picked(id);
  };
  const fields = el("div", { class: "listing" }, [...(isPart ? [number] : []), name, button("List and add", take, { class: "small main" })]);
  fields.addEventListener("keydown", (event) => event.key === "Enter" && (event.preventDefault(), take()));
  box.append(fields);
  fields.querySelector("input").focus();
}
