// Comments point at words that were marked, or at a region that was dragged over a picture.
for (const article of document.querySelectorAll("article.reviewed")) {
  const form = article.querySelector(".speak form");
  if (form) {
    article.addEventListener("mouseup", () => quoted(article, form));
    for (const figure of article.querySelectorAll("figure.marked")) regions(figure, form);
  }
}

function point(form, { quote = "", region = "" }, words) {
  form.elements.quote.value = quote;
  form.elements.region.value = region;
  form.querySelector("[data-anchor]").textContent = words;
  form.closest("details").open = true;
}

function quoted(article, form) {
  const chosen = getSelection();
  const quote = chosen.toString().trim();
  if (quote && article.querySelector(".words")?.contains(chosen.anchorNode)) point(form, { quote: quote.slice(0, 300) }, `About: “${quote.slice(0, 80)}”`);
}

function regions(figure, form) {
  const layer = figure.querySelector("svg.regions");
  let from = null;
  let mark = null;
  const share = (event) => {
    const box = figure.getBoundingClientRect();
    const within = (value) => Math.min(1, Math.max(0, value));
    return [within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height)];
  };
  figure.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    from = share(event);
    figure.setPointerCapture(event.pointerId);
  });
  figure.addEventListener("pointermove", (event) => {
    if (!from) return;
    mark ??= layer.appendChild(document.createElementNS(layer.namespaceURI, "rect"));
    const [x, y] = share(event);
    const sides = { x: Math.min(x, from[0]), y: Math.min(y, from[1]), width: Math.abs(x - from[0]), height: Math.abs(y - from[1]) };
    for (const [name, value] of Object.entries(sides)) mark.setAttribute(name, value.toFixed(4));
  });
  figure.addEventListener("pointerup", () => {
    from = null;
    if (!mark || Number(mark.getAttribute("width")) < 0.01) return;
    const sides = ["x", "y", "width", "height"].map((name) => mark.getAttribute(name));
    point(form, { region: `${sides.join(" ")} ${figure.dataset.picture}` }, "About the marked place of the picture.");
  });
}
