// The page on which a camera is taught: what is asked of the server, and what is drawn anew when something changes.
import { annotator } from "../editor/annotator.js";
import { button, count, el, slug } from "../editor/parts.js";
import { upload } from "../editor/uploading.js";
import { Lesson } from "./lesson.js";
import { Pictures } from "./pictures.js";
import { Measuring } from "./measuring.js";
import { drawResult } from "./result.js";
import { drawCuts, drawScale, listenCuts } from "./scale.js";
import { drawSettings } from "./settings.js";
import { Stations } from "./stations.js";
import { Trying } from "./trying.js";

const by = (id) => document.getElementById(id);
const page = by("teaching");
const { draft, csrf, step, check } = page.dataset;
const closed = page.dataset.state !== "draft";
const single = new Set(JSON.parse(page.dataset.oneRegion));
const to = { draft, token: csrf, largest: Number(page.dataset.largest), most: Number(page.dataset.mostSamples), mostLabelled: Number(page.dataset.mostLabelled) };
const lesson = new Lesson(`stepline teaching ${draft} ${step} ${check}`, drawAll);
const pictures = new Pictures(by("samples"), lesson, to, closed);
const trying = new Trying(by("trying"), lesson, pictures, ask);
const stations = new Stations(by("from-stations"), lesson, pictures, to, closed);
const measuring = new Measuring(by("measuring"), lesson, to, ask);
let held = null; // what the draft's file says
let drawnScene = null;
let busy = false;
let used = null; // the digest and cut that the draft has

// asks something of the server; `problem` is what it refuses, as a sentence
async function ask(what, body) {
  const answer = await fetch(`/drafts/${draft}/${what}`, { method: "PUT", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify(body) }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (answer?.ok) return told;
  return { problem: sentence([told?.detail, told?.mend]) || "The server does not answer. What is on this page stays here." };
}

function sentence(parts) {
  const told = parts.filter(Boolean).join("; ").replace(/[.;]+ ?;/, ";");
  return told && `${told[0].toUpperCase()}${told.slice(1)}${/[.!?]$/.test(told) ? "" : "."}`;
}

function message(words, tone = "bad", more = null) {
  by("messages").replaceChildren(...(words ? [el("div", { class: `message ${tone}` }, el("div", {}, [words, more]))] : []));
}

// --- drawing ------------------------------------------------------------------------
function drawAll() {
  pictures.draw();
  stations.draw();
  drawScene();
  drawTeach();
  drawLearned();
}

const boxes = () => lesson.regions.map((each) => ({ shape: "box", ...Object.fromEntries(["x", "y", "width", "height"].map((side) => [side, String(each[side])])), ...(each.name ? { text: each.name } : {}) }));

function regionsOf(drawn) {
  return drawn.map((each) => {
    const [x, y] = [Number(each.x), Number(each.y)];
    return { x, y, width: Math.min(Number(each.width), 1 - x), height: Math.min(Number(each.height), 1 - y), ...(each.text ? { name: each.text } : {}) };
  });
}

function drawScene() {
  const key = lesson.scene && `${lesson.scene} ${single.has(lesson.kind) && lesson.regions.length > 1}`;
  by("region-words").textContent = lesson.scene ? (single.has(lesson.kind) ? "one region" : `${count(lesson.regions.length, "region")} of at most ${page.dataset.mostRegions}; each has to be good`) : "";
  if (key === drawnScene && key) return; // what is drawn on stays under the hand
  drawnScene = key;
  if (!lesson.scene) {
    by("scene").replaceChildren(el("div", { class: "empty" }, [el("h2", {}, "No scene yet"), el("p", {}, "Add a good picture first; then draw around what the camera is to look at.")]));
    return;
  }
  if (single.has(lesson.kind)) lesson.regions = lesson.regions.slice(-1);
  const changed = (drawn) => {
    const now = regionsOf(drawn);
    const most = single.has(lesson.kind) ? 1 : Number(page.dataset.mostRegions);
    if (now.length > most) drawnScene = null; // the newest stays
    lesson.change({ regions: now.slice(-most) });
  };
  by("scene").replaceChildren(annotator(lesson.scene, boxes(), changed, closed, { only: ["pick", "box"], words: "its name" }));
}

function missing() {
  if (!lesson.side(true).length) return lesson.frame ? "Take the scene as a good picture, or add good pictures." : "Add good pictures first.";
  if (!lesson.regions.length) return "Draw around what the camera is to look at.";
  if (lesson.kind === "count" && !lesson.settings.count) return "Say how many parts there are to be.";
  if (lesson.kind === "text" && !lesson.settings.expected?.trim()) return "Say what the printed line reads on the good pictures.";
  return "";
}

function drawTeach(words = "", bad = false) {
  const wants = missing();
  by("teach").disabled = closed || busy || Boolean(wants);
  by("teach-words").textContent = words || (closed ? `This draft is ${page.dataset.state.replace("-", " ")}: it can be looked at, and nothing in it changes.` : wants);
  by("teach-words").classList.toggle("bad", bad);
}

function drawLearned() {
  const { learned } = lesson;
  by("result").hidden = by("trying").hidden = !learned;
  by("use").disabled = closed || busy || !learned || learned.stale || same(learned, used);
  measuring.draw();
  if (!learned) return;
  drawResult(by("result"), lesson, closed);
  drawScale(by("scale"), lesson);
  drawCuts(by("result"), lesson, closed);
  by("as-taught").hidden = closed || !learned.taught || same({ ...learned.taught, digest: 1 }, { ...learned, digest: 1 });
}

const same = (one, other) => Boolean(one && other) && ["digest", "threshold", "low", "high"].every((name) => one[name] === other[name]);
const cutOf = ({ digest, threshold, low, high }) => ({ digest, threshold, low, high });
new ResizeObserver(() => lesson.learned && drawScale(by("scale"), lesson)).observe(by("result"));
const said = (words) => (by("said").textContent = words);

// --- what is done -------------------------------------------------------------------
by("teach").addEventListener("click", async () => {
  busy = true;
  message("");
  drawTeach("Learning from the pictures; this takes some seconds.");
  const told = await ask("vision/teach", lesson.wanted);
  busy = false;
  if (told.problem) return drawTeach(told.problem, true);
  const { threshold, low, high } = told;
  lesson.learned = { ...told, taught: { threshold, low, high }, stale: false };
  lesson.remember();
  said(same(lesson.learned, used) ? "Taught; the draft has the same already" : "Taught; not used in the draft yet");
  drawAll();
  by("result").scrollIntoView({ behavior: "smooth", block: "nearest" });
  trying.look();
  measuring.measure(true);
});

by("use").addEventListener("click", async () => {
  busy = true;
  drawLearned();
  const cut = cutOf(lesson.learned);
  const told = await ask("vision/use", { step, check, ...cut });
  busy = false;
  if (told.problem) message(told.problem);
  else {
    used = cut;
    lesson.forget();
    if (by("messages").querySelector(".bad")) message(""); // an earlier refusal; where its pictures are still holds
    said(`Used in the draft as ${told.path}`);
  }
  drawAll();
});

by("as-taught").addEventListener("click", () => {
  lesson.moveCut(lesson.learned.taught);
  lookAgain();
});
listenCuts(by("result"), lesson, lookAgain);

function lookAgain() {
  trying.look();
  measuring.measure(true);
}

by("anew").addEventListener("click", () => {
  lesson.forget();
  lesson.begin({ name: held?.check ?? "", ask: held?.ask });
  trying.forget();
  message("");
  redraw();
  said("Begun anew; the draft keeps what it has until you use another");
});

by("choose-file").addEventListener("click", () => by("file").click());
by("file").addEventListener("change", async () => {
  const [file] = by("file").files;
  by("file").value = "";
  if (!file) return;
  try {
    const taught = await upload(to, "vision/file", file, () => said("Sending the file"), to.largest);
    show(taught);
    said(`Opened ${file.name}; not used in the draft yet`);
  } catch (problem) {
    said("The file was not opened");
    message(problem.message);
  }
});

function show(taught) {
  lesson.open(taught);
  const lost = taught.pictures.filter((each) => !each.held).length;
  message("");
  if (lost || !taught.pictures.length) foreign(taught, lost);
  redraw();
}

// a file that was taught elsewhere brings its scene, not its pictures
function foreign(taught, lost) {
  const words = taught.pictures.length ? `${count(lost, "picture")} that it was taught from ${lost === 1 ? "is" : "are"} not here; it was taught elsewhere.` : "It says nothing of the pictures that it was taught from.";
  const take = button("Take its scene as a good picture", async () => {
    await pictures.add([new File([decoded(taught.frame)], "scene.jpg", { type: "image/jpeg" })], true);
    message("");
  });
  message(words, "warning", el("span", {}, ["It can be used and tried as it is. To teach it anew, add pictures. ", closed ? null : take]));
}

function decoded(address) {
  return Uint8Array.from(atob(address.split(",")[1]), (letter) => letter.charCodeAt(0));
}

function redraw() {
  drawnScene = null;
  drawSettings(by("settings"), lesson, closed);
  drawAll();
}

// --- how it begins ------------------------------------------------------------------
async function begin() {
  const answer = await fetch(`/drafts/${draft}/vision/${step}/${check}/state`).catch(() => null);
  held = await answer?.json().catch(() => null);
  if (!answer?.ok) {
    said("It could not be read");
    message(sentence([held?.detail, held?.mend]) || "The server does not answer. Load the page again.");
    return;
  }
  if (held.taught) {
    used = cutOf(held.taught);
    by("download").href = `/media/${held.taught.digest}`;
    by("download").download = `${held.taught.name}.vision`;
    by("download").hidden = false;
  }
  by("anew").hidden = by("choose-file").hidden = closed;
  if (!closed && lesson.recover(held.taught)) {
    redraw();
    said("Not used in the draft yet; kept in this browser");
  } else if (held.taught) {
    show(held.taught);
    said(`Taught: ${held.path}`);
  } else {
    lesson.begin({ name: slug(held.check ?? "") || "check", ask: held.ask });
    redraw();
    said(held.trouble || "Not taught yet");
    if (held.trouble) message(held.trouble, "bad", el("span", {}, "Teach it here, or open the file again."));
  }
}

begin();
stations.load();
