// What each kind of check asks, in words: its fields with their labels. `tests/portal` holds this against the language.
import { choice, exact, expression, inside, line, list, one, own, pairs, some, tick, time, whole, words } from "./forms.js";
import { failure } from "./failure.js";
import { taught } from "./taught.js";

const UNIT = line("unit", "Unit", "as on the drawing: mm, N.m, bar, °C", { suggest: "units" });
const BAND = [
  exact("low", "Lower limit"),
  exact("high", "Upper limit"),
  exact("target", "Target", "drawn as a mark between the limits"),
];
const COMPUTED = inside(
  "limits",
  "Computed limits",
  [
    expression("low", "Lower limit", "number", "", { like: "order.pressure - 0.5" }),
    expression("high", "Upper limit", "number", "", { like: "order.pressure + 0.5" }),
    expression("target", "Target", "number", "", { like: "order.pressure" }),
  ],
  "expressions in place of the fixed limits: from the work order, or from earlier readings",
);
const DEVICE = line("device", "Device", "its name in the station's file; empty: any that gives such a reading");
const DECIMALS = whole("decimals", "Decimals", "that are shown");
const PATTERN = line("pattern", "Pattern", "a regular expression for all of it", { like: "[A-Z]{2}-\\d{4}", ltr: true });
const PROMPT = line("prompt", "What is asked", "one short sentence for the operator");
const named = (stem) => ({ named: { id: "id", from: "text", stem } });
const ID = line("id", "Name", "in conditions and records");

const earlierScans = (ctx) =>
  ctx.tools.steps().flatMap((step) => (step.checks ?? []).filter((check) => check.kind === "scan").map((check) => [`${step.id}.${check.id}`, `${step.title}: ${check.prompt ?? check.id}`]));

export const KINDS = {
  confirm: { label: "The operator confirms", fresh: { prompt: "" }, fields: [PROMPT] },
  scan: {
    label: "A code is scanned",
    fresh: {},
    fields: [
      PROMPT,
      one("part", "Part", (ctx) => (ctx.tools.head().parts ?? []).map((part) => [part.number, `${part.number} ${part.name ?? ""}`]), "the code carries its number"),
      line("exact", "Exactly this text"),
      PATTERN,
      one("same_as", "The same as was scanned in", earlierScans),
      pairs("gs1", "GS1 elements", "application identifiers and what each must hold; * is anything", { labels: ["Application identifier", "Must hold"], like: ["01", "*"], fill: "*", add: "Add an element" }),
      choice("unique", "Never scanned before", [["run", "in this run"], ["station", "at this station"]], "", { none: "may come again" }),
    ],
  },
  measure: {
    label: "A device measures",
    fresh: { quantity: "length", unit: "mm", low: "0" },
    fields: [PROMPT, line("quantity", "What is measured", "depth, mass, pressure"), UNIT, ...BAND, DEVICE, DECIMALS, whole("repeat", "So many good values", "", { least: 1 }), tick("until_in_limits", "Wait until the value is within the limits", "for a sensor that sends values all the time"), COMPUTED],
  },
  torque: {
    label: "A tool tightens",
    fresh: { unit: "N.m", low: "8", high: "10" },
    fields: [PROMPT, whole("fastenings", "Tightenings", "", { least: 1 }), UNIT, ...BAND, exact("angle_low", "Least angle in degrees"), exact("angle_high", "Largest angle in degrees"), DEVICE, whole("program", "Program of the tool", "its own parameter set"), words("order", "Places in their order", "one for each tightening, as they are tightened", { add: "Add a place" }), COMPUTED],
  },
  signal: {
    label: "A machine's signal is on",
    fresh: { signal: "closed" },
    fields: [PROMPT, line("signal", "Signal", "its name in the station's file"), tick("expect", "It has to be on", "", { usual: true }), DEVICE],
  },
  timer: {
    label: "Time has to pass",
    fresh: { minimum: "5s" },
    fields: [PROMPT, time("minimum", "At least"), time("maximum", "At most", "longer is a deviation")],
  },
  choice: {
    label: "One answer of a few",
    fresh: { prompt: "", options: [{ id: "good", text: "Good" }, { id: "not-good", text: "Not good", good: false }] },
    fields: [PROMPT, list("options", "Answers", [line("text", "Answer"), tick("good", "The step may go on with it", "else a supervisor hears of it", { usual: true }), ID], "", { add: "Add an answer", most: 6, ...named("answer") })],
  },
  checklist: {
    label: "Lines are ticked off",
    fresh: { prompt: "", items: [{ id: "line-1", text: "" }, { id: "line-2", text: "" }] },
    fields: [PROMPT, list("items", "Lines", [line("text", "Line"), ID], "", { add: "Add a line", most: 12, ...named("line") })],
  },
  number: {
    label: "A number is typed",
    fresh: { prompt: "" },
    fields: [PROMPT, { ...UNIT, help: "1 is none" }, ...BAND, DECIMALS, COMPUTED],
  },
  text: { label: "Words are typed", fresh: { prompt: "" }, fields: [PROMPT, PATTERN] },
  photo: { label: "A photograph is taken", fresh: { prompt: "" }, fields: [PROMPT, whole("count", "How many", "", { least: 1 })] },
  vision: { label: "A camera judges", fresh: { check: "present" }, fields: [PROMPT, line("check", "What is looked for", "a short name"), own("taught", taught), choice("ask", "Who decides when it cannot", [["operator", "the operator"], ["supervisor", "a supervisor"]], "", { usual: "operator" }), DEVICE] },
  table: {
    label: "Values row by row",
    fresh: { prompt: "", rows: [{ id: "row-1", text: "" }], columns: [{ id: "column-1", text: "", unit: "mm" }] },
    fields: [
      PROMPT,
      list("rows", "Rows", [line("text", "Row", "a place that is measured"), ID], "", { add: "Add a row", ...named("row") }),
      list("columns", "Columns", [line("text", "Column"), choice("type", "Takes", [["number", "numbers"], ["text", "words"]], "", { usual: "number" }), UNIT, ...BAND, DECIMALS, ID, COMPUTED], "", { add: "Add a column", folded: true, title: (column) => column.text || "Column", ...named("column") }),
    ],
  },
  "sign-off": {
    label: "Somebody signs",
    fresh: { prompt: "", meaning: "" },
    fields: [PROMPT, line("meaning", "What the signature means", "such as: I have inspected it"), choice("role", "Who signs", [["operator", "an operator"], ["supervisor", "a supervisor"], ["engineer", "an engineer"], ["administrator", "an administrator"]], "", { none: "anybody" }), tick("second_person", "Not who does the run")],
  },
};

export const COMMON = [
  expression("when", "Only asked when", "flag", "a condition; empty: always"),
  tick("mandatory", "It has to be met", "else the step can be done without it", { usual: true }),
  tick("not_applicable", "May be marked as not applicable", "the record says so"),
  whole("attempts", "Bad attempts that are allowed", "the last of them brings what stands beside", { least: 1 }),
  own("on_failure", failure),
];

// about these nothing can be wrong; a timer fails once, by its longest time
const NEVER = { confirm: ["attempts", "on_failure"], signal: ["attempts", "on_failure"], checklist: ["attempts", "on_failure"], photo: ["attempts", "on_failure"], "sign-off": ["attempts", "on_failure"], timer: ["attempts"] };

// What a check may say beside its kind; what it says already is shown, so that it can be taken out.
export function common(check) {
  return COMMON.filter(({ name }) => name in check || !NEVER[check.kind]?.includes(name));
}

export const GROUPS = list(
  "groups",
  "Checks that belong together",
  [
    line("id", "Name"),
    choice("combine", "Met", [["all", "all of them"], ["any", "any one"], ["ordered", "one after the other"]], "", { usual: null }),
    some("checks", "Checks", (ctx) => (ctx.tools.step(ctx.step)?.checks ?? []).map((check) => [check.id, check.prompt ?? check.id]), "at least two", { add: "Add a check …" }),
  ],
  "such as: a camera or an eye",
  { add: "Add a group", fresh: { combine: "any", checks: [] }, named: { id: "id", from: "id", stem: "group" } },
);
