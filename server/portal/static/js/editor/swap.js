// A picture that takes another's place: where it is used elsewhere too, all uses are offered.
import { count, el } from "./parts.js";

export async function swap(keeper, old, taken, here, at, reload) {
  const { ok, told } = await keeper.ask(`uses/${old}`);
  const [document, step] = at();
  const elsewhere = (ok ? told : []).filter((use) => use.document !== document || use.step !== step);
  if (!elsewhere.length) return here();
  const dialog = globalThis.document.getElementById("swap-dialog");
  const list = dialog.querySelector("#swap-uses");
  const lines = new Map();
  for (const use of elsewhere) {
    const words = `${use.title}: ${use.step_title}`;
    lines.set(words, (lines.get(words) ?? 0) + 1);
  }
  list.replaceChildren(...[...lines].map(([words, times]) => el("li", { dir: "auto" }, times > 1 ? `${words} (${times} steps)` : words)));
  dialog.querySelector("h2").textContent = `This picture is used in ${count(elsewhere.length, "other step")} too`;
  dialog.querySelector("#swap-here").onclick = () => {
    dialog.close();
    here();
  };
  dialog.querySelector("#swap-all").onclick = async () => {
    dialog.close();
    const documents = [...new Set(elsewhere.map((use) => use.document))];
    await keeper.elsewhere(async () => {
      here();
      await keeper.flush();
      await keeper.send("swap", { old, path: taken.path, documents });
    });
    await reload();
  };
  dialog.showModal();
}
