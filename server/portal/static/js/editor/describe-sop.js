// What a procedure says, in words. `tests/portal` holds this against the language.
import { area, line, lines, list, own, time, words } from "./forms.js";
import { ATTACHMENTS, LANGUAGES, RISK, SUPPRESSED } from "./describe-head.js";
import { flowEditor } from "./flow.js";
import { raci } from "./raci.js";

// inputs, outputs and records may be plain texts or say more; here each is a row
const told = (name, label, more, help, add) =>
  list(name, label, [lines("what", "What"), ...more], help, { add, loose: "what" });

export const CHAPTERS = [
  ["The procedure", [line("title", "Title", "", { wide: true }), line("owner", "Owner", "who keeps it right"), LANGUAGES, RISK, time("review_interval", "Reviewed every", "such as 365d; empty: as the plant says"), area("purpose", "Purpose", "why the process is there"), area("scope", "Scope", "what it covers, and what not")]],
  ["Flow", [own("flow", flowEditor, { wide: true })]],
  ["Roles and responsibilities", [list("roles", "Roles", [line("role", "Role"), lines("responsibility", "Answers for")], "", { add: "Add a role", after: (ctx) => ctx.tools.redraw?.() }), own("responsibilities", raci, { wide: true })]],
  ["Definitions and policy", [list("definitions", "Definitions", [line("term", "Term"), lines("meaning", "Means here")], "", { add: "Add a definition" }), words("policy", "Policy", "statements that always hold", { add: "Add a statement", long: true, longest: 8000 })]],
  [
    "Inputs, outputs and records",
    [
      told("inputs", "Inputs", [line("from", "From")], "what the process needs, and from whom it comes", "Add an input"),
      told("outputs", "Outputs", [line("to", "To")], "what the process gives, and to whom", "Add an output"),
      told("records", "Records kept", [line("where", "Where"), time("keep", "Kept for", "such as 3650d")], "what the process leaves", "Add a record"),
    ],
  ],
  ["Metrics", [list("metrics", "Metrics", [line("name", "What is looked at"), line("target", "Target"), time("every", "How often", "such as 30d")], "how one sees whether the process works", { add: "Add a metric" })]],
  ["References and attachments", [words("references", "References", "standards and other documents", { add: "Add a reference", longest: 8000 }), ATTACHMENTS, SUPPRESSED]],
];
