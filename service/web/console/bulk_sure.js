// The question before something that cannot be undone, asked once.

import { $, pair } from "./dom.js";

/** Whether the reader wants it; `title` and `does` are pairs of Chinese and English. */
export function sure(title, words, does) {
  const dialog = $("bulk-sure");
  $("bulk-sure-title").replaceChildren(...pair(...title));
  $("bulk-sure-words").textContent = words;
  $("bulk-sure-yes").replaceChildren(...pair(...does));
  dialog.returnValue = "";
  dialog.showModal();
  // The careful answer stands first under the keys.
  $("bulk-sure-no").focus();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === "yes");
  });
}

/** Wires the two answers up. */
export function prepareSure() {
  $("bulk-sure-yes").addEventListener("click", () => $("bulk-sure").close("yes"));
  $("bulk-sure-no").addEventListener("click", () => $("bulk-sure").close(""));
}
