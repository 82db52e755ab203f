// Draw on the untouched picture: box, ellipse, arrow, polygon, number badge, text and what is to be unrecognisable, as shares of its width and height.
import { el, svg } from "./parts.js";

const TOOLS = [["pick", "Select"], ["box", "Box"], ["ellipse", "Ellipse"], ["arrow", "Arrow"], ["polygon", "Outline"], ["badge", "Number"], ["text", "Text"], ["blur", "Blur"]];
const SMALL = 0.012; // of a side; less was a click, no drag

export function annotator(source, annotations, changed) {
  let now = structuredClone(annotations);
  let tool = "pick";
  let chosen = -1;
  let drag = null;
  let outline = [];
  const image = el("img", { src: source, alt: "", draggable: "false" });
  const layer = svg("svg", { viewBox: "0 0 1000 750", tabindex: "0", role: "application", "aria-label": "Annotations: choose a tool and draw" });
  const frame = el("div", { class: "drawing" }, [image, layer]);
  const label = el("input", { dir: "auto", "aria-label": "Words of the annotation", placeholder: "words", hidden: true, maxlength: 300 });
  const bar = el("div", { class: "row-tools tools" });
  const size = () => [1000, (1000 * (image.naturalHeight || 3)) / (image.naturalWidth || 4)];
  image.addEventListener("load", draw);

  function keep() {
    changed(structuredClone(now));
    draw();
  }

  function point(event) {
    const box = layer.getBoundingClientRect();
    const clamp = (value) => Math.min(1, Math.max(0, value));
    return [clamp((event.clientX - box.left) / box.width), clamp((event.clientY - box.top) / box.height)];
  }

  const round = (value) => String(Number(value.toFixed(4))); // documents hold decimal numbers as text
  const share = (values) => values.map(Number);

  function draw() {
    const [wide, high] = size();
    layer.setAttribute("viewBox", `0 0 ${wide} ${high}`);
    layer.setAttribute("class", tool === "pick" ? "pick" : "");
    layer.replaceChildren(...now.map((each, place) => shape(each, place, wide, high)));
    if (outline.length) layer.append(svg("polyline", { class: "ink", "stroke-width": 5, points: outline.map(([x, y]) => `${x * wide},${y * high}`).join(" ") }));
    label.hidden = chosen < 0 || now[chosen]?.shape === "blur";
    if (chosen >= 0 && document.activeElement !== label) label.value = now[chosen]?.text ?? "";
    bar.replaceChildren(
      ...TOOLS.map(([name, words]) => {
        const made = el("button", { type: "button", class: "small", "aria-pressed": String(tool === name), "data-tool": name }, words);
        made.addEventListener("click", () => {
          tool = name;
          outline = [];
          if (name !== "pick") chosen = -1;
          draw();
        });
        return made;
      }),
      ...(chosen >= 0 ? [remover()] : []),
      label,
    );
  }

  function remover() {
    const made = el("button", { type: "button", class: "small" }, "Delete");
    made.addEventListener("click", remove);
    return made;
  }

  function remove() {
    now.splice(chosen, 1);
    chosen = -1;
    keep();
  }

  function shape(each, place, wide, high) {
    const group = svg("g", { class: place === chosen ? "chosen" : "", "data-place": place });
    const ink = (name, attributes) => group.append(svg(name, { class: "halo", "stroke-width": 10, ...attributes }), svg(name, { class: "ink", "stroke-width": 5, ...attributes }), svg(name, { class: "hit", "stroke-width": 26, ...attributes }));
    let anchor = [0, 0];
    if (each.shape === "box") {
      const [x, y, w, h] = share([each.x, each.y, each.width, each.height]);
      ink("rect", { x: x * wide, y: y * high, width: w * wide, height: h * high });
      anchor = [x * wide, y * high - 16];
    } else if (each.shape === "ellipse") {
      const [x, y, rx, ry] = share([each.x, each.y, each.rx, each.ry]);
      ink("ellipse", { cx: x * wide, cy: y * high, rx: rx * wide, ry: ry * high });
      anchor = [(x - rx) * wide, (y - ry) * high - 16];
    } else if (each.shape === "arrow") {
      const [from, to] = [share(each.from), share(each.to)];
      const [x1, y1, x2, y2] = [from[0] * wide, from[1] * high, to[0] * wide, to[1] * high];
      const angle = Math.atan2(y2 - y1, x2 - x1);
      const corner = (turn) => `${x2 - 30 * Math.cos(angle + turn)},${y2 - 30 * Math.sin(angle + turn)}`;
      ink("line", { x1, y1, x2: x2 - 24 * Math.cos(angle), y2: y2 - 24 * Math.sin(angle) });
      group.append(svg("polygon", { class: "full", points: `${x2},${y2} ${corner(0.5)} ${corner(-0.5)}` }));
      anchor = [x1, y1];
    } else if (each.shape === "polygon") {
      const points = each.points.map(share);
      ink("polygon", { points: points.map(([x, y]) => `${x * wide},${y * high}`).join(" ") });
      anchor = [points[0][0] * wide, points[0][1] * high];
    } else if (each.shape === "blur") {
      const [x, y, w, h] = share([each.x, each.y, each.width, each.height]);
      group.append(svg("rect", { class: "mist", x: x * wide, y: y * high, width: w * wide, height: h * high }));
    } else if (each.shape === "badge") {
      const [x, y] = share(each.at);
      group.append(svg("circle", { class: "full", cx: x * wide, cy: y * high, r: 22 }), svg("text", { class: "digits", x: x * wide, y: y * high, "font-size": 26 }, String(each.number)));
      anchor = [x * wide + 30, y * high];
    } else if (each.at) {
      const [x, y] = share(each.at);
      anchor = [x * wide, y * high];
    }
    if (each.text) {
      const length = [...each.text].length * 13 + 20;
      const left = Math.max(4, Math.min(anchor[0], wide - length - 4));
      const top = Math.max(18, Math.min(anchor[1], high - 18));
      group.append(svg("rect", { class: "plate", x: left, y: top - 18, width: length, height: 36, rx: 7 }), svg("text", { class: "letters", x: left + 10, y: top + 8, "font-size": 23, textLength: length - 20 }, each.text));
    }
    return group;
  }

  layer.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    layer.focus({ preventScroll: true });
    const at = point(event);
    if (tool === "pick") {
      const hit = event.target.closest("[data-place]");
      chosen = hit ? Number(hit.dataset.place) : -1;
      drag = hit ? { at, from: structuredClone(now[chosen]), moved: false } : null;
    } else if (tool === "polygon") {
      outline.push(at.map(round));
    } else if (tool === "badge" || tool === "text") {
      const next = Math.max(0, ...now.filter((each) => each.shape === "badge").map((each) => each.number)) + 1;
      now.push(tool === "badge" ? { shape: "badge", at: at.map(round), number: Math.min(next, 99) } : { shape: "text", at: at.map(round), text: "Text" });
      chosen = now.length - 1;
      keep();
      if (tool === "text") {
        label.hidden = false;
        label.focus();
        label.select();
      }
      return;
    } else {
      drag = { at, made: true };
    }
    layer.setPointerCapture(event.pointerId);
    draw();
  });

  layer.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [x, y] = point(event);
    const [x0, y0] = drag.at;
    if (drag.made) {
      if (Math.abs(x - x0) < SMALL && Math.abs(y - y0) < SMALL) return;
      const made = drawn(tool, x0, y0, x, y);
      if (drag.place === undefined) {
        now.push(made);
        drag.place = now.length - 1;
      } else now[drag.place] = made;
      chosen = drag.place;
    } else {
      now[chosen] = moved(drag.from, x - x0, y - y0);
      drag.moved = true;
    }
    draw();
  });

  layer.addEventListener("pointerup", () => {
    if (drag && (drag.moved || drag.place !== undefined)) {
      if (drag.place !== undefined) tool = "pick";
      keep();
    }
    drag = null;
  });

  layer.addEventListener("dblclick", (event) => {
    if (tool === "polygon" && outline.length >= 3) {
      now.push({ shape: "polygon", points: outline.slice(0, -1).length >= 3 ? outline.slice(0, -1) : outline });
      outline = [];
      chosen = now.length - 1;
      tool = "pick";
      keep();
    } else if (event.target.closest("[data-place]")) label.focus();
  });

  layer.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (chosen < 0) return;
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      remove();
    } else if (steps[event.key]) {
      event.preventDefault();
      const [x, y] = steps[event.key].map((step) => step * (event.shiftKey ? 0.02 : 0.004));
      now[chosen] = moved(now[chosen], x, y);
      keep();
    }
  });

  label.addEventListener("input", () => {
    if (chosen < 0) return;
    const { text: _, ...rest } = now[chosen];
    now[chosen] = label.value.trim() || now[chosen].shape === "text" ? { ...rest, text: label.value.trim() || "Text" } : rest;
    keep();
  });

  function drawn(kind, x0, y0, x, y) {
    if (kind === "arrow") return { shape: "arrow", from: [round(x0), round(y0)], to: [round(x), round(y)] };
    const [left, top, width, height] = [Math.min(x0, x), Math.min(y0, y), Math.abs(x - x0), Math.abs(y - y0)];
    if (kind === "box" || kind === "blur") return { shape: kind, x: round(left), y: round(top), width: round(width), height: round(height) };
    return { shape: "ellipse", x: round(left + width / 2), y: round(top + height / 2), rx: round(width / 2), ry: round(height / 2) };
  }

  function moved(each, dx, dy) {
    const inside = (value) => round(Math.min(1, Math.max(0, value)));
    const shift = ([x, y]) => [inside(Number(x) + dx), inside(Number(y) + dy)];
    if (each.points) return { ...each, points: each.points.map(shift) };
    if (each.from) return { ...each, from: shift(each.from), to: shift(each.to) };
    if (each.at) return { ...each, at: shift(each.at) };
    return { ...each, x: inside(Number(each.x) + dx), y: inside(Number(each.y) + dy) };
  }

  draw();
  return el("div", { class: "annotator" }, [bar, frame]);
}
