// What the console's pages share: the service with its key, words for a screen reader, the clipboard, feedback.

import { Coach } from "./coach.js";
import { $, h, pair } from "./dom.js";
import { trouble } from "./words.js";

const KEPT = "script-coach-key";

let asked = null;

/** Asks the reader for a key, once for all calls that wait; null when they decline. */
function askKey(wrong) {
  asked ??= new Promise((resolve) => {
    const dialog = $("key");
    const field = $("key-field");
    $("key-wrong").hidden = !wrong;
    field.value = "";
    dialog.returnValue = "";
    dialog.onclose = () => {
      asked = null;
      const key = dialog.returnValue === "ok" ? field.value.trim() : "";
      field.value = "";
      if (key) sessionStorage.setItem(KEPT, key);
      resolve(key || null);
    };
    dialog.showModal();
  });
  return asked;
}

export const coach = new Coach({ key: sessionStorage.getItem(KEPT), askKey });

/** The dialog's own form is never sent: it only closes. */
export function prepareKey() {
  const dialog = $("key");
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close("ok");
  });
  $("key-cancel").addEventListener("click", () => dialog.close(""));
}

/** Lets a screen reader say something, and nobody else see it. */
export function say(words) {
  $("said").textContent = words;
}

/** Shows a short word at the foot of the page for a few seconds. */
export function toast(chinese, english) {
  const shown = $("toast");
  shown.replaceChildren(...pair(chinese, english));
  shown.classList.add("shown");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => shown.classList.remove("shown"), 2600);
}

/** Copies a text. On a page without TLS, where the clipboard is closed to scripts, by way of a selection. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const held = h("textarea", { class: "away", "aria-hidden": "true" });
    held.value = text;
    const before = document.activeElement;
    document.body.append(held);
    held.select();
    document.execCommand("copy");
    held.remove();
    before?.focus({ preventScroll: true });
  }
  toast("已复制", "Copied");
}

const told = new Set();

/** Says what became of an answer; the first word on each counts, and a failure to count troubles nobody. */
export function feedback(id, action) {
  if (told.has(id)) return;
  told.add(id);
  coach.feedback(id, action).catch(() => {});
}

/** A line that says what went wrong. */
export function troubleLine(problem) {
  return h("p", { class: "trouble", role: "alert" }, pair(...trouble(problem)));
}

let scenarios = null;

/** The scenarios of the policy, read once. */
export function scenarioList() {
  scenarios ??= coach.manual("policy/scenarios").then(({ scenarios: all }) => all);
  scenarios.catch(() => (scenarios = null));
  return scenarios;
}

/** The title of a scenario, or its id while the list is not there. */
export async function scenarioTitle(id) {
  const all = await scenarioList().catch(() => []);
  return all.find((one) => one.id === id)?.title ?? id;
}
