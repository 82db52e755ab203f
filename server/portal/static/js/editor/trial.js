// The dry run: every path with its length, its time and what it asks of the operator.
import { clock, count, el } from "./parts.js";

const ENDS = { completed: "comes to the end", stopped: "is stopped", stuck: "gets stuck", "cut short": "is too long to follow" };
const TAGS = { completed: "good", stopped: "warn", stuck: "bad", "cut short": "warn" };

export async function tryOut(keeper, dialog, titles) {
  await keeper.flush();
  const body = dialog.querySelector("#trial-words");
  body.replaceChildren(el("p", {}, "Walking every path …"));
  if (!dialog.open) dialog.showModal();
  const { ok, told } = await keeper.ask("try");
  if (!ok) {
    body.replaceChildren(el("p", { class: "field-remark error" }, [told?.detail, told?.mend].filter(Boolean).join(" ") || "The server does not answer."));
    return;
  }
  const words = `${count(told.paths, "path")}${told.more === "0" ? "" : `, and ${told.more} more at least`}: ${told.completed} ${told.completed === 1 ? "comes" : "come"} to the end, ${told.stopped} ${told.stopped === 1 ? "is" : "are"} stopped, ${told.stuck} ${told.stuck === 1 ? "gets" : "get"} stuck.`;
  const columns = [["End", false], ["Steps", true], ["Expected", true], ["Taps", true], ["Scans", true], ["Typed", true], ["Waits", true], ["What led there", false]];
  const numbers = (path) => [path.steps, clock(path.seconds), path.taps, path.scans, path.typed, path.waits];
  body.replaceChildren(
    el("p", {}, el("b", {}, words)),
    told.missed.length ? el("p", { class: "field-remark error" }, `No path came to ${told.missed.map((step) => titles(step)).join(", ")}.`) : "",
    told.stuck ? el("p", { class: "field-remark error" }, "A document whose paths cannot all be finished is not released.") : "",
    el("div", { class: "table trial-table" }, [
      el("table", {}, [
        el("thead", {}, el("tr", {}, columns.map(([name, number]) => el("th", { class: number ? "num" : "" }, name)))),
        el("tbody", {}, told.shown.map((path) => el("tr", { class: path.end }, [el("td", {}, el("span", { class: `tag ${TAGS[path.end]}` }, ENDS[path.end])), ...numbers(path).map((each) => el("td", { class: "num" }, String(each))), el("td", { dir: "auto" }, [path.order, ...path.choices.map(titles), path.why].filter(Boolean).join(" · ") || "–")]))),
      ]),
    ]),
    el("p", { class: "note" }, told.paths > told.shown.length ? `${told.shown.length} paths are listed, the longest first.` : "Waits are readings, signals and dwells that somebody waits for."),
  );
}
