// Pictures of two revisions: beside one another, or one laid over the other behind a slider. And what is the same, unfolded.

function show(pair, mode) {
  pair.classList.toggle("over", mode === "over");
  pair.querySelector(".slider").hidden = mode !== "over";
  for (const button of pair.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
}

function slide(pair) {
  pair.querySelector(".sheets").style.setProperty("--seen", `${pair.querySelector(".slider input").value}%`);
}

function ready(pair) {
  if (pair.dataset.ready) return;
  pair.dataset.ready = "yes";
  pair.querySelector(".modes").hidden = false;
  pair.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mode]");
    if (button) show(pair, button.dataset.mode);
  });
  pair.querySelector(".slider input").addEventListener("input", () => slide(pair));
}

function settle() {
  for (const pair of document.querySelectorAll("[data-pair]")) ready(pair);
  for (const button of document.querySelectorAll("[data-unfold]")) button.hidden = !document.querySelector(".unchanged");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-unfold]");
  if (!button) return;
  const open = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(open));
  button.textContent = open ? "Only changes" : "Show what is the same";
  for (const each of document.querySelectorAll(".unchanged")) each.open = open;
});
document.addEventListener("htmx:after:swap", settle);
settle();
