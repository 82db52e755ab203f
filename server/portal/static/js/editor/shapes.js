// Annotations as SVG, in the look of the portal and the kiosk; where they lie, and how they are moved and resized. Draws no tools.
import { el, svg } from "./parts.js";

const WIDEST = 0.45; // of the picture; a longer text is wrapped
export const round = (value) => String(Number(Math.min(1, Math.max(0, value)).toFixed(4))); // documents hold decimal numbers as text
const point = ([x, y]) => [Number(x), Number(y)];

function letters(text) {
  const of = (letter) => {
    if ("iljtfrI.,:;'|!()[] 1".includes(letter)) return 0.36;
    if ("mwMW@%".includes(letter)) return 0.9;
    if (letter.codePointAt(0) > 0x2e7f) return 1;
    return letter !== letter.toLowerCase() ? 0.7 : 0.62;
  };
  return [...text].reduce((sum, letter) => sum + of(letter), 0);
}

// one annotation as a group of SVG elements; `wide` and `high` are the picture's pixels
export function drawn(each, wide, high) {
  const unit = Math.max(wide, high) / 42;
  const thick = unit * 0.22;
  const group = svg("g", { class: "shape", "data-shape": each.shape });
  const outline = (name, attributes) =>
    group.append(svg(name, { class: "halo", "stroke-width": thick * 2, ...attributes }), svg(name, { class: "outline", "stroke-width": thick, ...attributes }), svg(name, { class: "hit", "stroke-width": unit * 1.4, ...attributes }));
  let anchor = [0, 0];
  if (each.shape === "box") {
    const box = { x: each.x * wide, y: each.y * high, width: each.width * wide, height: each.height * high };
    outline("rect", { ...box, rx: unit * 0.3 });
    anchor = [box.x + box.width / 2, box.y - unit];
  } else if (each.shape === "ellipse") {
    const round = { cx: each.x * wide, cy: each.y * high, rx: each.rx * wide, ry: each.ry * high };
    outline("ellipse", round);
    anchor = [round.cx, round.cy - round.ry - unit];
  } else if (each.shape === "polygon") {
    const points = each.points.map(([x, y]) => [x * wide, y * high]);
    outline("polygon", { points: points.map((pair) => pair.join(",")).join(" ") });
    anchor = [points[0][0], points[0][1] - unit];
  } else if (each.shape === "arrow") {
    const [x, y] = [each.from[0] * wide, each.from[1] * high];
    const [toX, toY] = [each.to[0] * wide, each.to[1] * high];
    const angle = Math.atan2(toY - y, toX - x);
    const back = [toX - Math.cos(angle) * unit, toY - Math.sin(angle) * unit];
    const side = [Math.sin(angle) * unit * 0.55, -Math.cos(angle) * unit * 0.55];
    outline("line", { x1: x, y1: y, x2: back[0], y2: back[1] });
    group.append(svg("polygon", { class: "point", points: `${toX},${toY} ${back[0] + side[0]},${back[1] + side[1]} ${back[0] - side[0]},${back[1] - side[1]}` }));
    anchor = [x - Math.cos(angle) * unit * 1.1, y - Math.sin(angle) * unit * 1.1];
  } else if (each.shape === "blur") {
    group.append(svg("rect", { class: "blur", x: each.x * wide, y: each.y * high, width: each.width * wide, height: each.height * high }));
  } else {
    anchor = [each.at[0] * wide, each.at[1] * high];
    if (each.shape === "badge") group.append(svg("circle", { class: "badge", cx: anchor[0], cy: anchor[1], r: unit, "stroke-width": thick / 2 }), svg("text", { class: "number", x: anchor[0], y: anchor[1], "font-size": unit * 1.15 }, String(each.number)));
  }
  if (each.text && each.shape !== "blur") group.append(...label(each, anchor, unit, wide, high));
  return group;
}

function label(each, [x, y], unit, wide, high) {
  const room = wide * WIDEST;
  const wanted = letters(each.text) * unit + 0.8 * unit;
  const plate = Math.min(wanted, room);
  const tall = Math.ceil(wanted / room) * 1.3 * unit + 0.5 * unit;
  let middle = x;
  if (each.shape === "badge") {
    const beside = unit * 1.5 + plate / 2;
    middle = x + beside + plate / 2 <= wide ? x + beside : x - beside;
  }
  const side = middle - plate / 2 < 0 ? "start" : middle + plate / 2 > wide ? "end" : "centre";
  const left = { start: 0, end: wide - room, centre: middle - room / 2 }[side];
  const top = Math.min(Math.max(y, tall / 2), high - tall / 2);
  const place = svg("foreignObject", { x: left, y: top - high, width: room, height: 2 * high, "font-size": unit });
  place.append(el("div", { class: `plate-room ${side}` }, el("span", { class: "plate", dir: "auto" }, each.text)));
  const target = { start: plate / 2, end: wide - plate / 2, centre: middle }[side];
  return [place, svg("rect", { class: "hit", x: target - plate / 2, y: top - tall / 2, width: plate, height: tall })];
}

// the points by which an annotation is changed: each with where it lies and what pulling it does
export function handles(each) {
  if (each.shape === "box" || each.shape === "blur") {
    const [x, y, w, h] = [each.x, each.y, each.width, each.height].map(Number);
    const put = (x0, y0, x1, y1) => ({ ...each, x: round(Math.min(x0, x1)), y: round(Math.min(y0, y1)), width: round(Math.max(0.005, Math.abs(x1 - x0))), height: round(Math.max(0.005, Math.abs(y1 - y0))) });
    const [r, b] = [x + w, y + h];
    return [
      [[x, y], (px, py) => put(px, py, r, b)],
      [[r, y], (px, py) => put(x, py, px, b)],
      [[r, b], (px, py) => put(x, y, px, py)],
      [[x, b], (px, py) => put(px, y, r, py)],
      [[x + w / 2, y], (_, py) => put(x, py, r, b)],
      [[r, y + h / 2], (px) => put(x, y, px, b)],
      [[x + w / 2, b], (_, py) => put(x, y, r, py)],
      [[x, y + h / 2], (px) => put(px, y, r, b)],
    ];
  }
  if (each.shape === "ellipse") {
    const [x, y, rx, ry] = [each.x, each.y, each.rx, each.ry].map(Number);
    const wide = (px) => ({ ...each, rx: round(Math.max(0.005, Math.abs(px - x))) });
    const tall = (_, py) => ({ ...each, ry: round(Math.max(0.005, Math.abs(py - y))) });
    return [[[x + rx, y], wide], [[x - rx, y], wide], [[x, y + ry], tall], [[x, y - ry], tall]];
  }
  if (each.shape === "arrow") return [[point(each.from), (px, py) => ({ ...each, from: [round(px), round(py)] })], [point(each.to), (px, py) => ({ ...each, to: [round(px), round(py)] })]];
  if (each.shape === "polygon") return each.points.map((one, place) => [point(one), (px, py) => ({ ...each, points: each.points.map((other, number) => (number === place ? [round(px), round(py)] : other)) })]);
  return [];
}

// the middles of an outline's sides: pulling one adds a corner there
export function middles(each) {
  if (each.shape !== "polygon") return [];
  return each.points.map((one, place) => {
    const next = each.points[(place + 1) % each.points.length];
    const at = [(Number(one[0]) + Number(next[0])) / 2, (Number(one[1]) + Number(next[1])) / 2];
    return [at, (px, py) => ({ ...each, points: [...each.points.slice(0, place + 1), [round(px), round(py)], ...each.points.slice(place + 1)] })];
  });
}

export function moved(each, dx, dy) {
  const shift = ([x, y]) => [round(Number(x) + dx), round(Number(y) + dy)];
  if (each.points) return { ...each, points: each.points.map(shift) };
  if (each.from) return { ...each, from: shift(each.from), to: shift(each.to) };
  if (each.at) return { ...each, at: shift(each.at) };
  const [x, y] = [Number(each.x) + dx, Number(each.y) + dy];
  if (each.shape === "ellipse") return { ...each, x: round(x), y: round(y) };
  return { ...each, x: round(Math.min(x, 1 - each.width)), y: round(Math.min(y, 1 - each.height)) };
}

// larger or smaller by keyboard: its right and lower side, an arrow's head
export function grown(each, dx, dy) {
  if (each.shape === "box" || each.shape === "blur") return { ...each, width: round(Math.max(0.01, Number(each.width) + dx)), height: round(Math.max(0.01, Number(each.height) + dy)) };
  if (each.shape === "ellipse") return { ...each, rx: round(Math.max(0.01, Number(each.rx) + dx)), ry: round(Math.max(0.01, Number(each.ry) + dy)) };
  if (each.from) return { ...each, to: [round(Number(each.to[0]) + dx), round(Number(each.to[1]) + dy)] };
  if (each.points) {
    const [x, y] = point(each.points[0]);
    const stretch = (value, from, by) => from + (value - from) * (1 + by * 2);
    return { ...each, points: each.points.map(([px, py]) => [round(stretch(Number(px), x, dx)), round(stretch(Number(py), y, dy))]) };
  }
  return each;
}

// what a drag from one point to another draws with a tool
export function made(tool, [x0, y0], [x, y]) {
  if (tool === "arrow") return { shape: "arrow", from: [round(x0), round(y0)], to: [round(x), round(y)] };
  const [left, top, width, height] = [Math.min(x0, x), Math.min(y0, y), Math.abs(x - x0), Math.abs(y - y0)];
  if (tool === "ellipse") return { shape: "ellipse", x: round(left + width / 2), y: round(top + height / 2), rx: round(width / 2), ry: round(height / 2) };
  return { shape: tool, x: round(left), y: round(top), width: round(width), height: round(height) };
}
