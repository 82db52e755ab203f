// A pointer that is down holds what it is on: what would be drawn anew waits until it is up, or a drag and a click would be lost.
export class Hand {
  constructor(page = window) {
    this.down = new Set();
    this.waiting = new Map(); // what would be drawn anew -> how
    page.addEventListener("pointerdown", (event) => this.down.add(event.pointerId), true);
    for (const end of ["pointerup", "pointercancel"]) page.addEventListener(end, (event) => this.up(event.pointerId), true);
    page.addEventListener("pointermove", (event) => event.buttons || this.up(event.pointerId), true); // let go where the page did not see it
    page.addEventListener("blur", () => [...this.down].forEach((pointer) => this.up(pointer)));
  }

  later(what, draw) {
    if (this.down.size) this.waiting.set(what, draw);
    else draw();
  }

  up(pointer) {
    if (this.down.delete(pointer) && !this.down.size) setTimeout(() => this.draw()); // after the click that it makes
  }

  draw() {
    if (this.down.size) return;
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const each of waiting) each();
  }
}
