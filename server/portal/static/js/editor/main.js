// The editor's page: the list of steps, what is open, undo, what others do, and what is to mend.
import { Keeper } from "./keeper.js";
import { showHead, showStep } from "./sheet.js";
import { el } from "./parts.js";

const root = document.getElementById("editor");
const by = (id) => document.getElementById(id);
const keeper = new Keeper(root.dataset.draft, root.dataset.csrf, { said, clashed, arrived });
const open = { step: null };
let remarks = [];
let checks = { kinds: {}, units: [] };

function said(words, bad = false) {
  by("saved").textContent = words;
  by("saved").classList.toggle("bad", bad);
}

// --- steps ---------------------------------------------------------------------
const order = () => keeper.body("order") ?? [];
const step = (id) => keeper.body(`step:${id}`);

let dragged = false; // a list that is drawn anew would drop what somebody holds
function drawSteps() {
  if (dragged) return;
  const list = by("steps");
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.step : null;
  list.replaceChildren(...order().map((id, place) => stepLine(id, place)));
  if (focused) list.querySelector(`[data-step="${CSS.escape(focused)}"]`)?.focus();
  by("add-step").hidden = root.dataset.kind === "sop" || keeper.closed;
}

function stepLine(id, place) {
  const body = step(id) ?? { title: id };
  const picture = keeper.picture(body.media?.[0]?.picture ?? body.media?.[0]?.poster);
  const level = ["error", "warning"].find((each) => remarks.some((remark) => remark.step === id && remark.level === each));
  const line = el("li", { tabindex: 0, draggable: String(!keeper.closed), dir: "auto", "data-step": id, title: body.title }, [
    el("b", {}, String(place + 1)),
    picture ? el("img", { src: picture, alt: "", loading: "lazy" }) : el("div", { class: "thumb" }),
    el("span", {}, body.title || id),
    el("i", { class: level ?? "", title: level ? "There is something to mend" : "" }),
  ]);
  if (id === open.step) line.setAttribute("aria-current", "step");
  line.addEventListener("click", () => show(id));
  line.addEventListener("keydown", (event) => onStepKey(event, id));
  line.addEventListener("dragstart", (event) => {
    dragged = true;
    event.dataTransfer.setData("text/x-step", id);
  });
  line.addEventListener("dragend", () => {
    dragged = false;
    drawSteps();
  });
  line.addEventListener("dragover", (event) => {
    event.preventDefault();
    line.classList.add("over");
  });
  line.addEventListener("dragleave", () => line.classList.remove("over"));
  line.addEventListener("drop", (event) => {
    event.preventDefault();
    dragged = false;
    moveTo(event.dataTransfer.getData("text/x-step"), place);
  });
  return line;
}

function onStepKey(event, id) {
  const lines = [...by("steps").children];
  const place = lines.findIndex((line) => line.dataset.step === id);
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    moveTo(id, place + (event.key === "ArrowUp" ? -1 : 1));
    by("steps").querySelector(`[data-step="${CSS.escape(id)}"]`)?.focus();
  } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    event.preventDefault();
    lines[place + (event.key === "ArrowUp" ? -1 : 1)]?.focus();
  } else if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    show(id);
  }
}

function moveTo(id, place) {
  const ids = order().filter((each) => each !== id);
  if (!id || place < 0 || place > ids.length || keeper.closed) return;
  ids.splice(place, 0, id);
  keeper.change("order", ids);
  drawSteps();
}

function freeName(stem) {
  const taken = new Set(Object.keys(keeper.parts).map((part) => part.replace("step:", "")));
  let name = stem;
  for (let number = 2; taken.has(name); number += 1) name = `${stem}-${number}`;
  return name;
}

function addStep(like = null) {
  const id = freeName(like ? `${like.id}-copy`.slice(0, 70) : "new-step");
  const body = like ? { ...structuredClone(like), id } : { id, title: "New step", text: "What to do." };
  keeper.change(`step:${id}`, body);
  const ids = [...order()];
  ids.splice(open.step ? ids.indexOf(open.step) + 1 : ids.length, 0, id);
  keeper.change("order", ids);
  show(id);
}

function removeStep(id) {
  const ids = order().filter((each) => each !== id);
  keeper.change("order", ids);
  show(ids[0] ?? null);
}

// --- what is open ----------------------------------------------------------------
function show(id) {
  open.step = id;
  history.replaceState(null, "", id ? `#${id}` : location.pathname);
  drawSteps();
  const tools = { keeper, checks, remarks, addStep, removeStep, swapped, kind: root.dataset.kind };
  if (id && step(id)) showStep(by("sheet"), id, tools);
  else showHead(by("sheet"), tools);
  preview();
}

let waiting = 0;
let newest = 0; // answers may overtake each other; an older one is no longer wanted
function preview() {
  const card = by("preview-card");
  card.hidden = !open.step || root.dataset.kind === "sop";
  if (card.hidden) return;
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const id = open.step;
    const number = (newest += 1);
    const address = `/drafts/${root.dataset.draft}/preview/${encodeURIComponent(id)}?size=${by("preview-size").value}&v=${keeper.stamp}`;
    const answer = await fetch(address).catch(() => null);
    if (number !== newest || id !== open.step) return;
    if (answer?.ok) {
      const made = URL.createObjectURL(await answer.blob());
      URL.revokeObjectURL(by("preview").src);
      by("preview").src = made;
      by("preview-words").textContent = "";
    } else {
      const told = await answer?.json().catch(() => null);
      by("preview-words").textContent = told?.detail ?? "No preview: the server does not answer.";
    }
  }, 350);
}

// --- what is to mend ----------------------------------------------------------------
async function mend() {
  const answer = await fetch(`/drafts/${root.dataset.draft}/remarks`).catch(() => null);
  if (!answer?.ok) return;
  remarks = await answer.json();
  drawRemarks();
  drawSteps();
  by("sheet").dispatchEvent(new CustomEvent("remarks", { detail: remarks }));
}

function drawRemarks() {
  const counts = (level) => remarks.filter((remark) => remark.level === level).length;
  by("remark-count").textContent = remarks.length ? `${counts("error")} errors, ${counts("warning")} warnings` : "nothing";
  by("submit-words").textContent = counts("error")
    ? `${counts("error")} errors have to be mended first.`
    : "Say what has changed, for who reviews it.";
  by("remarks").replaceChildren(
    ...remarks.slice(0, 200).map((remark) => {
      const line = el("li", { class: remark.level, tabindex: 0 }, [
        el("small", {}, [remark.step, remark.rule || "not valid"].filter(Boolean).join(" · ")),
        el("span", {}, remark.message),
        el("small", {}, remark.mend),
      ]);
      line.addEventListener("click", () => remark.step && show(remark.step));
      return line;
    }),
  );
}

// --- saved, clashed, and what others do ------------------------------------------------
let mending = 0;
function arrived(parts, mine) {
  if (parts.includes("head")) by("title").textContent = keeper.body("head").title ?? "";
  drawSteps();
  if (!mine && (parts.includes(`step:${open.step}`) || (!open.step && parts.includes("head")))) show(open.step);
  else preview();
  clearTimeout(mending);
  mending = setTimeout(mend, 600);
}

function clashed(part, mine, clash) {
  const shown = (body) => clash.fields.map((field) => `${field}:\n${spell(body, field)}`).join("\n\n");
  by("clash").replaceChildren(
    el("div", {}, [el("h3", {}, "Theirs"), el("pre", { dir: "auto" }, shown(clash.theirs))]),
    el("div", {}, [el("h3", {}, "Yours"), el("pre", { dir: "auto" }, shown(mine))]),
  );
  const dialog = by("clash-dialog");
  by("keep-theirs").onclick = () => {
    keeper.settle(part, clash.version, clash.theirs, false);
    dialog.close();
    show(open.step);
  };
  by("keep-mine").onclick = () => {
    keeper.settle(part, clash.version, mine, true);
    dialog.close();
  };
  if (!dialog.open) dialog.showModal();
}

function spell(body, field) {
  const found = field.split(".").reduce((value, key) => (Array.isArray(value) ? value.find((each) => (each.id ?? each.number ?? each) === key) : value?.[key]), body);
  return typeof found === "string" ? found : JSON.stringify(found ?? null, null, 1);
}

function swapped(old, taken, uses, here) {
  const elsewhere = uses.filter((use) => use.document !== keeper.body("head").id || use.step !== open.step);
  if (!elsewhere.length) return here();
  by("swap-uses").replaceChildren(...elsewhere.map((use) => el("li", { dir: "auto" }, `${use.title}: ${use.step_title}`)));
  const dialog = by("swap-dialog");
  by("swap-here").onclick = () => {
    dialog.close();
    here();
  };
  by("swap-all").onclick = async () => {
    dialog.close();
    here();
    await keeper.flush();
    await keeper.send("swap", { old, new: taken.digest, documents: [...new Set(elsewhere.map((use) => use.document))] });
    await keeper.load();
    show(open.step);
  };
  dialog.showModal();
}

async function look() {
  const told = await keeper.look();
  if (!told) return;
  by("others").textContent = told.by && told.by !== root.dataset.me ? `${told.by} changed it last` : "";
  if (told.state !== root.dataset.state) location.reload();
}

// --- trying it out ------------------------------------------------------------------
async function tryOut() {
  await keeper.flush();
  by("trial").hidden = false;
  by("trial-words").textContent = "Walking every path";
  const answer = await fetch(`/drafts/${root.dataset.draft}/try`).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (!answer?.ok) {
    by("trial-words").textContent = told?.detail ?? "The server does not answer.";
    return;
  }
  const span = (pair) => (pair?.[0] === pair?.[1] ? `${pair?.[0] ?? 0}` : `${pair[0]} to ${pair[1]}`);
  const lines = [
    `${told.paths} paths${told.all ? "" : " and more"}: ${told.completed} come to the end, ${told.stopped} are stopped, ${told.stuck.length} get stuck.`,
    told.times.length ? `Expected time ${[told.times[0], told.times.at(-1)].map((s) => `${Math.floor(s / 60)}:${String(Math.round(s % 60)).padStart(2, "0")}`).join(" to ")} min.` : "",
    told.completed ? `A run takes ${span(told.effort.taps)} taps, ${span(told.effort.scans)} scans and ${span(told.effort.waits)} waits for a reading.` : "",
    ...told.stuck.map((path) => `Stuck: ${path.why}${path.choices.length ? ` (${path.choices.join(", ")})` : ""}`),
  ];
  by("trial-words").replaceChildren(...lines.filter(Boolean).map((line) => el("p", {}, line)));
}

// --- begin --------------------------------------------------------------------------
async function unmake(what) {
  await keeper.flush();
  const told = await keeper.send(what, {});
  if (told?.done) {
    await keeper.load();
    show(open.step && order().includes(open.step) ? open.step : null);
    mend();
  } else said(what === "undo" ? "Nothing of yours to undo" : "Nothing to redo");
}

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  if (event.target.matches("input, textarea") && event.target.dataset.typing) return; // the field's own undo first
  event.preventDefault();
  unmake(event.shiftKey ? "redo" : "undo");
});
by("undo")?.addEventListener("click", () => unmake("undo"));
by("redo")?.addEventListener("click", () => unmake("redo"));
by("try")?.addEventListener("click", tryOut);
by("to-head").addEventListener("click", () => show(null));
by("add-step").addEventListener("click", () => addStep());
by("preview-size").addEventListener("change", preview);
window.addEventListener("beforeunload", (event) => {
  if (keeper.dirty) event.preventDefault();
});
document.querySelector("#submit-dialog form")?.addEventListener("submit", (event) => {
  if (keeper.dirty) {
    event.preventDefault();
    delete event.target.dataset.sent;
    keeper.flush().then(() => event.target.requestSubmit());
  }
});

const loaded = await Promise.all([keeper.load(), fetch(`/drafts/${root.dataset.draft}/schema`).then((answer) => answer.json())]);
remarks = loaded[0].remarks;
checks = loaded[1];
drawRemarks();
show(order().includes(location.hash.slice(1)) ? location.hash.slice(1) : (order()[0] ?? null));
said(keeper.closed ? `This draft is ${root.dataset.state.replace("-", " ")}` : "Saved");
setInterval(look, 4000);
