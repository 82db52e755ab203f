// What every page does in the browser: times in the reader's zone, running clocks, dialogs, printing, the live sign.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
if (!document.cookie.split("; ").includes(`zone=${encodeURIComponent(zone)}`)) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax${secure}`;
}

const day = { month: "short", day: "numeric" };
const clock = { hour: "2-digit", minute: "2-digit" };
const words = {
  today: new Intl.DateTimeFormat(undefined, clock),
  year: new Intl.DateTimeFormat(undefined, { ...day, ...clock }),
  long: new Intl.DateTimeFormat(undefined, { ...day, year: "numeric", ...clock }),
  time: new Intl.DateTimeFormat(undefined, { ...clock, second: "2-digit" }),
  day: new Intl.DateTimeFormat(undefined, { ...day, year: "numeric" }),
};

// as short as it can be without being mistaken: no date for today, no year for this year
function styleOf(instant, asked) {
  if (asked !== "long") return words[asked] ?? words.long;
  const now = new Date();
  if (instant.toDateString() === now.toDateString()) return words.today;
  return instant.getFullYear() === now.getFullYear() ? words.year : words.long;
}

function showTimes(root) {
  for (const element of root.querySelectorAll("time[datetime]:not([data-local])")) {
    const instant = new Date(element.dateTime);
    element.textContent = styleOf(instant, element.dataset.style).format(instant);
    element.dataset.local = "";
  }
}

// --- clocks that run between two messages of the server ---------------------------
const began = new WeakMap();

function spell(seconds) {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (value) => String(value).padStart(2, "0");
  return whole < 3600
    ? `${Math.floor(whole / 60)}:${two(whole % 60)} min`
    : `${Math.floor(whole / 3600)}:${two(Math.floor((whole % 3600) / 60))} h`;
}

function runClocks() {
  for (const element of document.querySelectorAll("[data-clock]")) {
    const told = element.dataset.clock;
    let start = began.get(element);
    if (!start || start.told !== told) {
      start = { told, at: performance.now() };
      began.set(element, start);
    }
    const seconds = Number(told) + (performance.now() - start.at) / 1000;
    element.textContent = spell(seconds);
    if (element.dataset.limit) element.parentElement.classList.toggle("over", seconds > Number(element.dataset.limit));
  }
}

// --- dialogs, disclosed fields, printing -------------------------------------------
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog")?.close();
  if (event.target.closest("[data-print]")) window.print();
  const sheet = document.querySelector(".bottom details[open]");
  if (sheet && !sheet.contains(event.target)) sheet.open = false;
});

function disclose(select) {
  const shown = select.value === select.dataset.revealsAt;
  const part = document.getElementById(select.dataset.reveals);
  part.hidden = !shown;
  for (const field of part.querySelectorAll("input")) field.disabled = !shown;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-reveals]")) disclose(event.target);
});

// another document has other steps to choose from: the whole page is asked for anew, not only the report
document.addEventListener(
  "change",
  (event) => {
    const step = event.target.name === "document" ? event.target.form?.elements.namedItem("step") : null;
    if (!step) return;
    event.stopImmediatePropagation();
    step.value = "";
    event.target.form.submit();
  },
  true,
);

// --- films play from where their step begins to where it ends, again and again ----------
function keepWithin(film) {
  const start = Number(film.dataset.start);
  const end = Number(film.dataset.end ?? Infinity);
  const back = () => {
    film.currentTime = start;
  };
  if (start) film.addEventListener("loadedmetadata", back);
  const look = () => {
    if (film.currentTime >= end || film.currentTime < start - 0.25) back();
    if (!film.paused) next();
  };
  // by frames, where the browser tells them: the time is told only four times a second
  const next = () => (film.requestVideoFrameCallback ? film.requestVideoFrameCallback(look) : requestAnimationFrame(look));
  film.addEventListener("playing", next);
  film.addEventListener("seeked", () => film.currentTime >= end && back());
}
for (const film of document.querySelectorAll("video[data-start]")) keepWithin(film);

// a form is sent once, however often the button is pressed
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// --- filters: open where there is room; the export follows the address ---------------
const roomy = matchMedia("(min-width: 801px)");
function openFilters() {
  for (const box of document.querySelectorAll(".filters-box")) box.open = roomy.matches;
}
roomy.addEventListener("change", openFilters);

// filters act as soon as they are changed; the button is for browsers without scripts
for (const button of document.querySelectorAll("[data-plain]")) button.classList.add("hidden-words");

function followAddress() {
  const narrowed = [...new URLSearchParams(location.search)].some(([name, value]) => value && name !== "by");
  for (const link of document.querySelectorAll("[data-clear]")) link.hidden = !narrowed;
  for (const link of document.querySelectorAll("[data-export]")) link.href = link.dataset.export + location.search;
}

// --- the live sign ----------------------------------------------------------------
function live(words, lost) {
  const sign = document.getElementById("live");
  if (!sign) return;
  sign.classList.toggle("lost", lost);
  sign.querySelector("[data-words]").textContent = words;
}
document.addEventListener("htmx:sse:after:connection", () => live("Live", false));
document.addEventListener("htmx:sse:error", () => live("No connection to the server, trying again", true));
document.addEventListener("htmx:error", () => live("No connection to the server, trying again", true));

function settle() {
  showTimes(document);
  runClocks();
  followAddress();
}
for (const name of ["htmx:after:swap", "htmx:sse:after:message", "htmx:after:history:update"]) document.addEventListener(name, settle);
for (const select of document.querySelectorAll("[data-reveals]")) disclose(select);
openFilters();
settle();
setInterval(runClocks, 250);
