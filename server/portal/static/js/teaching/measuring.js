// A labelled set: how often the check is wrong, each way, how often it asks; and the pictures it is wrong about.
import { count, el, svg } from "../editor/parts.js";
import { upload } from "../editor/uploading.js";

const SAID = { good: "Judged good", bad: "Judged bad", undecided: "A person decides" };
const RATES = {
  "false accept": ["Bad ones that would pass", "bad"],
  "false reject": ["Good ones that would be refused", "bad"],
  undecided: ["Left to a person", "warn"],
  "right where decided": ["Right where it decided", "good"],
};

export class Measuring {
  constructor(place, lesson, to, ask) {
    Object.assign(this, { place, lesson, to, ask, asked: 0, told: null });
    const inputs = place.querySelectorAll("input");
    for (const [number, button] of [...place.querySelectorAll("[data-label]")].entries()) {
      button.addEventListener("click", () => inputs[number].click());
      inputs[number].addEventListener("change", () => {
        const files = [...inputs[number].files];
        inputs[number].value = "";
        this.add(files, button.dataset.label === "good");
      });
    }
    place.querySelector("#measure").addEventListener("click", () => this.measure());
    place.querySelector("#forget-labelled").addEventListener("click", () => this.forget());
  }

  get labelled() {
    return [...this.lesson.labelled.filter((each) => each.good), ...this.lesson.labelled.filter((each) => !each.good)];
  }

  async add(files, good) {
    const wrong = [];
    for (const [place, file] of files.entries()) {
      try {
        if (this.lesson.labelled.length >= this.to.mostLabelled) throw new Error(`${file.name}: there are ${this.to.mostLabelled} pictures already; more are not taken.`);
        this.say(`Sending picture ${place + 1} of ${files.length}`);
        const { picture } = await upload(this.to, "vision/pictures", file, () => {}, this.to.largest);
        this.lesson.labelled = [...this.lesson.labelled.filter((each) => each.picture !== picture), { picture, good }];
      } catch (problem) {
        wrong.push(problem.message);
      }
    }
    this.lesson.remember();
    this.told = null;
    this.draw();
    if (wrong.length) this.say(wrong.join(" "), true);
  }

  forget() {
    this.lesson.labelled = [];
    this.lesson.remember();
    this.told = null;
    this.draw();
  }

  // anew, also after the threshold was moved
  async measure(quietly = false) {
    const { learned } = this.lesson;
    if (!learned || learned.stale || !this.labelled.length || (quietly && !this.told)) return this.draw();
    const asked = (this.asked += 1);
    this.say("Looking at every picture; this takes some seconds.");
    const { digest, threshold, low, high } = learned;
    const told = await this.ask("vision/measure", { digest, threshold, low, high, pictures: this.labelled });
    if (asked !== this.asked) return; // a later question is on its way
    this.told = told.problem ? null : told;
    this.draw();
    if (told.problem) this.say(told.problem, true);
  }

  say(words, bad = false) {
    const place = this.place.querySelector("#measure-words");
    place.textContent = words;
    place.className = bad ? "field-remark error" : "note";
  }

  draw() {
    const { learned, labelled } = this.lesson;
    const side = (good) => labelled.filter((each) => each.good === good).length;
    this.place.hidden = !learned;
    this.place.querySelector("#measure").disabled = !learned || learned.stale || !labelled.length;
    this.place.querySelector("#forget-labelled").hidden = !labelled.length;
    this.say(labelled.length ? `${count(side(true), "good picture")} and ${count(side(false), "bad picture")}.` : "None yet. Take them at the station, with its light, by different hands.");
    if (learned?.stale) this.told = null;
    this.place.querySelector("#measured").replaceChildren(...(this.told ? drawn(this.told) : []));
  }
}

function drawn(told) {
  return [
    el("div", { class: "two measured" }, [matrix(told), rates(told)]),
    wrong(told.judged.filter((each) => each.right === false), "Judged wrong", "No picture was judged wrong."),
    wrong(told.judged.filter((each) => each.right === null), "Left to a person", ""),
  ].filter(Boolean);
}

function matrix({ matrix: cells, pictures }) {
  const row = (truth) => el("tr", {}, [el("th", { scope: "row" }, `${truth === "good" ? "Good" : "Bad"} in truth`), ...["good", "bad", "undecided"].map((answer) => {
    const mark = answer === "undecided" ? "asks" : answer === truth ? "right" : cells[truth][answer] ? "wrong" : "";
    return el("td", { class: `num ${mark}`, "data-cell": `${truth} ${answer}` }, String(cells[truth][answer]));
  })]);
  const head = el("tr", {}, [el("td", {}), ...["good", "bad", "undecided"].map((answer) => el("th", { scope: "col", class: "num" }, SAID[answer]))]);
  return el("div", { class: "table" }, el("table", { class: "matrix" }, [el("caption", {}, `Confusion matrix of ${count(pictures, "picture")}`), el("thead", {}, head), el("tbody", {}, [row("good"), row("bad")])]));
}

function rates({ rates: all, interval, source }) {
  const percent = (share) => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
  const rows = Object.entries(RATES).map(([name, [words]]) => {
    const rate = all[name];
    const told = rate.of ? `${percent(rate.share)} (${rate.count} of ${rate.of})` : "nothing to count";
    return el("tr", {}, [el("th", { scope: "row" }, words), el("td", { class: "num" }, told), el("td", { class: "num" }, rate.of ? `${percent(rate.low)} – ${percent(rate.high)}` : "")]);
  });
  return el("div", { class: "table" }, el("table", { class: "rates" }, [el("caption", { title: `${interval}. ${source}` }, "Rates, and between which shares the truth lies (95 %)"), el("tbody", {}, rows)]));
}

function wrong(judged, title, none) {
  if (!judged.length) return none ? el("p", { class: "said right", role: "status" }, none) : null;
  return el("div", {}, [
    el("h3", {}, `${title}: ${count(judged.length, "picture")}`),
    el("ul", { class: "judged-wrong", "data-title": title }, judged.map((each) => {
      const layer = svg("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none" });
      layer.append(...each.regions.map((region) => svg("polygon", { class: region.answer, points: region.corners.map((corner) => corner.join(",")).join(" ") })));
      const score = each.score === null ? "" : ` ${each.score.toFixed(2)}`;
      return el("li", {}, [
        el("div", { class: "looked" }, [el("img", { src: `/media/${each.picture}`, alt: each.name, loading: "lazy" }), layer]),
        el("div", { class: "about" }, `${each.name}: ${SAID[each.answer].toLowerCase()}${score}`),
        el("div", { class: "said" }, each.why),
      ]);
    })),
  ]);
}
