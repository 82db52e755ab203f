// What is being taught: pictures, regions, settings, and what was learned of them. Kept in the browser until it is used.
const REMEMBERED = ["name", "kind", "regions", "settings", "align", "ask", "note", "samples", "labelled", "learned"];

export class Lesson {
  constructor(store, heard) {
    this.store = store;
    this.heard = heard;
    this.begin({});
  }

  begin(known) {
    this.name = known.name ?? "";
    this.kind = known.kind ?? "presence";
    this.regions = known.regions ?? [];
    this.settings = known.settings ?? {};
    this.align = known.align ?? "";
    this.ask = known.ask ?? "operator";
    this.note = known.note ?? "";
    this.samples = known.samples ?? []; // { picture, good }: a digest in the store, and which side it is on
    this.labelled = known.labelled ?? []; // { picture, good }: what it is measured with
    this.learned = known.learned ?? null;
    this.frame = known.frame ?? null; // the scene inside a file whose pictures are not here
  }

  // what the file in the draft says
  open(taught) {
    const { threshold, low, high } = taught;
    const cut = { threshold, low, high };
    const samples = taught.pictures.filter((each) => each.held).map(({ picture, good }) => ({ picture, good }));
    this.begin({ ...taught, samples, learned: { ...taught, taught: cut, scores: null, remarks: [], separate: null, stale: false } });
  }

  // what an earlier visit did not use; nothing where the draft has just that (a browser may forget a moment late)
  recover(taught) {
    try {
      const kept = JSON.parse(localStorage.getItem(this.store));
      if (!kept?.samples?.length) return false;
      if (taught && kept.learned && !kept.learned.stale && spelled(kept, kept.learned) === spelled(taught, taught)) return false;
      this.begin(kept);
      return true;
    } catch {
      return false; // what is damaged is not worth keeping
    }
  }

  remember() {
    try {
      localStorage.setItem(this.store, JSON.stringify(Object.fromEntries(REMEMBERED.map((name) => [name, this[name]]))));
    } catch {
      // a full store: what is on the page stays there
    }
  }

  forget() {
    localStorage.removeItem(this.store);
  }

  // something that the scores depend on is another
  change(values) {
    Object.assign(this, values);
    if (this.learned) this.learned.stale = true;
    this.remember();
    this.heard();
  }

  moveCut(values) {
    Object.assign(this.learned, values);
    this.remember();
    this.heard();
  }

  side(good) {
    return this.samples.filter((each) => each.good === good);
  }

  get scene() {
    const first = this.side(true)[0];
    return first ? `/media/${first.picture}` : this.frame;
  }

  // the good ones first, as the server calls them: Good 1, Good 2, Bad 1
  get ordered() {
    return [...this.side(true), ...this.side(false)];
  }

  get wanted() {
    const { name, kind, regions, settings, ask, note } = this;
    const own = Object.fromEntries(Object.entries(settings).filter(([field, value]) => SETTINGS[kind].includes(field) && value !== "" && value !== null && value !== undefined));
    return { name, kind, regions, ask, note, ...own, ...(this.align ? { align: this.align } : {}), samples: this.ordered };
  }

  // what the cut that is shown says to a score
  answer(score) {
    const { low, high, threshold } = this.learned;
    if (score === null || (score >= low && score <= high)) return "undecided";
    return score > threshold ? "good" : "bad";
  }
}

function spelled({ kind, regions, samples, pictures }, { threshold, low, high }) {
  const places = regions.map(({ x, y, width, height, name }) => [x, y, width, height, name ?? ""]);
  const digests = (samples ?? pictures).map((each) => `${each.good} ${each.picture}`).sort();
  return JSON.stringify([kind, places, digests, threshold, low, high]);
}

export const SETTINGS = { presence: [], colour: [], count: ["count"], orientation: ["by", "marker", "tolerance"], code: ["expected"], text: ["expected"], screws: [] };
