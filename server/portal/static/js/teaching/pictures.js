// Good and bad pictures: sent one after the other, shown with what the check says to each.
import { button, count, el } from "../editor/parts.js";
import { upload } from "../editor/uploading.js";

export class Pictures {
  constructor(place, lesson, to, closed) {
    this.lesson = lesson;
    this.to = to; // draft, token, largest, most
    this.closed = closed;
    this.sides = [...place.querySelectorAll(".samples")];
    for (const side of this.sides) this.listen(side);
  }

  listen(side) {
    const good = side.dataset.side === "good";
    const [several, one] = side.querySelectorAll("input[type=file]");
    side.querySelector("[data-add]").addEventListener("click", () => several.click());
    side.querySelector("[data-take]").addEventListener("click", () => one.click());
    for (const input of [several, one]) {
      input.addEventListener("change", async () => {
        const files = [...input.files];
        input.value = "";
        await this.add(files, good);
      });
    }
    if (this.closed) return void (side.querySelector(".adding").hidden = true);
    side.addEventListener("dragover", (event) => {
      event.preventDefault();
      side.classList.add("over");
    });
    for (const end of ["dragleave", "drop"]) side.addEventListener(end, () => side.classList.remove("over"));
    side.addEventListener("drop", (event) => {
      event.preventDefault();
      this.add([...event.dataTransfer.files], good);
    });
  }

  async add(files, good) {
    const moving = this.sides.find((side) => (side.dataset.side === "good") === good).querySelector(".moving");
    const wrong = [];
    moving.className = "note moving";
    for (const [place, file] of files.entries()) {
      const which = files.length > 1 ? `picture ${place + 1} of ${files.length}` : "the picture";
      try {
        if (this.lesson.samples.length >= this.to.most) throw new Error(`${file.name}: there are ${this.to.most} pictures already; more are not taken.`);
        const told = await upload(this.to, "vision/pictures", file, (share) => (moving.textContent = share < 1 ? `Sending ${which}: ${Math.round(share * 100)} %` : `Looking at ${which}`), this.to.largest);
        if (this.lesson.samples.some((each) => each.picture === told.picture)) throw new Error(`${file.name}: this picture is there already.`);
        this.put(told.picture, good);
      } catch (problem) {
        wrong.push(problem.message);
      }
    }
    moving.textContent = wrong.join(" ");
    moving.classList.toggle("bad", wrong.length > 0);
  }

  put(picture, good) {
    this.putAll([{ picture, good }]);
  }

  putAll(wanted) {
    const moved = new Set(wanted.map((each) => each.picture));
    const samples = wanted.map(({ picture, good }) => ({ picture, good }));
    this.lesson.change({ samples: [...this.lesson.samples.filter((each) => !moved.has(each.picture)), ...samples] });
  }

  draw() {
    for (const side of this.sides) {
      const good = side.dataset.side === "good";
      const held = this.lesson.side(good);
      side.querySelector(".card-head .note").textContent = held.length ? count(held.length, "picture") : "none yet";
      side.querySelector("ul").replaceChildren(...held.map((each, place) => this.tile(each, place)));
    }
  }

  tile(sample, place) {
    const { lesson } = this;
    const name = `${sample.good ? "Good" : "Bad"} ${place + 1}`;
    const isScene = sample.good && place === 0;
    const scored = lesson.learned?.stale === false ? lesson.learned.scores?.[lesson.ordered.indexOf(sample)] : null;
    const said = scored ? verdict(lesson, sample, scored) : { words: isScene ? "The scene that you draw on" : "", mark: "" };
    return el("li", { class: [isScene ? "is-scene" : "", said.mark === "wrong" ? "wrong" : ""].join(" "), "data-picture": sample.picture }, [
      el("img", { src: `/media/${sample.picture}`, alt: name, loading: "lazy", decoding: "async" }),
      el("div", { class: "about" }, [name, el("output", {}, scored ? (scored.score === null ? "–" : scored.score.toFixed(2)) : "")]),
      el("div", { class: `said ${said.mark}` }, said.words),
      this.closed ? null : el("div", { class: "row-tools" }, [
        sample.good && !isScene ? button("Draw on it", () => lesson.change({ samples: [sample, ...lesson.samples.filter((each) => each !== sample)] }), { class: "small quiet" }) : null,
        button(sample.good ? "Is bad" : "Is good", () => this.put(sample.picture, !sample.good), { class: "small quiet" }),
        button("×", () => lesson.change({ samples: lesson.samples.filter((each) => each !== sample) }), { class: "small quiet", "aria-label": `Take out ${name}`, title: "Take out" }),
      ]),
    ]);
  }
}

// what the check says to a picture, in words, and whether it is right
export function verdict(lesson, sample, scored) {
  if (scored.score === null) return { words: `Not used: ${scored.why}`, mark: "asks" };
  const answer = lesson.answer(scored.score);
  if (answer === "undecided") return { words: "A person decides", mark: "asks" };
  if ((answer === "good") === sample.good) return { words: answer === "good" ? "Judged good" : "Judged bad", mark: "right" };
  return { words: sample.good ? "Wrong: would be refused" : "Wrong: would pass", mark: "wrong" };
}
