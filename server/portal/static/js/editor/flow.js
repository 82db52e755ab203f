// A procedure's flow: lines to write in, the chart that follows them, and boxes that are linked by choosing.
import { button, el, select } from "./parts.js";

const WAIT = 300;
const KINDS = {
  task: 'task "What is done"',
  decision: 'decision "What is asked?" -> done if "yes", done if "no"',
  "hand-over": 'hand-over "What goes over" to "Who takes over"',
  end: 'end "Done"',
};
const HELP = [
  ["A task", 'build: task "Fit the gears" [fit-gears] -> test', "in brackets the work instruction that carries it out"],
  ["A decision", 'test: decision "Is it tight?" -> stock if "yes", build if "no"', "each answer leads to a box"],
  ["A hand-over", 'stock: hand-over "To the store" to "Store keeper"', "without an arrow it goes on to the line below"],
  ["An end", 'done: end "Pump in stock"', "every way leads to one"],
];

export function flowEditor(_field, ctx) {
  const { keeper, documents } = ctx.tools;
  const store = `stepline flow ${keeper.draft}`;
  const written = el("textarea", { class: "code flow-text", rows: 10, dir: "ltr", spellcheck: "false", wrap: "off", "aria-label": "The flow, one line a box", readonly: keeper.closed });
  written.dataset.typing = "yes";
  written.dataset.key = "head flow";
  const gutter = el("div", { class: "gutter", "aria-hidden": "true" });
  const wrong = el("ul", { class: "flow-wrong", role: "status" });
  const chart = el("div", { class: "flow-chart", id: "flow" });
  const boxes = el("div", { class: "flow-boxes" });
  let timer = 0;
  let newest = 0;
  let told = { boxes: [], wrong: [] };

  async function ask(text) {
    const number = (newest += 1);
    const answer = await keeper.put("flow", text === null ? {} : { text }).catch(() => null);
    const found = answer?.ok ? await answer.json() : null;
    if (!found || number !== newest) return;
    told = found;
    if (text === null) written.value = found.text;
    show(text !== null);
  }

  function show(typed) {
    const bad = new Set(told.wrong.map((each) => each.line));
    const total = written.value.split("\n").length;
    written.rows = Math.min(30, Math.max(6, total + 1));
    gutter.replaceChildren(...Array.from({ length: total }, (_, place) => el("span", { class: bad.has(place + 1) ? "bad" : "" }, String(place + 1))));
    wrong.replaceChildren(
      ...told.wrong.map((each) => {
        const line = el("li", { tabindex: 0 }, [el("b", {}, `Line ${each.line}`), ` ${each.message}`, el("small", {}, each.mend)]);
        line.addEventListener("click", () => toLine(each.line));
        return line;
      }),
    );
    chart.classList.toggle("old", !told.svg);
    chart.dataset.why = told.svg ? "" : "The chart shows the flow as it was before the last change.";
    if (told.svg) chart.innerHTML = told.svg; // drawn by the server, which escapes every text
    drawBoxes();
    if (!typed) return;
    if (told.understood) {
      localStorage.removeItem(store);
      ctx.set("flow", told.boxes.map(({ line: _, ...box }) => box));
    } else localStorage.setItem(store, written.value); // what is not understood yet is not lost either
  }

  // beside the chart: each task's instruction, to be chosen
  function drawBoxes() {
    const tasks = told.boxes.filter((box) => box.kind === "task");
    boxes.hidden = !tasks.length;
    boxes.replaceChildren(
      el("h4", {}, "Instructions that carry it out"),
      ...tasks.map((box) => {
        const options = documents("work-instruction");
        if (box.instruction && !options.some(([id]) => id === box.instruction)) options.push([box.instruction, `${box.instruction} (not there yet)`]);
        const chosen = select([["", "none"], ...options], box.instruction ?? "", { "aria-label": `Instruction of ${box.title}`, disabled: keeper.closed });
        chosen.addEventListener("input", () => link(box.line, chosen.value));
        return el("label", {}, [el("span", { dir: "auto" }, box.title), chosen]);
      }),
    );
  }

  function link(line, instruction) {
    const text = written.value.split("\n");
    const bare = text[line - 1].replace(/("(?:[^"\\]|\\.)*")(\s*)(?:\[[^\]]*\])?/, (_, title) => title + (instruction ? ` [${instruction}]` : ""));
    text[line - 1] = bare.replace(/\s+->/, " ->");
    put(text.join("\n"));
  }

  function put(text) {
    written.value = text;
    ask(text);
  }

  function toLine(line) {
    const start = written.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const end = written.value.indexOf("\n", start);
    written.focus();
    written.setSelectionRange(start, end < 0 ? written.value.length : end);
  }

  function add(kind) {
    const taken = new Set(told.boxes.map((box) => box.id));
    let name = kind;
    for (let number = 2; taken.has(name); number += 1) name = `${kind}-${number}`;
    const text = written.value.replace(/\n+$/, "").split("\n").filter((line, place, all) => line || all.length > 1);
    const end = told.boxes.findLast((box) => box.kind === "end");
    const line = `${name}: ${KINDS[kind].replaceAll("done if", `${end?.id ?? "done"} if`)}`;
    const place = kind === "end" || !end ? text.length : end.line - 1;
    text.splice(place, 0, line);
    put(text.join("\n"));
    toLine(place + 1);
  }

  written.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask(written.value), WAIT);
  });
  chart.addEventListener("click", (event) => {
    const node = event.target.closest("[data-box]");
    const box = told.boxes.find((each) => each.id === node?.dataset.box);
    if (!box) return;
    event.preventDefault();
    toLine(box.line);
  });
  const unfinished = localStorage.getItem(store);
  if (unfinished !== null) put(unfinished);
  else ask(null);
  return el("div", { class: "field group flow-editor", "data-at": "flow" }, [
    el("div", { class: "row-tools" }, Object.keys(KINDS).map((kind) => button(`Add a ${kind}`.replace("a end", "an end"), () => add(kind), { disabled: keeper.closed }))),
    el("div", { class: "flow-lines" }, [gutter, written]),
    wrong,
    el("details", { class: "more" }, [el("summary", {}, "How a line is written"), el("dl", { class: "flow-help" }, HELP.flatMap(([what, example, why]) => [el("dt", {}, what), el("dd", {}, [el("code", { dir: "ltr" }, example), el("small", {}, why)])]))]),
    chart,
    boxes,
  ]);
}
