// One more picture, held against what was learned: what the kiosk would say.
import { button, el, svg } from "../editor/parts.js";
import { upload } from "../editor/uploading.js";

const SAID = { good: "Good", bad: "Bad", undecided: "A person decides" };

export class Trying {
  constructor(place, lesson, pictures, ask) {
    Object.assign(this, { place, lesson, pictures, ask, picture: null, asked: 0 });
    const [chosen, taken] = place.querySelectorAll("input");
    place.querySelector("#try").addEventListener("click", () => chosen.click());
    place.querySelector("#try-take").addEventListener("click", () => taken.click());
    for (const input of [chosen, taken]) {
      input.addEventListener("change", () => {
        const [file] = input.files;
        input.value = "";
        if (file) this.send(file);
      });
    }
  }

  async send(file) {
    this.say("Sending the picture");
    try {
      const told = await upload(this.pictures.to, "vision/pictures", file, (share) => this.say(share < 1 ? `Sending ${Math.round(share * 100)} %` : "Looking"), this.pictures.to.largest);
      this.picture = told.picture;
      await this.look();
    } catch (problem) {
      this.say(problem.message, true);
    }
  }

  // anew after the threshold was moved
  async look() {
    if (!this.picture || !this.lesson.learned) return;
    const { digest, threshold, low, high } = this.lesson.learned;
    const asked = (this.asked += 1);
    const told = await this.ask("vision/look", { digest, threshold, low, high, pictures: [this.picture] });
    if (asked !== this.asked || !this.picture) return; // a later question is on its way
    if (told.problem) this.say(told.problem, true);
    else this.draw(told.verdicts[0]);
  }

  forget() {
    this.picture = null;
    this.place.querySelector("#tried").replaceChildren();
  }

  say(words, bad = false) {
    this.place.querySelector("#tried").replaceChildren(el("p", { class: bad ? "field-remark error" : "note", role: "status" }, words));
  }

  draw(verdict) {
    const { picture } = this;
    const layer = svg("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none" });
    layer.append(...verdict.regions.map((each) => svg("polygon", { class: each.answer, points: each.corners.map((corner) => corner.join(",")).join(" ") })));
    const several = verdict.regions.length > 1;
    const score = (value) => (value === null ? "" : ` ${value.toFixed(2)}`);
    this.place.querySelector("#tried").replaceChildren(
      el("div", { class: "tried" }, [
        el("div", { class: "looked" }, [el("img", { src: `/media/${picture}`, alt: "The picture that was tried" }), layer]),
        el("div", {}, [
          el("h3", { class: { good: "good", bad: "bad", undecided: "warn" }[verdict.answer], role: "status" }, `${SAID[verdict.answer]}${score(verdict.score)}`),
          el("p", {}, `${verdict.why[0].toUpperCase()}${verdict.why.slice(1)}.`),
          several ? el("ul", {}, verdict.regions.map((each) => el("li", {}, `${each.name}: ${SAID[each.answer].toLowerCase()}${score(each.score)}, ${each.why}`))) : null,
          this.pictures.closed ? null : el("div", { class: "row-tools" }, [
            button("Add to the good ones", () => this.take(true)),
            button("Add to the bad ones", () => this.take(false)),
          ]),
        ]),
      ]),
    );
  }

  take(good) {
    this.pictures.put(this.picture, good);
    this.say(`It stands among the ${good ? "good" : "bad"} pictures now; teach again.`);
    this.picture = null;
  }
}
