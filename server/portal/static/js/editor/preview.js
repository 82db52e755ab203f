// The step as the kiosk shows it, small beside the sheet and large in a window of its own; both sizes, any language.
import { el, select } from "./parts.js";

const WAIT = 350;
const SIZES = [["1280x800", "1280 × 800"], ["1920x1080", "1920 × 1080"]];
const LANGUAGES = new Intl.DisplayNames(["en"], { type: "language" });

export class Preview {
  constructor(keeper, card, image, words, large) {
    this.keeper = keeper;
    this.card = card;
    this.image = image;
    this.words = words;
    this.large = large;
    this.newest = 0; // answers may overtake each other; an older one is no longer wanted
    this.size = select(SIZES, SIZES[0][0], { id: "preview-size", "aria-label": "Size of the kiosk" });
    this.theme = select([["dark", "dark"], ["light", "light"]], "dark", { "aria-label": "Theme of the kiosk" });
    this.language = select([], "", { id: "preview-language", "aria-label": "Language of the kiosk" });
    card.querySelector(".preview-tools").append(this.language, this.size);
    for (const each of [this.size, this.language, this.theme]) each.addEventListener("change", () => this.show(this.step));
    image.addEventListener("click", () => this.enlarge());
    image.addEventListener("keydown", (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), this.enlarge()));
    card.querySelector("#enlarge").addEventListener("click", () => this.enlarge());
  }

  languages() {
    const head = this.keeper.body("head") ?? {};
    const own = head.language ?? "en";
    const held = [own, ...Object.keys(head.translations ?? {}).filter((each) => each !== own).sort()];
    const chosen = held.includes(this.language.value) ? this.language.value : own;
    this.language.replaceChildren(...held.map((each) => el("option", { value: each }, named(each))));
    this.language.value = chosen;
    this.language.hidden = held.length < 2;
  }

  address(size) {
    const query = new URLSearchParams({ size, theme: this.theme.value, language: this.language.value, v: this.keeper.stamp });
    return `/drafts/${this.keeper.draft}/preview/${encodeURIComponent(this.step)}?${query}`;
  }

  show(step) {
    this.step = step;
    this.card.hidden = !step;
    if (!step) return;
    this.languages();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), WAIT);
  }

  async draw() {
    const number = (this.newest += 1);
    const step = this.step;
    if (!this.keeper.saved(`step:${step}`)) return; // the server does not know it yet; it is drawn once it is kept
    const answer = await fetch(this.address(this.size.value)).catch(() => null);
    if (number !== this.newest || step !== this.step) return;
    if (answer?.ok) {
      const made = URL.createObjectURL(await answer.blob());
      URL.revokeObjectURL(this.image.src);
      this.image.src = made;
      this.words.textContent = answer.headers.get("X-Whole") === "no" ? "Shown as far as the step is valid; what is marked is left out." : "";
    } else {
      const told = await answer?.json().catch(() => null);
      this.words.textContent = [told?.detail, told?.mend].filter(Boolean).join(" ") || "No preview: the server does not answer.";
    }
  }

  // both sizes at once, as large as the window lets them be
  enlarge() {
    if (!this.step) return;
    const shown = SIZES.map(([size, words]) => el("figure", {}, [el("img", { src: this.address(size), alt: `The step on a kiosk of ${words}` }), el("figcaption", { class: "note" }, words)]));
    const close = el("button", { type: "button", class: "main" }, "Close");
    close.addEventListener("click", () => this.large.close());
    this.theme.onchange = () => this.large.open && this.enlarge();
    this.large.replaceChildren(el("div", { class: "card-head" }, [el("h2", {}, "On the kiosk"), this.theme, close]), el("div", { class: "large-previews" }, shown));
    if (!this.large.open) this.large.showModal();
  }
}

export function named(language) {
  try {
    return `${LANGUAGES.of(language)} (${language})`;
  } catch {
    return language;
  }
}
