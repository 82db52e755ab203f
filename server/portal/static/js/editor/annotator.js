// Draw on the untouched picture: box, ellipse, arrow, outline, number, text and what must not be recognised, as shares of its width and height.
import { button, el, svg } from "./parts.js";
import { drawn, grown, handles, made, middles, moved, round } from "./shapes.js";

const TOOLS = [["pick", "Select", "v"], ["box", "Box", "b"], ["ellipse", "Ellipse", "e"], ["arrow", "Arrow", "a"], ["polygon", "Outline", "o"], ["badge", "Number", "n"], ["text", "Text", "t"], ["blur", "Blur", "h"]];
const NAMES = { box: "Box", ellipse: "Ellipse", arrow: "Arrow", polygon: "Outline", badge: "Number", text: "Text", blur: "Blur" };
const SMALL = 0.012; // of a side; less was a click, no drag
const MOST_UNDONE = 60;
let inHand = { source: "", tool: "pick" }; // outlives a sheet that is drawn anew, as when its step gets another name

// `only` are the tools that are offered, `words` what the words of a shape are for
export function annotator(source, annotations, changed, closed = false, { only = null, words: wording = "its words" } = {}) {
  const offered = TOOLS.filter(([name]) => !only || only.includes(name));
  let now = structuredClone(annotations);
  let tool = inHand.source === source ? inHand.tool : only && !now.length ? only.at(-1) : "pick";
  let chosen = -1;
  let drag = null;
  let outline = [];
  const before = [];
  const after = [];
  const image = el("img", { src: source, alt: "", draggable: "false" });
  const layer = svg("svg", { class: "annotations", viewBox: "0 0 1000 750" });
  const frame = el("div", { class: "drawing", tabindex: "0", role: "application", "aria-label": "Annotations. Tab goes from one to the next, arrows move it, Shift and arrows resize it, Delete takes it out." }, [image, layer]);
  const words = el("input", { dir: "auto", "aria-label": "Words of the annotation", placeholder: wording, maxlength: 300 });
  const number = el("input", { type: "number", min: 0, max: 99, "aria-label": "Number of the annotation" });
  const tools = new Map(offered.map(([name, label, key]) => [name, button(label, () => choose(name), { "data-tool": name, title: `${label} (${key.toUpperCase()})` })]));
  const remover = button("Delete", remove);
  const undo = button("↶", () => turn(before, after), { "aria-label": "Undo drawing", title: "Undo drawing (Ctrl+Z)" });
  const redo = button("↷", () => turn(after, before), { "aria-label": "Redo drawing", title: "Redo drawing (Ctrl+Shift+Z)" });
  const said = el("span", { class: "hidden-words", role: "status" });
  // the bar and the line below it keep their places, so that the picture never moves under the hand
  const bar = el("div", { class: "row-tools tools", hidden: closed }, [...tools.values(), undo, redo]);
  const line = el("div", { class: "annotation-line", hidden: closed }, [el("span", { class: "note" }), number, words, remover, said]);
  image.addEventListener("load", draw);

  const size = () => [image.naturalWidth || 1000, image.naturalHeight || 750];

  function keep(was) {
    before.push(was);
    if (before.length > MOST_UNDONE) before.shift();
    after.length = 0;
    changed(structuredClone(now));
    draw();
  }

  function turn(from, to) {
    if (!from.length) return;
    to.push(now);
    now = from.pop();
    chosen = Math.min(chosen, now.length - 1);
    changed(structuredClone(now));
    draw();
  }

  function take(name) {
    tool = name;
    inHand = { source, tool };
  }

  function choose(name) {
    take(name);
    outline = [];
    if (name !== "pick") chosen = -1;
    draw();
    frame.focus({ preventScroll: true });
  }

  function place(event) {
    const box = layer.getBoundingClientRect();
    const share = (value) => Math.min(1, Math.max(0, value));
    return [share((event.clientX - box.left) / box.width), share((event.clientY - box.top) / box.height)];
  }

  function draw() {
    const [wide, high] = size();
    layer.setAttribute("viewBox", `0 0 ${wide} ${high}`);
    frame.classList.toggle("picking", tool === "pick");
    const order = now.map((_, number) => number).sort((a, b) => (now[b].shape === "blur") - (now[a].shape === "blur"));
    layer.replaceChildren(
      ...order.map((number) => {
        const group = drawn(now[number], wide, high);
        group.dataset.place = number;
        if (number === chosen) group.classList.add("chosen");
        return group;
      }),
    );
    const unit = Math.max(wide, high) / 42;
    if (outline.length) layer.append(svg("polyline", { class: "outline", "stroke-width": unit * 0.22, points: outline.map(([x, y]) => `${x * wide},${y * high}`).join(" ") }));
    for (const [x, y] of outline) layer.append(svg("circle", { class: "handle", cx: x * wide, cy: y * high, r: unit * 0.3 }));
    if (now[chosen] && !closed) grips(now[chosen], wide, high, unit);
    drawBar();
  }

  function grips(each, wide, high, unit) {
    const shown = layer.getBoundingClientRect().width || wide;
    const radius = Math.max(unit * 0.32, (6 * wide) / shown);
    middles(each).forEach(([[x, y]], number) => layer.append(svg("circle", { class: "handle middle", "data-middle": number, cx: x * wide, cy: y * high, r: radius * 0.7 })));
    handles(each).forEach(([[x, y]], number) => layer.append(svg("circle", { class: "handle", "data-handle": number, cx: x * wide, cy: y * high, r: radius })));
  }

  function drawBar() {
    for (const [name, made] of tools) made.setAttribute("aria-pressed", String(tool === name));
    undo.disabled = !before.length;
    redo.disabled = !after.length;
    const each = now[chosen];
    line.firstChild.textContent = each ? NAMES[each.shape] : outline.length ? "Click for each corner, double click or Enter ends it" : tool === "pick" ? (now.length ? `Choose ${only ? "a region" : "an annotation"} to change it` : "Choose a tool and draw on the picture") : tool === "badge" || tool === "text" ? "Click where it belongs" : tool === "polygon" ? "Click for each corner" : "Drag over the picture";
    words.hidden = !each || each.shape === "blur";
    number.hidden = each?.shape !== "badge";
    remover.hidden = !each;
    if (each && document.activeElement !== words) words.value = each.text ?? "";
    if (each && document.activeElement !== number) number.value = each.number ?? "";
  }

  function remove() {
    if (chosen < 0) return;
    const was = structuredClone(now);
    now.splice(chosen, 1);
    chosen = -1;
    keep(was);
    frame.focus({ preventScroll: true });
  }

  function put(each) {
    const was = structuredClone(now);
    now.push(each);
    chosen = now.length - 1;
    take("pick");
    keep(was);
  }

  function endOutline() {
    const corners = outline.map(([x, y]) => [round(x), round(y)]).filter((pair, number, all) => !number || pair.join() !== all[number - 1].join());
    outline = [];
    if (corners.length >= 3) put({ shape: "polygon", points: corners });
    else draw();
  }

  frame.addEventListener("pointerdown", (event) => {
    if (closed || event.button) return;
    event.preventDefault();
    frame.focus({ preventScroll: true });
    const at = place(event);
    const grip = event.target.dataset?.handle ?? event.target.dataset?.middle;
    if (grip !== undefined && now[chosen]) {
      const pull = ("handle" in event.target.dataset ? handles : middles)(now[chosen])[Number(grip)][1];
      drag = { at, was: structuredClone(now), pull };
    } else if (tool === "pick") {
      const hit = event.target.closest("[data-place]");
      chosen = hit ? Number(hit.dataset.place) : -1;
      if (hit) drag = { at, was: structuredClone(now), from: structuredClone(now[chosen]) };
    } else if (tool === "polygon") {
      outline.push(at);
    } else if (tool === "badge" || tool === "text") {
      const next = Math.max(0, ...now.filter((each) => each.shape === "badge").map((each) => each.number)) + 1;
      const where = at.map(round);
      put(tool === "badge" ? { shape: "badge", at: where, number: Math.min(next, 99) } : { shape: "text", at: where, text: "Text" });
      words.focus();
      words.select();
      return;
    } else drag = { at, was: structuredClone(now), tool };
    frame.setPointerCapture(event.pointerId);
    draw();
  });

  frame.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [x, y] = place(event);
    const [x0, y0] = drag.at;
    if (drag.tool) {
      if (drag.place === undefined && Math.abs(x - x0) < SMALL && Math.abs(y - y0) < SMALL) return;
      drag.place ??= now.length;
      now[drag.place] = made(drag.tool, drag.at, [x, y]);
      chosen = drag.place;
    } else now[chosen] = drag.pull ? drag.pull(x, y) : moved(drag.from, x - x0, y - y0);
    drag.moved = true;
    draw();
  });

  function drop() {
    const ended = drag;
    drag = null;
    if (!ended?.moved) return;
    if (ended.tool) take("pick");
    keep(ended.was);
  }
  frame.addEventListener("pointerup", drop);
  frame.addEventListener("pointercancel", drop);

  frame.addEventListener("dblclick", (event) => {
    if (tool === "polygon") endOutline();
    else if (event.target.dataset?.handle !== undefined && now[chosen]?.points?.length > 3) {
      const was = structuredClone(now);
      now[chosen] = { ...now[chosen], points: now[chosen].points.filter((_, number) => number !== Number(event.target.dataset.handle)) };
      keep(was);
    } else if (event.target.closest("[data-place]") && !words.hidden) {
      words.focus();
      words.select();
    }
  });

  // Tab goes through the annotations and then on; the picture is one stop before and behind them
  function tab(event) {
    const next = chosen + (event.shiftKey ? -1 : 1);
    if (!now.length || next >= now.length || (event.shiftKey && chosen < 0)) return;
    event.preventDefault();
    chosen = next;
    said.textContent = now[chosen] ? `${NAMES[now[chosen].shape]} ${now[chosen].number ?? ""} ${now[chosen].text ?? ""}` : "The picture";
    draw();
  }

  frame.addEventListener("keydown", (event) => {
    if (closed) return;
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const picked = offered.find(([, , key]) => key === event.key.toLowerCase());
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && (event.shiftKey ? after : before).length) {
      event.preventDefault();
      event.stopPropagation();
      turn(...(event.shiftKey ? [after, before] : [before, after]));
    } else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === "Tab") tab(event);
    else if (event.key === "Enter" && outline.length) endOutline();
    else if (event.key === "Enter" && chosen >= 0 && !words.hidden) {
      event.preventDefault();
      words.focus();
    } else if (event.key === "Escape") {
      outline = [];
      chosen = -1;
      choose("pick");
    } else if (steps && chosen >= 0) {
      event.preventDefault();
      const [x, y] = steps.map((step) => step * 0.005);
      const was = structuredClone(now);
      now[chosen] = event.shiftKey ? grown(now[chosen], x, y) : moved(now[chosen], x, y);
      keep(was);
    } else if ((event.key === "Delete" || event.key === "Backspace") && chosen >= 0) {
      event.preventDefault();
      remove();
    } else if (picked) choose(picked[0]);
  });

  function edited(make) {
    if (chosen < 0) return;
    const was = structuredClone(now);
    now[chosen] = make(now[chosen]);
    keep(was);
  }
  words.addEventListener("input", () =>
    edited((each) => {
      const { text: _, ...rest } = each;
      const text = words.value.trim();
      return text ? { ...rest, text } : each.shape === "text" ? { ...rest, text: "Text" } : rest;
    }),
  );
  number.addEventListener("input", () => number.value !== "" && edited((each) => ({ ...each, number: Math.min(99, Math.max(0, Math.trunc(Number(number.value)))) })));
  for (const written of [words, number]) {
    written.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      frame.focus({ preventScroll: true });
    });
  }

  draw();
  return el("div", { class: "annotator" }, [bar, frame, line]);
}
