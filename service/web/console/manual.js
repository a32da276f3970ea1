// The page of a team lead: the manual as a searchable book, and beside it the entry that was opened.

import { $, h, icon, pair } from "./dom.js";
import { showFigures } from "./figures.js";
import { showRule } from "./rule.js";
import { showScenario } from "./scenario.js";
import { coach, scenarioList, troubleLine } from "./session.js";
import { SEVERITIES } from "./words.js";

let rules = null;
let scenarios = null;
let book = "rules";
let opened = null;

/** Wires the search up. */
export function prepareManual() {
  for (const id of ["search", "by-severity", "by-category"]) $(id).addEventListener("input", list);
  for (const one of document.querySelectorAll("input[name=book]")) {
    one.addEventListener("change", () => {
      book = one.value;
      list();
    });
  }
  $("entries").addEventListener("keydown", walk);
  $("search").addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" || event.isComposing) return;
    event.preventDefault();
    $("entries").querySelector("a")?.focus();
  });
}

/** Shows what the path names: `rules/ID`, `scenarios/ID`, or nothing: what fires most. */
export async function showManual([kind, id]) {
  const out = $("entry");
  const mine = (opened = id ?? null);
  $("manual").classList.toggle("opened", Boolean(id));
  try {
    await load();
    if (id && (kind === "rules" || kind === "scenarios")) {
      if (book !== kind) $(`book-${kind}`).checked = true;
      book = kind;
      list();
      out.replaceChildren(h("p", { class: "working" }, "…"));
      const told = await coach.manual(`policy/${kind}/${encodeURIComponent(id)}`);
      if (mine !== opened) return;
      out.replaceChildren(back(), ...(kind === "rules" ? showRule(told, rules) : showScenario(told)));
      if (document.activeElement?.closest("#entries") === null) out.focus({ preventScroll: true });
    } else {
      list();
      const figures = await showFigures(rules);
      if (mine === opened) out.replaceChildren(...figures);
    }
  } catch (problem) {
    if (mine === opened) out.replaceChildren(back(), troubleLine(problem));
  }
}

async function load() {
  if (rules) return;
  const [told, found] = await Promise.all([coach.manual("policy/rules"), scenarioList()]);
  rules = told.rules;
  scenarios = found;
  const categories = new Map();
  for (const { category } of rules) categories.set(category, (categories.get(category) ?? 0) + 1);
  $("by-category").append(
    ...[...categories].sort((a, b) => b[1] - a[1]).map(([name, number]) => h("option", { value: name }, `${name} ${number}`)));
  $("policy-version").textContent = `${told.policy.name} ${told.policy.version}`;
}

function back() {
  return h("a", { class: "back", href: "#/manual" }, "‹ ", pair("回到手册", "Back"));
}

function list() {
  if (!rules) return;
  const words = $("search").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const [severity, category] = [$("by-severity").value, $("by-category").value];
  const all = book === "rules" ? rules : scenarios;
  const found = all.filter((one) => words.every((word) => text(one).includes(word)) && (book !== "rules"
    || ((!severity || one.severity === severity) && (!category || one.category === category))));
  $("filters").hidden = book !== "rules";
  $("found").textContent = found.length === all.length ? `共 ${all.length} 条` : `${all.length} 条中的 ${found.length} 条`;
  $("entries").replaceChildren(...found.map((one, index) => h("li", {}, h(
    "a", { href: `#/manual/${book}/${encodeURIComponent(one.id)}`, tabindex: index ? "-1" : "0", "data-id": one.id },
    one.severity ? [icon(one.severity), h("span", { class: "away" }, `${SEVERITIES[one.severity][0]}：`)] : null,
    h("span", { class: "title" }, one.title), h("span", { class: "tag" }, one.category ?? one.source.document)))));
  if (found.length === 0) $("entries").append(h("li", { class: "none" }, pair("没有找到，换个词试试。", "Nothing found.")));
  for (const link of $("entries").querySelectorAll("a")) {
    if (link.dataset.id !== opened) continue;
    link.setAttribute("aria-current", "true");
    const { offsetTop: top, offsetHeight: height } = link;
    const out = $("entries");
    if (top < out.scrollTop || top + height > out.scrollTop + out.clientHeight) out.scrollTop = top - out.clientHeight / 3;
  }
}

/** All that may be searched of an entry, in one string, made once. */
function text(one) {
  one.searched ??= [one.id, one.title, one.category, one.message, one.why, ...Object.values(one.source)]
    .filter(Boolean).join("\n").toLowerCase();
  return one.searched;
}

/** Arrows walk the list, so that Tab need not pass three hundred entries. */
function walk(event) {
  const links = [...$("entries").querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
  if (to === undefined || at < 0) return;
  event.preventDefault();
  if (to < 0) return void $("search").focus();
  const next = links[Math.min(to, links.length - 1)];
  links[at].tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
