// The editor's page: what is open, what is asked of the server, undo, and what others do.
import { Clashes } from "./clash.js";
import { Conditions } from "./conditions.js";
import { showBlock, chooseBlock } from "./blocks.js";
import { Hand } from "./hand.js";
import { showHead } from "./head.js";
import { Keeper } from "./keeper.js";
import { pasteAndDrop } from "./media.js";
import { keepingFocus } from "./parts.js";
import { namer } from "./naming.js";
import { Preview } from "./preview.js";
import { Remarks, reveal } from "./remarks.js";
import { showStep } from "./step.js";
import { Steps } from "./steps.js";
import { Todos } from "./todos.js";
import { tryOut } from "./trial.js";
import { swap } from "./swap.js";
import { testValues } from "./values.js";

const root = document.getElementById("editor");
const by = (id) => document.getElementById(id);
const sheet = by("sheet");
const kind = root.dataset.kind;
const open = { step: null };
let known = { documents: [], lasting: [], rules: {}, blocks: [] };
let others = [];
let leaving = false;
const hand = new Hand();

const keeper = new Keeper(root.dataset.draft, root.dataset.csrf, { said, clashed: (part, apart) => clashes.add(part, apart), arrived, changed });
const conditions = new Conditions(keeper);
const steps = new Steps(by("steps"), keeper, hand, {
  open: () => open.step,
  show: (id) => show(id),
  marks: (id) => ({ level: remarks.level(id), todos: todos.open(id).length, others: others.find((each) => each.step === id)?.name }),
  blockSize: (body) => known.blocks.find((each) => each.id === body.block)?.steps.length ?? 1,
  blockTitle: (body) => known.blocks.find((each) => each.id === body.block)?.title ?? body.block,
});
const remarks = new Remarks(keeper, { list: by("remarks"), count: by("remark-count"), words: by("submit-words"), submit: by("submit-now") }, {
  changed() {
    steps.draw();
    hand.later("remarks", () => remarks.place(sheet));
  },
  rules: () => known.rules,
  title: (id) => (id ? (step(id)?.title ?? id) : "About this document"),
  open: (id, at) => goTo(id, at),
  mend,
});
const todos = new Todos(keeper, by("todo-card"), {
  show: (id) => show(id),
  changed() {
    steps.draw();
    hand.later("todos", () => todos.place(sheet));
  },
});
const preview = new Preview(keeper, by("preview-card"), by("preview"), by("preview-words"), by("preview-dialog"));
const clashes = new Clashes(keeper, by("clash-dialog"), by("undecided"), {
  place: (part, at) => [part === "head" ? "About this document" : part === "order" ? "Order of the steps" : (step(part.slice(5))?.title ?? part), ...at].join(" · "),
  redraw: () => show(open.step),
});
const step = (id) => keeper.body(`step:${id}`);
const tools = {
  keeper,
  kind,
  conditions,
  document: root.dataset.document,
  largest: Number(root.dataset.largest),
  opened: new Set(), // checks that are unfolded
  head: () => keeper.body("head") ?? {},
  step,
  steps: () => steps.order.map((id) => step(id)),
  following: (id) => steps.order[steps.order.indexOf(id) + 1] ?? "end",
  documents: (wanted) => known.documents.filter((each) => each.kind === wanted).map((each) => [each.id, each.title]),
  blocks: () => known.blocks,
  rules: () => known.rules,
  lasts: (name) => known.lasting.includes(name),
  addStep: (like) => steps.add(like),
  removeStep: (id) => steps.remove(id),
  redraw: drawSheet,
  placeRemarks: () => hand.later("remarks", () => remarks.place(sheet)),
  swapped: (old, taken, here) => swap(keeper, old, taken, here, () => [keeper.body("head").id, open.step], reload),
  rename,
  naming: (id, check) => namer(tools, id, check),
  dropped: () => {},
  open: (id) => id !== open.step && show(id),
  reload,
};

function said(words, bad = false) {
  by("saved").textContent = words;
  by("saved").classList.toggle("bad", bad);
}

// --- what is open ------------------------------------------------------------------
function show(id) {
  open.step = id && step(id) ? id : null;
  history.replaceState(null, "", open.step ? `#${open.step}` : location.pathname);
  by("to-head").setAttribute("aria-current", String(!open.step));
  steps.draw();
  drawSheet();
  preview.show(open.step && !step(open.step).block && kind !== "sop" ? open.step : null);
}

function drawSheet() {
  hand.later("sheet", () => keepingFocus(sheet, draw));
}

function draw() {
  if (!open.step) showHead(sheet, tools);
  else if (step(open.step).block) showBlock(sheet, open.step, tools);
  else showStep(sheet, open.step, tools);
  if (keeper.closed) for (const each of sheet.querySelectorAll("input, textarea, select, button:not([data-reads])")) each.disabled = true;
  remarks.place(sheet);
  todos.place(sheet);
  conditions.show();
}

function goTo(id, at) {
  if (id !== open.step) show(id);
  reveal(sheet, at ?? "");
}

// --- saved, and what others do --------------------------------------------------------
function changed(parts) {
  if (parts.includes("head")) by("title").textContent = keeper.body("head").title ?? "";
  steps.draw();
}

function arrived(parts, foreign) {
  if (parts.includes("head")) by("title").textContent = keeper.body("head").title ?? "";
  if (open.step && !step(open.step)) show(steps.order[0] ?? null);
  else if (foreign.includes(open.step ? `step:${open.step}` : "head")) show(open.step);
  else {
    steps.draw();
    preview.show(preview.step);
  }
  remarks.soon();
  if (kind !== "sop") conditions.soon();
}

async function reload(id = open.step) {
  know(await keeper.load());
  show(id);
}

function know(told) {
  known = { ...known, ...told };
  todos.all = told.todos;
  remarks.take(told);
  todos.draw();
  if (kind !== "sop") conditions.soon();
}

async function mend() {
  const told = await keeper.send("mend", {});
  if (!told) return;
  await reload();
  said(told.done.length ? told.done.join("; ") : "Nothing to mend");
}

// another name for a step or a check; without one, a step is named after its title
async function rename(id, wanted, check) {
  await keeper.flush();
  await keeper.renaming(async () => {
    const told = await keeper.send("name", { step: id, to: wanted, check });
    if (!told || told.name === (check ?? id)) return;
    if (!check) keeper.renamed(`step:${id}`, `step:${told.name}`);
    await reload(open.step === id && !check ? told.name : open.step);
  });
}

async function look() {
  const told = await keeper.look(open.step);
  if (!told) return;
  others = told.others;
  by("others").textContent = others.length ? `${others.map((each) => `${each.name} is ${each.step ? `at “${step(each.step)?.title ?? each.step}”` : "here"}`).join(", ")}` : told.by && told.by !== root.dataset.me ? `${told.by} changed it last` : "";
  steps.draw();
  if (told.state !== root.dataset.state && !leaving) location.reload();
}

// --- undo ---------------------------------------------------------------------------
async function unmake(what) {
  await keeper.flush();
  said(what === "undo" ? "Taking back" : "Making anew");
  const told = await keeper.send(what, {});
  if (!told) return;
  if (!told.done) return said(told.why ?? (what === "undo" ? "Nothing of yours to take back" : "Nothing to make anew"));
  const changedStep = told.parts.find((part) => part.startsWith("step:"))?.slice(5);
  await reload(changedStep && steps.order.includes(changedStep) ? changedStep : open.step);
  said(what === "undo" ? "Taken back" : "Made anew");
}

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  if (event.target.matches("input, textarea") && event.target.dataset.typing) return; // the field's own undo first
  event.preventDefault();
  unmake(event.shiftKey ? "redo" : "undo");
});
by("undo")?.addEventListener("click", () => unmake("undo"));
by("redo")?.addEventListener("click", () => unmake("redo"));
by("try")?.addEventListener("click", () => tryOut(keeper, by("trial"), (words) => words));
by("to-head").addEventListener("click", () => show(null));
by("add-step")?.addEventListener("click", () => {
  steps.add();
  sheet.querySelector(".step-title").select();
});
by("add-block")?.addEventListener("click", () => chooseBlock(tools));
for (const close of document.querySelectorAll("[data-closes-dialog]")) close.addEventListener("click", () => close.closest("dialog").close());
window.addEventListener("beforeunload", (event) => {
  if (keeper.dirty) event.preventDefault();
});
document.querySelector("#submit-dialog form")?.addEventListener("submit", (event) => {
  if (!keeper.dirty) return;
  event.preventDefault();
  event.stopPropagation(); // or the page would count it as sent
  keeper.settled().then(() => event.target.requestSubmit());
});
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) leaving = true; // a form that is on its way leads elsewhere by itself
});
const drawValues = testValues(by("values-body"), conditions, (id) => step(id)?.title ?? id, goTo);
conditions.heard = drawValues;
pasteAndDrop(sheet, tools);

know(await keeper.load());
keeper.recover();
show(steps.order.includes(location.hash.slice(1)) ? location.hash.slice(1) : kind === "sop" ? null : (steps.order[0] ?? null));
if (!keeper.dirty) said(keeper.closed ? `This draft is ${root.dataset.state.replace("-", " ")}` : "Saved");
look();
setInterval(look, 4000);
