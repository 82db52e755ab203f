// What was learned, in words: whether good and bad divide, which pictures are on the wrong side, and every score.
import { count, el } from "../editor/parts.js";
import { verdict } from "./pictures.js";

export function drawResult(place, lesson, closed) {
  const { learned } = lesson;
  place.querySelector("#verdict").replaceChildren(...sentences(lesson, closed).map(([tone, words, more]) => el("div", { class: `message ${tone}` }, el("div", {}, [words, more ? el("span", {}, more) : null]))));
  place.querySelector("#found-by").textContent = { markers: "the scene is found by its markers", features: "the scene is found by its features", fixed: "the camera has to stand still" }[learned.align] ?? "";
  const remarks = learned.stale ? [] : learned.remarks.filter((words) => !words.startsWith("good and bad pictures do not separate"));
  place.querySelector("#teach-remarks").replaceChildren(...remarks.map((words) => el("li", { class: "warning" }, words[0].toUpperCase() + words.slice(1))));
  const scored = Boolean(learned.scores && !learned.stale);
  place.querySelector("#scores").hidden = !scored;
  if (scored) place.querySelector("#scores table").replaceChildren(...table(lesson));
}

function sentences(lesson, closed) {
  const { learned } = lesson;
  if (learned.stale) return [["warning", "Something is another since it was taught.", "Press Teach to see what the check says now."]];
  if (!learned.scores) return [["", "This is what the draft's file holds.", closed ? "Try another picture to see what it says." : "Press Teach to see the scores of its pictures; move the threshold, or try another picture."]];
  const marks = lesson.ordered.map((sample, place) => ({ good: sample.good, ...verdict(lesson, sample, learned.scores[place]) }));
  const wrong = (good) => marks.filter((each) => each.good === good && each.mark === "wrong").length;
  const asked = marks.filter((each) => each.mark === "asks").length;
  const left = asked ? `${count(asked, "picture")} would be left to a person.` : "";
  const found = [];
  if (!learned.separate) found.push(["bad", "The pictures do not divide good and bad.", "What lies between is left to a person. Draw the region closer around the part, improve the light, add pictures, or choose another kind."]);
  else if (!lesson.side(false).length) found.push(["warning", "There is no bad picture: nobody knows yet where bad begins.", "Add one for each way in which it can be wrong."]);
  if (wrong(false)) found.push(["bad", `${count(wrong(false), "bad picture")} would pass.`, "Raise the threshold, or let a person decide up to a higher score."]);
  if (wrong(true)) found.push(["bad", `${count(wrong(true), "good picture")} would be refused.`, "Lower the threshold, or let a person decide from a lower score."]);
  if (!found.length && !left) found.push(["", "Good and bad pictures divide.", "Every good picture is judged good, every bad one bad."]);
  else if (left) found.push(["warning", left, found.length ? null : "No picture is judged wrong."]);
  return found;
}

function table(lesson) {
  const { scores } = lesson.learned;
  const names = scores.find((each) => each.regions.length)?.regions.map((each) => each.name) ?? [];
  const head = el("thead", {}, el("tr", {}, [el("th", {}, "Picture"), ...names.map((name) => el("th", { class: "num", dir: "auto" }, /^\d+$/.test(name) ? `Region ${name}` : name)), el("th", {}, "The check says")]));
  const rows = lesson.ordered.map((sample, place) => {
    const each = scores[place];
    const { words, mark } = verdict(lesson, sample, each);
    const cell = (region) => el("td", { class: "num", title: region?.why ?? "" }, region?.score === null || !region ? "–" : region.score.toFixed(2));
    return el("tr", {}, [el("td", {}, each.name), ...names.map((_, number) => cell(each.regions[number])), el("td", { class: mark }, words)]);
  });
  return [head, el("tbody", {}, rows)];
}
