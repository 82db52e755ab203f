// What a check looks for: its kind, and what that kind asks for.
import { area, choice, exact, form, line, whole } from "../editor/forms.js";
import { el } from "../editor/parts.js";

export const KINDS = [
  ["presence", "A part is there, and is the right one"],
  ["colour", "It has the right colour"],
  ["count", "So many parts are there"],
  ["orientation", "It is turned the right way"],
  ["code", "A code reads as expected"],
  ["text", "A printed line reads as expected"],
  ["screws", "Screws are in their places"],
];
const WORDS = {
  presence: "Each region is compared with the good pictures and with the bad ones.",
  colour: "The colour of each region, whatever the light around it.",
  count: "One region, in which parts of about one size lie apart from one another.",
  orientation: "One region with an ArUco marker, or with a pattern that is not the same from all sides.",
  code: "One region with a bar code or a two-dimensional code.",
  text: "One region with one printed line. Only characters that stand on the good pictures can be read.",
  screws: "One region around each screw, as large as its head and a little more.",
};
const OWN = {
  presence: [],
  colour: [],
  count: [whole("count", "How many there are to be", "", { least: 1 })],
  orientation: [
    choice("by", "Told by", [["marker", "a marker"], ["features", "its own pattern"]], "", { none: "a marker where there is one" }),
    whole("marker", "Number of the marker", "0 to 49; empty: the one in the region"),
    exact("tolerance", "Degrees that it may be turned", "", { like: "5" }),
  ],
  code: [line("expected", "Reads", "empty: what the good pictures show")],
  text: [line("expected", "Reads", "what stands on every good picture", { longest: 40 })],
  screws: [],
};
const MORE = [
  line("name", "Name of the check", "small letters, digits and dashes"),
  choice("align", "The scene is found by", [["markers", "markers (ArUco)"], ["features", "its features"], ["fixed", "nothing: the camera stands still"]], "", { none: "what suits it best" }),
  choice("ask", "Who decides when it cannot", [["operator", "the operator"], ["supervisor", "a supervisor"]], "", { usual: null }),
  area("note", "A note for whoever teaches it again", "", { rows: 2, longest: 500 }),
];
const NUMBERS = new Set(["tolerance"]);

export function drawSettings(place, lesson, closed) {
  const tools = {};
  const set = (name, value) => lesson.change({ settings: { ...lesson.settings, [name]: value === "" ? "" : NUMBERS.has(name) ? Number(value) : value } });
  const own = { tools, step: "own", get: () => lesson.settings, set };
  const all = { tools, step: "all", get: () => lesson, set: (name, value) => lesson.change({ [name]: value }) };
  const kind = choice("kind", "Kind", KINDS, "", { usual: null, after: () => drawSettings(place, lesson, closed) });
  place.replaceChildren(
    form([kind], all),
    el("p", { class: "note" }, WORDS[lesson.kind]),
    form(OWN[lesson.kind], own),
    el("details", { class: "more" }, [el("summary", {}, "Name, scene and who decides"), form(MORE, all)]),
  );
  if (closed) for (const each of place.querySelectorAll("input, select, textarea")) each.disabled = true;
}
