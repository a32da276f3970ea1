// The list beside the draft: what was found and what is missing, why, where it stands in the manual, and better words.

import { $, button, h, icon, pair, place } from "./dom.js";
import { say } from "./session.js";
import { SEVERITIES, VERDICTS } from "./words.js";

let announced = 0;

/** Shows a report; `watch` is the underlined field. */
export function showReport(report, items, watch) {
  showVerdict(report);
  const list = $("findings");
  list.replaceChildren(...items.map((item) => entry(item, watch)));
  $("findings-none").hidden = !report || items.length > 0;
  $("findings-blank").hidden = Boolean(report);
  const { hidden } = watch;
  $("hidden-note").hidden = !hidden;
  $("hidden-count").textContent = hidden;
  clearTimeout(announced);
  // Spoken when the writer rests, not at each pause between two words.
  if (report) announced = setTimeout(() => say(inWords(report)), 900);
}

/** Marks the entry of the item on which the caret stands. */
export function showCurrent(item) {
  for (const one of $("findings").children) one.classList.toggle("on", one.item === item);
  const shown = [...$("findings").children].find((one) => one.item === item);
  if (shown && matchMedia("(min-width: 62rem)").matches) shown.scrollIntoView({ block: "nearest" });
}

function showVerdict(report) {
  const box = $("verdict");
  box.className = `verdict ${report?.verdict ?? "none"}`;
  $("score").hidden = !report;
  if (!report) return void box.replaceChildren(...pair("等您落笔", "Waiting for a draft"));
  const [chinese, english, name] = VERDICTS[report.verdict];
  box.replaceChildren(icon(name), h("strong", {}, chinese), " ", h("small", { lang: "en" }, english));
  $("score-number").textContent = report.score;
  $("score-bar").value = report.score;
}

function inWords({ verdict, score, findings, missing }) {
  const [chinese] = VERDICTS[verdict];
  return `${chinese}，礼貌分 ${score}，发现 ${findings.length} 处，缺少 ${missing.length} 处。`;
}

function entry(item, watch) {
  const { told, kind, severity } = item;
  const missing = kind === "missing";
  const made = h(
    "li", { class: `finding ${severity}` },
    h("div", { class: "finding-head" },
      icon(severity),
      h("button", { type: "button", class: "goto", title: "在草稿中定位", onclick: () => watch.show(item) },
        h("span", { class: "away" }, `${SEVERITIES[severity][0]}：`), told.message),
      h("span", { class: "tag" }, told.trial ? `${told.category} · 试用` : told.category)),
    h("p", { class: "why" }, told.why),
    told.replacements.length > 0 && h(
      "div", { class: "choices", role: "group", "aria-label": missing ? "补上" : "改成" },
      told.replacements.map((one) => choice(item, one, watch))),
    h("p", { class: "source" }, h("a", { href: `#/manual/rules/${encodeURIComponent(told.rule)}` }, place(told.source))),
  );
  made.item = item;
  return made;
}

function choice(item, replacement, watch) {
  const words = replacement.text || "删去";
  const verb = item.kind === "missing" ? "补上" : "改成";
  return h(
    "button", {
      type: "button", class: replacement.safe ? "choice" : "choice unsure",
      title: replacement.safe ? "一键替换" : "填入后请再看一遍",
      onclick: () => {
        if (!watch.apply(item, replacement)) return;
        say(replacement.safe ? `已${verb}：${words}` : `已填入：${words}。请过目再发。`);
      },
    },
    h("span", { class: "away" }, `${verb}：`), words,
    !replacement.safe && h("span", { class: "hint" }, "需过目"),
  );
}
