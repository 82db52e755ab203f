// Responsibilities as a table: activities down, roles across, in each cell what the role is for the activity.
import { grouped } from "./forms.js";
import { button, el, having, select } from "./parts.js";

const PARTS = [["", "–"], ["responsible", "R"], ["accountable", "A"], ["consulted", "C"], ["informed", "I"]];
const LISTS = ["responsible", "consulted", "informed"];

export function raci(field, ctx) {
  const box = el("div", { class: "table-box" });
  const held = () => ctx.get()?.responsibilities ?? [];
  const roles = () => (ctx.get()?.roles ?? []).map((role) => role.role).filter(Boolean);

  const put = (now) => {
    ctx.set("responsibilities", now);
    draw();
  };
  const change = (place, make) => held().map((row, number) => (number === place ? make(row) : row));

  function part(row, role) {
    const found = LISTS.filter((name) => (row[name] ?? []).includes(role));
    if (row.accountable === role) return found.includes("responsible") ? "both" : "accountable";
    return found[0] ?? "";
  }

  function given(row, role, wanted) {
    let made = { ...row };
    for (const name of LISTS) made = having(made, name, (made[name] ?? []).filter((each) => each !== role));
    if (made.accountable === role) delete made.accountable;
    if (wanted === "accountable" || wanted === "both") made.accountable = role;
    const list = wanted === "both" ? "responsible" : wanted;
    if (LISTS.includes(list)) made[list] = [...(made[list] ?? []), role];
    return made;
  }

  function draw() {
    const names = roles();
    if (!names.length) {
      box.replaceChildren(el("p", { class: "note" }, "List the roles first; each gets a column here."));
      return;
    }
    const head = el("tr", {}, [el("th", {}, "Activity"), ...names.map((name) => el("th", { dir: "auto" }, name)), el("th", {}, "")]);
    const lines = held().map((row, place) => {
      const activity = el("input", { value: row.activity ?? "", dir: "auto", maxlength: 300, "aria-label": `Activity ${place + 1}` });
      activity.dataset.key = `head responsibilities.${place}`;
      activity.dataset.typing = "yes";
      activity.addEventListener("input", () => ctx.set("responsibilities", change(place, (each) => having(each, "activity", activity.value))));
      return el("tr", { "data-at": `responsibilities.${place}` }, [
        el("td", {}, activity),
        ...names.map((name) => {
          const cell = select([...PARTS, ["both", "R, A"]], part(row, name), { "aria-label": `${name}: ${row.activity ?? ""}` });
          cell.addEventListener("input", () => put(change(place, (each) => given(each, name, cell.value))));
          return el("td", {}, cell);
        }),
        el("td", {}, button("×", () => put(held().filter((_, number) => number !== place)), { class: "quiet", "aria-label": "Take out" })),
      ]);
    });
    box.replaceChildren(
      ...(lines.length ? [el("table", { class: "raci" }, [el("thead", {}, head), el("tbody", {}, lines)])] : []),
      button("Add an activity", () => put([...held(), { activity: "", responsible: [names[0]], accountable: names[0] }]), { class: "small quiet" }),
    );
  }
  draw();
  return grouped({ ...field, label: "Responsibilities", help: "R responsible · A accountable, exactly one · C consulted · I informed" }, ctx, [box]);
}
