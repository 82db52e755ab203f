// Where a step leads: rows of "when … go to … at most … times". Nothing is guessed.
import { expression, list, one, whole } from "./forms.js";

const targets = (ctx) => [...ctx.tools.steps().map((step, place) => [step.id, `${place + 1}. ${step.title ?? step.id}`]), ["end", "the end of the run"]];

export const WAYS = list(
  "next",
  "Ways on",
  [
    expression("when", "When", "flag", "empty: always", { like: "look_over.state == 'cracked'" }),
    one("to", "go to", targets, "", { must: true }),
    whole("at_most", "at most so many times", "needed where it leads back", { least: 1 }),
  ],
  "tried from top to bottom when the step is done; without one that holds, the next step comes up",
  { add: "Add a way", fresh: (ctx) => ({ to: ctx.tools.following(ctx.step) }) },
);
