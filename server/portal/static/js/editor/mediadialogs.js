// Which part of a file is wanted: pages of a PDF and the length of a film before it is sent, views of a model afterwards.
import { button, el } from "./parts.js";

export function kindOf(file) {
  if (file.type === "application/pdf" || /\.pdf$/i.test(file.name)) return "pdf";
  if (file.type.startsWith("video/") || /\.(mp4|mov|m4v|webm|mkv|avi|3gp)$/i.test(file.name)) return "film";
  return "other";
}

function asked(title, inside, label) {
  return new Promise((done) => {
    const go = el("button", { class: "main" }, label);
    const form = el("form", { method: "dialog" }, [el("h2", {}, title), ...inside, el("div", { class: "buttons" }, [button("Cancel", () => dialog.close("no"), { class: "" }), go])]);
    const dialog = el("dialog", { class: "wide-dialog" }, form);
    go.value = "yes";
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

// what goes along with the file; null where it is not to be sent after all
export async function choosePart(kind, file) {
  if (kind === "pdf") {
    const pages = el("input", { placeholder: "all of them", "aria-label": "Pages", pattern: "[0-9 ,\\-]*", dir: "ltr" });
    const wanted = await asked(`Pages of ${file.name}`, [el("label", {}, ["Which pages", pages]), el("small", { class: "hint" }, "such as 1,3-5; at most 30 at a time")], "Take them");
    return wanted ? { pages: pages.value.replaceAll(" ", "") } : null;
  }
  if (kind === "film") {
    const [start, end] = ["Begins at second", "Ends at second"].map((label) => el("input", { type: "number", min: 0, step: 0.1, "aria-label": label }));
    const wanted = await asked(`Film ${file.name}`, [el("div", { class: "fields" }, [el("label", {}, ["Begins at second", start]), el("label", {}, ["Ends at second", end])]), el("small", { class: "hint" }, "Empty: the whole film. What is kept has at most five minutes; its sound is left out.")], "Take it");
    return wanted ? { start: start.value, end: end.value } : null;
  }
  return {};
}

// of several pages or views those that are wanted
export async function chooseItems(told, keeper) {
  if (told.media.length < 2) return told.media;
  const usual = told.kind === "model" ? [told.media.length - 1] : told.media.map((_, place) => place);
  const boxes = told.media.map((each, place) => {
    const box = el("input", { type: "checkbox", "aria-label": each.what });
    box.checked = usual.includes(place);
    const picture = keeper.url(each.poster ?? each.path);
    return el("label", { class: "item" }, [el("img", { src: picture, alt: "", loading: "lazy" }), el("span", { class: "tick" }, [box, each.kind === "film" ? `${each.what} (film)` : each.what])]);
  });
  const title = told.kind === "model" ? "Which views of the model" : "Which pages";
  const wanted = await asked(title, [el("div", { class: "items" }, boxes)], "Put them in");
  return wanted ? told.media.filter((_, place) => boxes[place].querySelector("input").checked) : [];
}
