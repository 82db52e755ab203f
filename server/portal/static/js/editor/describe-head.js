// What a work instruction says about itself, in words. `tests/portal` holds this against the language.
import { area, choice, line, list, one, own, some, time, whole, words } from "./forms.js";
import { attached } from "./attaching.js";

export const RISKS = [["low", "low"], ["medium", "medium"], ["high", "high"]];
export const LANGUAGES = line("language", "Language", "that it is written in: en, de, ja, pt-BR", { longest: 12, suggest: "languages" });
export const RISK = choice("risk_class", "Risk class", RISKS, "how much care the task needs; says who has to approve", { usual: "low" });
const INTERVAL = time("review_interval", "Reviewed every", "such as 365d; empty: as its procedure or the plant says");

export const SUPPRESSED = list(
  "lint",
  "Rules of the checker that do not hold here",
  [
    one("rule", "Rule", (ctx) => Object.entries(ctx.tools.rules()).map(([name, { why }]) => [name, `${name}: ${why.slice(0, 60)}`]), "", { must: true }),
    line("reason", "Why"),
    one("step", "In the step", (ctx) => ctx.tools.steps().map((step) => [step.id, step.title ?? step.id]), "", { none: "in the whole document" }),
  ],
  "",
  { add: "Silence a rule", fresh: (ctx) => ({ rule: Object.keys(ctx.tools.rules())[0], reason: "" }) },
);

export const ATTACHMENTS = own("attachments", attached, { wide: true });
const ID = line("id", "Name", "in conditions");

export const TOOLS = list("tools", "Tools", [line("name", "Tool"), line("id", "Name in the document")], "that the task needs; steps choose among them", { add: "Add a tool", named: { id: "id", from: "name", stem: "tool" } });
export const PARTS = list("parts", "Parts (bill of materials)", [line("number", "Part number"), line("name", "Name"), whole("quantity", "How many", "", { least: 1 })], "that the task uses up; steps choose among them", { add: "Add a part" });

// chapters of the page “About this document”
export const CHAPTERS = [
  ["The document", [line("title", "Title", "what is done, in a few words", { wide: true }), area("summary", "Summary", "one or two sentences"), LANGUAGES, RISK, INTERVAL, some("governed_by", "Procedures that govern it", (ctx) => ctx.tools.documents("sop"), "", { add: "Add a procedure …" })]],
  [
    "What it is for",
    [
      {
        ...own("applies_to", null),
        as: "inside",
        label: "",
        wide: true,
        fields: [
          words("part_numbers", "Part numbers", "scanning one opens this instruction", { add: "Add a part number", longest: 64 }),
          words("gtins", "GTINs", "8, 12, 13 or 14 digits, as under the bar code", { add: "Add a GTIN", longest: 14 }),
          words("families", "Product families", "", { add: "Add a family" }),
          some("options", "Only for units with one of these options", (ctx) => (ctx.tools.head().options ?? []).map((option) => [option.id, option.title ?? option.id]), "none: for all", { add: "Add an option …" }),
        ],
      },
    ],
  ],
  ["What is needed", [PARTS, TOOLS, words("protective_equipment", "Protective equipment", "small letters and hyphens: safety-glasses, gloves", { add: "Add equipment", longest: 80, suggest: "equipment" }), words("qualifications", "Qualifications", "that the operator needs", { add: "Add a qualification" })]],
  [
    "What changes from unit to unit",
    [
      list(
        "parameters",
        "Parameters of the work order",
        (ctx) => [
          line("title", "What it is", "such as: Test pressure in bar"),
          choice("type", "Kind", [["text", "text"], ["number", "number"], ["flag", "yes or no"], ["choice", "one of a few"]], "", { usual: "text", after: () => ctx.tools.redraw() }),
          ID,
          ctx.get().type === "choice" ? words("choices", "Choices", "small letters, digits and hyphens", { add: "Add a choice" }) : null,
          ctx.get().type === "flag" ? tickDefault() : line("default", "Default", "empty: the run cannot begin before it is said"),
        ].filter(Boolean),
        "",
        { add: "Add a parameter", folded: true, title: (parameter) => `${parameter.title || "Parameter"} · order.${(parameter.id ?? "").replaceAll("-", "_")}`, fresh: { title: "" }, named: { id: "id", from: "title", stem: "parameter" } },
      ),
      list("options", "Options of the unit", [line("title", "Option"), ID], "", { add: "Add an option", named: { id: "id", from: "title", stem: "option" } }),
    ],
  ],
  ["Order", [list("step_groups", "Groups of steps", [line("title", "Heading"), line("id", "Name")], "a step says to which it belongs", { add: "Add a group", named: { id: "id", from: "title", stem: "group" } })]],
  ["Beside the steps", [ATTACHMENTS, SUPPRESSED]],
];

export const BLOCK = [["The block", [line("title", "Title", "", { wide: true }), LANGUAGES]], ["What is needed", [PARTS, TOOLS]]];

function tickDefault() {
  return choice("default", "Default", [["true", "yes"], ["false", "no"]], "", { none: "has to be said" });
}
