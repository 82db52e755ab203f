// What a step shows: pictures to draw on and films, pasted, dropped or chosen; pages of a PDF and views of a 3D model.
import { annotator } from "./annotator.js";
import { around, control, form, line, lines, list, time } from "./forms.js";
import { button, el, having } from "./parts.js";
import { chooseItems, choosePart, kindOf } from "./mediadialogs.js";
import { upload } from "./uploading.js";

const ALT = line("alt", "What it shows", "for who cannot see it, and for reviewers");
export const FILM = [
  time("start", "Begins at", "such as 2s; empty: at its beginning"),
  time("end", "Ends at", "empty: at its end"),
  list("captions", "Captions", [time("start", "From", "2s"), time("end", "To", "5s"), lines("text", "Words")], "", { add: "Add a caption", fresh: { start: "0s", end: "3s", text: "" } }),
];
export const TAKEN = "image/*,video/*,.mkv,.pdf,.step,.stp,.glb,.gltf,.stl,.svg,.heic";

export function media(ctx) {
  const { tools } = ctx;
  const { keeper } = tools;
  const box = el("div", { class: "media", "data-at": "media" });
  const held = () => ctx.get().media ?? [];
  let drawn = false;

  function one(medium, place) {
    const inner = around(tools, ctx.step, () => held()[place] ?? {}, (name, value) => ctx.set("media", held().map((each, number) => (number === place ? (name === "alt" ? { ...each, alt: value } : having(each, name, value)) : each))), `media.${place}`);
    const file = chooser(tools, (files) => replace(files[0], place), medium.video ? "Replace the film" : "Replace the picture");
    return el("div", { class: "medium-box", "data-at": inner.at }, [
      medium.video ? film(medium, inner) : still(medium, inner),
      control(ALT, inner),
      medium.video ? form(FILM, inner) : null,
      el("div", { class: "row-tools" }, [
        file.button,
        file.input,
        button("↑", () => swap(place, place - 1), { "aria-label": "Move up", hidden: place === 0 }),
        button("↓", () => swap(place, place + 1), { "aria-label": "Move down", hidden: place === held().length - 1 }),
        button(medium.video ? "Take the film out" : "Take the picture out", () => {
          ctx.set("media", held().filter((_, number) => number !== place));
          draw();
        }),
      ]),
    ]);
  }

  function still(medium, inner) {
    const source = keeper.url(medium.picture);
    if (!source) return el("p", { class: "field-remark error" }, "The file of this picture is not there.");
    return annotator(source, medium.annotations ?? [], (annotations) => inner.set("annotations", annotations), keeper.closed);
  }

  function film(medium, inner) {
    const source = keeper.url(medium.video);
    if (!source) return el("p", { class: "field-remark error" }, "The file of this film is not there.");
    const shown = el("video", { src: source, poster: keeper.url(medium.poster), controls: true, muted: true, preload: "metadata" });
    const at = (name) => () => {
      inner.set(name, `${Number(shown.currentTime.toFixed(1))}s`);
      draw();
    };
    return el("div", {}, [shown, el("div", { class: "row-tools" }, [button("Begins here", at("start")), button("Ends here", at("end"))])]);
  }

  function swap(from, to) {
    const now = [...held()];
    [now[from], now[to]] = [now[to], now[from]];
    ctx.set("media", now);
    draw();
  }

  async function replace(file, place) {
    const old = held()[place];
    const found = await take(file, tools, box);
    const first = found?.[0];
    if (!first) return;
    const put = () => {
      const made = first.kind === "film" ? { video: first.path, poster: first.poster, alt: held()[place].alt } : old.video ? { picture: first.path, alt: held()[place].alt } : { ...held()[place], picture: first.path };
      ctx.set("media", held().map((each, number) => (number === place ? made : each)));
      draw();
    };
    if (old.picture && first.kind === "picture") tools.swapped(keeper.media[old.picture], first, put);
    else put();
  }

  async function add(files) {
    for (const file of files) {
      const found = await take(file, tools, box);
      const title = String(ctx.get().title ?? "").slice(0, 240);
      const made = (found ?? []).map((each) => (each.kind === "film" ? { video: each.path, poster: each.poster, alt: `Film: ${title}` } : { picture: each.path, alt: /^(?:picture|page)/.test(each.what) ? `Picture: ${title}` : `${each.what}: ${title}` }));
      if (!made.length) continue; // why is told in the box, which stays as it is
      ctx.set("media", [...held(), ...made]);
      draw();
    }
  }

  function draw() {
    if (drawn && !box.isConnected) return tools.redraw(); // the sheet was drawn anew while a file was on its way
    drawn = true;
    const file = chooser(tools, add, "Choose a file", true);
    box.replaceChildren(
      ...held().map(one),
      el("div", { class: "drop", hidden: keeper.closed }, [el("p", {}, "Paste or drop a picture, film, PDF or 3D model here, or"), file.button, file.input, el("div", { class: "moving", role: "status" })]),
    );
    tools.placeRemarks?.();
  }

  tools.dropped = add;
  draw();
  return box;
}

function chooser(tools, take, label, several = false) {
  const file = el("input", { type: "file", accept: TAKEN, hidden: true, multiple: several, "aria-label": label });
  file.addEventListener("change", () => file.files.length && take([...file.files]));
  return { input: file, button: button(label, () => file.click(), { disabled: tools.keeper.closed }) };
}

// sends a file and asks which of its pages or views are wanted; null where it is refused, which is told
async function take(file, tools, box) {
  const here = () => (box.isConnected ? box : document.getElementById("sheet")).querySelector(".drop .moving");
  const tell = (words, bad = false) => here()?.replaceChildren(el("p", { class: bad ? "field-remark error" : "note" }, words));
  const part = await choosePart(kindOf(file), file);
  if (!part) return null;
  const progress = el("progress", { max: 1, value: 0 });
  const words = el("p", { class: "note" }, `Sending ${file.name}`);
  here()?.replaceChildren(words, progress);
  try {
    const told = await upload(
      tools.keeper,
      `pictures?${new URLSearchParams(part)}`,
      file,
      (share) => {
        progress.value = share;
        if (share === 1) {
          progress.removeAttribute("value");
          words.textContent = `Preparing ${file.name}`;
        }
        if (!progress.isConnected) here()?.replaceChildren(words, progress);
      },
      tools.largest,
    );
    for (const each of told.media) {
      tools.keeper.media[each.path] = each.digest;
      if (each.poster) tools.keeper.media[each.poster] = each.poster_digest;
    }
    tell(told.notes.join(" "));
    return await chooseItems(told, tools.keeper);
  } catch (problem) {
    tell(problem.message, true);
    return null;
  }
}

// anywhere on the page: a file that is dropped beside the box never makes the browser leave it; on a step of the list it
// comes to that step
export function pasteAndDrop(sheet, tools) {
  const over = (on) => sheet.querySelector(".drop")?.classList.toggle("over", on);
  const taking = () => sheet.querySelector(".drop:not([hidden])");
  const ofFiles = (event) => [...event.dataTransfer.types].includes("Files");
  const lineAt = (event) => event.target.closest?.("#steps [data-step]");
  document.addEventListener("dragover", (event) => {
    if (!ofFiles(event)) return;
    event.preventDefault();
    over(sheet.contains(event.target));
  });
  document.addEventListener("dragleave", () => over(false));
  document.addEventListener("drop", (event) => {
    const files = [...event.dataTransfer.files];
    if (!files.length) return;
    event.preventDefault();
    over(false);
    const line = lineAt(event);
    if (line) tools.open(line.dataset.step);
    if (taking()) tools.dropped(files);
  });
  document.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    const elsewhere = event.target.closest?.("dialog") || (!sheet.contains(event.target) && event.target.matches?.("input, textarea"));
    if (!files.length || elsewhere || !taking()) return;
    event.preventDefault();
    tools.dropped(files);
  });
}
