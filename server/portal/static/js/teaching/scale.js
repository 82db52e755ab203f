// The scores of all pictures on one line, with the threshold and the scores that are left to a person.
import { svg } from "../editor/parts.js";
import { verdict } from "./pictures.js";

const EDGE = 14; // pixels at both ends
const LINES = { good: 44, bad: 92 };
const NEAR = 15; // pixels; nearer dots stand above one another
const FOOT = 122;

export function drawScale(place, lesson) {
  const wide = Math.max(260, place.getBoundingClientRect().width);
  const { threshold, low, high, scores, stale } = lesson.learned;
  const at = (score) => EDGE + score * (wide - 2 * EDGE);
  place.setAttribute("viewBox", `0 0 ${wide} 150`);
  const drawn = [svg("rect", { class: "band", x: at(low), y: 16, width: Math.max(1, at(high) - at(low)), height: FOOT - 16 }), svg("line", { class: "axis", x1: at(0), x2: at(1), y1: FOOT, y2: FOOT })];
  for (const tick of [0, 0.25, 0.5, 0.75, 1]) drawn.push(svg("text", { x: at(tick), y: FOOT + 18, "text-anchor": "middle" }, String(tick)));
  drawn.push(svg("line", { class: "cut", x1: at(threshold), x2: at(threshold), y1: 12, y2: FOOT }));
  drawn.push(svg("text", { class: "side", x: at(0), y: 11 }, "bad"), svg("text", { class: "side", x: at(1), y: 11, "text-anchor": "end" }, "good"));
  if (scores && !stale) drawn.push(...dots(lesson, scores, at));
  place.replaceChildren(...drawn);
}

function dots(lesson, scores, at) {
  const taken = { good: [], bad: [] };
  return scores.flatMap((each, place) => {
    if (each.score === null) return [];
    const side = each.good ? "good" : "bad";
    const x = at(each.score);
    const above = taken[side].filter((other) => Math.abs(other - x) < NEAR).length;
    taken[side].push(x);
    const y = LINES[side] - (above % 4) * 12 + 14;
    const { mark, words } = verdict(lesson, lesson.ordered[place], each);
    const dot = each.good ? svg("circle", { cx: x, cy: y, r: 6 }) : svg("path", { d: `M${x - 5} ${y - 5}l10 10m0-10l-10 10` });
    dot.setAttribute("class", `dot ${side} ${mark}`);
    dot.append(svg("title", {}, `${each.name}: ${each.score.toFixed(2)}. ${words}`));
    return [dot];
  });
}

// threshold and band by three sliders that push one another
export function listenCuts(place, lesson, settled) {
  const [low, threshold, high] = place.querySelectorAll("input");
  const move = (values) => lesson.moveCut(values);
  const now = () => [Number(low.value), Number(threshold.value), Number(high.value)];
  low.addEventListener("input", () => {
    const [l, t, h] = now();
    move({ low: l, threshold: Math.max(t, l), high: Math.max(h, l) });
  });
  threshold.addEventListener("input", () => {
    const [l, t, h] = now();
    move({ low: Math.min(l, t), threshold: t, high: Math.max(h, t) });
  });
  high.addEventListener("input", () => {
    const [l, t, h] = now();
    move({ low: Math.min(l, h), threshold: Math.min(t, h), high: h });
  });
  for (const each of [low, threshold, high]) each.addEventListener("change", settled);
}

export function drawCuts(place, lesson, closed) {
  for (const input of place.querySelectorAll("input")) {
    const value = lesson.learned[input.name];
    input.value = value;
    input.disabled = closed;
    input.parentElement.querySelector("output").textContent = value.toFixed(2);
  }
}
