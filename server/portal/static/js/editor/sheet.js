// The sheet in the middle: a step, or the document's head, as something to write in.
import { annotator } from "./annotator.js";
import { checkForms } from "./checks.js";
import { area, el, field, having, input, lines, words } from "./parts.js";

const SAFETY = ["danger", "warning", "caution", "notice"];

export function showStep(sheet, id, tools) {
  const { keeper } = tools;
  const part = `step:${id}`;
  const body = () => keeper.body(part);
  const set = (name, value) => keeper.change(part, having(body(), name, value));
  const step = body();
  const title = input(step.title, { class: "step-title", "aria-label": "Title", maxlength: 300 });
  title.dataset.typing = "yes";
  title.addEventListener("input", () => keeper.change(part, { ...body(), title: title.value }));
  const text = area(step.text, { maxlength: 8000, rows: 5 });
  const media = el("div", { class: "media" });
  const redraw = () => drawMedia(media, part, tools);
  sheet.replaceChildren(
    title,
    remarkOf("title"),
    field("What to do", text, (value) => keeper.change(part, { ...body(), text: value })),
    remarkOf("text"),
    media,
    el("h3", {}, "Safety"),
    safety(step, set),
    el("h3", {}, "Checks"),
    checkForms(step.checks ?? [], tools, (checks) => set("checks", checks)),
    remarkOf("checks"),
    el("div", { class: "two-fields" }, [
      field("Standard time", input(step.standard_time, { placeholder: "30s, 1m30s" }), (value) => set("standard_time", value.trim())),
      field("Parts", input((step.parts ?? []).join(", "), { placeholder: "GP-112, GP-113" }), (value) => set("parts", words(value))),
      field("Tools", input((step.tools ?? []).join(", "), { placeholder: "names of the document's tools" }), (value) => set("tools", words(value))),
      field("Only when", conditionInput(step.when, keeper), (value) => set("when", value.trim())),
    ]),
    remarkOf("when"),
    field("Then (one rule a line: condition → step, at most n)", area(rulesText(step.next), { rows: 2, placeholder: "look_over.state == 'cracked' → set-aside" }), (value) => set("next", rulesOf(value))),
    remarkOf("next"),
    el("div", { class: "row-tools" }, [
      button("Duplicate", () => tools.addStep(body())),
      button("Take this step out", () => tools.removeStep(id)),
      el("span", { class: "note" }, `identifier: ${id}`),
    ]),
  );
  redraw();
  sheet.dataset.step = id;
  listen(sheet, (remarks) => mark(sheet, remarks.filter((remark) => remark.step === id)));
  mark(sheet, tools.remarks.filter((remark) => remark.step === id));
  pasteAndDrop(sheet, (file) => addPicture(file, part, tools, redraw));
}

function button(label, press) {
  const made = el("button", { type: "button" }, label);
  made.addEventListener("click", press);
  return made;
}

function remarkOf(name) {
  return el("div", { "data-remarks": name });
}

function mark(sheet, remarks) {
  for (const place of sheet.querySelectorAll("[data-remarks]")) {
    const here = remarks.filter((remark) => (remark.field || "title").split(".")[0] === place.dataset.remarks || (place.dataset.remarks === "title" && ["id", ""].includes(remark.field)));
    place.replaceChildren(...here.map((remark) => el("p", { class: `field-remark ${remark.level}` }, `${remark.message}. ${remark.mend}`)));
  }
}

let heard = null;
function listen(sheet, hear) {
  if (heard) sheet.removeEventListener("remarks", heard);
  heard = (event) => hear(event.detail);
  sheet.addEventListener("remarks", heard);
}

// --- pictures -----------------------------------------------------------------------
function drawMedia(place, part, tools) {
  const { keeper } = tools;
  const body = () => keeper.body(part);
  const set = (number, medium) => {
    const media = [...(body().media ?? [])];
    if (medium) media[number] = medium;
    else media.splice(number, 1);
    keeper.change(part, having(body(), "media", media));
  };
  const found = (body().media ?? []).map((medium, number) => {
    const shown = keeper.picture(medium.picture ?? medium.poster);
    const choose = chooser((file) => replacePicture(file, part, number, tools, () => drawMedia(place, part, tools)));
    const drawn = medium.picture && shown
      ? annotator(shown, medium.annotations ?? [], (annotations) => set(number, having(body().media[number], "annotations", annotations)))
      : el("p", { class: "note" }, medium.video ? "A film; its poster is shown on the kiosk until it plays." : "The file is not there.");
    return el("div", {}, [
      drawn,
      field("What the picture shows", input(medium.alt, { maxlength: 300 }), (value) => set(number, { ...body().media[number], alt: value })),
      el("div", { class: "row-tools" }, [
        medium.picture ? choose.button : null,
        choose.input,
        button("Take the picture out", () => {
          set(number, null);
          drawMedia(place, part, tools);
        }),
      ]),
    ]);
  });
  const add = chooser((file) => addPicture(file, part, tools, () => drawMedia(place, part, tools)), "Choose a picture");
  const drop = el("div", { class: "drop" }, [el("p", {}, "Paste or drop a picture here"), add.button, add.input]);
  place.replaceChildren(...found, drop);
}

function chooser(take, label = "Replace the picture") {
  const file = el("input", { type: "file", accept: "image/*", hidden: true, "aria-label": label });
  file.addEventListener("change", () => file.files[0] && take(file.files[0]));
  return { input: file, button: button(label, () => file.click()) };
}

async function addPicture(file, part, tools, redraw) {
  const taken = await tools.keeper.upload(file);
  if (!taken) return;
  const body = tools.keeper.body(part);
  const alt = `${body.title}`.slice(0, 280);
  tools.keeper.change(part, { ...body, media: [...(body.media ?? []), { picture: taken.path, alt: `Picture: ${alt}` }] });
  redraw();
}

async function replacePicture(file, part, number, tools, redraw) {
  const { keeper } = tools;
  const old = keeper.media[keeper.body(part).media[number].picture];
  const taken = await keeper.upload(file);
  if (!taken) return;
  const uses = await keeper.uses(old);
  tools.swapped(old, taken, uses, () => {
    const body = keeper.body(part);
    const media = [...body.media];
    media[number] = { ...media[number], picture: taken.path };
    keeper.change(part, { ...body, media });
    redraw();
  });
}

function pasteAndDrop(sheet, take) {
  const images = (list) => [...list].filter((file) => file.type.startsWith("image/"));
  sheet.onpaste = (event) => {
    const files = images(event.clipboardData.files);
    if (files.length) {
      event.preventDefault();
      files.forEach(take);
    }
  };
  sheet.ondragover = (event) => {
    if ([...event.dataTransfer.types].includes("Files")) {
      event.preventDefault();
      sheet.querySelector(".drop")?.classList.add("over");
    }
  };
  sheet.ondragleave = () => sheet.querySelector(".drop")?.classList.remove("over");
  sheet.ondrop = (event) => {
    const files = images(event.dataTransfer.files);
    if (files.length) {
      event.preventDefault();
      files.forEach(take);
    }
  };
}

// --- safety, rules, conditions ---------------------------------------------------------
function safety(step, set) {
  const text = (step.safety ?? []).map((notice) => `${notice.level}: ${notice.text}`).join("\n");
  const control = area(text, { rows: 2, placeholder: "warning: The punch crushes fingers. Keep both hands on the lever." });
  return field(`One notice a line: ${SAFETY.join(", ")}`, control, (value) =>
    set("safety", lines(value).map((line) => {
      const [, level, words] = /^(danger|warning|caution|notice)\s*:\s*(.*)$/i.exec(line) ?? [null, "notice", line];
      return { level: level.toLowerCase(), text: words || level };
    })),
  );
}

function rulesText(rules = []) {
  return rules.map((rule) => `${rule.when ? `${rule.when} ` : ""}→ ${rule.to}${rule.at_most ? `, at most ${rule.at_most}` : ""}`).join("\n");
}

function rulesOf(text) {
  return lines(text).map((line) => {
    const [, when, to, most] = /^(.*?)\s*(?:→|->)\s*([a-z0-9-]+)(?:\s*,\s*at most\s*(\d+))?$/.exec(line) ?? [null, line, "end", null];
    return { ...(when ? { when } : {}), to, ...(most ? { at_most: Number(most) } : {}) };
  });
}

function conditionInput(value, keeper) {
  const control = input(value, { list: "names", placeholder: "order.size == 'M6'", autocomplete: "off" });
  let waiting = 0;
  control.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      if (!control.value.trim()) return control.setCustomValidity("");
      const told = await keeper.send("expression", { text: control.value, wanted: "flag" });
      control.setCustomValidity(told?.ok === false ? `${told.message}. ${told.mend ?? ""}` : "");
      control.reportValidity();
      names(told?.names ?? {});
    }, 500);
  });
  return control;
}

function names(found) {
  const list = document.getElementById("names") ?? document.body.appendChild(el("datalist", { id: "names" }));
  list.replaceChildren(...Object.entries(found).map(([name, kind]) => el("option", { value: name }, kind)));
}

// --- the head -------------------------------------------------------------------------
const HEAD = [
  ["title", "Title", input, String],
  ["summary", "Summary", area, String],
  ["purpose", "Purpose", area, String],
  ["scope", "Scope", area, String],
  ["owner", "Owner", input, String],
  ["language", "Language", input, String],
  ["review_interval", "Reviewed every (such as 365d)", input, String],
];

export function showHead(sheet, tools) {
  const { keeper } = tools;
  const body = () => keeper.body("head");
  const head = body();
  const simple = HEAD.filter(([name]) => name in head || ["title", "summary", "language", "review_interval"].includes(name)).map(([name, label, control]) =>
    field(label, control(head[name]), (value) => keeper.change("head", name === "title" ? { ...body(), title: value } : having(body(), name, value))),
  );
  const rest = Object.fromEntries(Object.entries(head).filter(([name]) => !HEAD.some(([known]) => known === name) && !["kind", "id"].includes(name)));
  const source = area(JSON.stringify(rest, null, 2), { class: "code", spellcheck: "false", dir: "ltr" });
  const wrong = el("p", { class: "field-remark" });
  sheet.replaceChildren(
    ...simple,
    field("Everything else (parts, tools, parameters, roles, flow …) as JSON", source, (value) => {
      try {
        const typed = JSON.parse(value);
        wrong.textContent = "";
        const kept = Object.fromEntries(Object.entries(body()).filter(([name]) => HEAD.some(([known]) => known === name) || ["kind", "id"].includes(name)));
        keeper.change("head", { ...kept, ...typed });
        drawFlow();
      } catch (problem) {
        wrong.textContent = `Not kept yet: ${problem.message}`;
      }
    }),
    wrong,
    el("div", { id: "flow", class: "flow" }),
    remarkOf("title"),
  );
  async function drawFlow() {
    if (tools.kind !== "sop") return;
    const told = await keeper.send("flow", { values: body() });
    const place = document.getElementById("flow");
    if (place && told) place.innerHTML = told.svg ?? ""; // drawn by the server, which escapes every text
  }
  drawFlow();
  listen(sheet, (remarks) => mark(sheet, remarks.filter((remark) => !remark.step)));
  mark(sheet, tools.remarks.filter((remark) => !remark.step).map((remark) => ({ ...remark, field: "title" })));
  sheet.onpaste = sheet.ondrop = null;
}
