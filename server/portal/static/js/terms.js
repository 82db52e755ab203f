// The terms of a release: an instant is chosen in local time and sent in UTC; stages are added one after the other.
for (const form of document.querySelectorAll("form[data-utc]")) {
  form.addEventListener("formdata", (event) => {
    const given = event.formData.get("effective_at");
    if (given) event.formData.set("effective_at", new Date(given).toISOString());
  });
}

for (const terms of document.querySelectorAll("[data-terms]")) {
  const add = terms.querySelector("[data-add-stage]");
  if (!add) continue;
  const waiting = [...terms.querySelectorAll("template[data-next-stage]")];
  add.hidden = waiting.length === 0;
  add.addEventListener("click", () => {
    const next = waiting.shift();
    next.replaceWith(next.content.cloneNode(true));
    add.hidden = waiting.length === 0;
    [...terms.querySelectorAll("[data-stage]")].at(-1).querySelector("input")?.focus();
  });
  // a station stands in one stage: where it was chosen last
  terms.addEventListener("change", (event) => {
    if (!event.target.matches("[data-stage] input") || !event.target.checked) return;
    for (const other of terms.querySelectorAll("[data-stage] input")) {
      if (other !== event.target && other.value === event.target.value) other.checked = false;
    }
  });
}
