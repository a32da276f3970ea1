// What fires most since the service started, read from its own metrics.

import { h, icon, pair } from "./dom.js";
import { SEVERITIES, VERDICTS } from "./words.js";

const LINE = /^(\w+)\{([^}]*)\} ([0-9.e+]+)$/;
const SHOWN = 15;

/** The page that stands beside the list while nothing is opened; without metrics it says so. */
export async function showFigures(rules) {
  const figures = await read().catch(() => null);
  const head = h("header", { class: "entry-head" }, h("h2", {}, pair("什么最常命中", "What fires most")));
  if (!figures) return [head, h("p", { class: "plain" }, pair("这里读不到统计。", "The metrics cannot be read from here."))];
  const titles = new Map(rules.map((rule) => [rule.id, rule]));
  const fired = figures.filter(({ name, labels }) => name === "coach_findings_total" && titles.has(labels.rule))
    .sort((a, b) => b.value - a.value).slice(0, SHOWN);
  const most = fired[0]?.value ?? 1;
  const rows = fired.map(({ labels, value }) => {
    const rule = titles.get(labels.rule);
    const bar = h("span", { class: `bar ${rule.severity}` });
    bar.style.setProperty("--part", value / most);
    return h("li", {}, icon(rule.severity), h("a", { href: `#/manual/rules/${encodeURIComponent(rule.id)}` },
      h("span", { class: "away" }, `${SEVERITIES[rule.severity][0]}：`), rule.title), h("span", { class: "number" }, value.toLocaleString("zh-CN")), bar);
  });
  return [
    head,
    h("p", { class: "hint" }, "自服务启动以来，每条规则出现在多少份检查过的草稿里。边写边查，每停一次算一份。"),
    rows.length ? h("ol", { class: "most" }, rows) : h("p", { class: "plain" }, pair("还没有检查过草稿。", "No draft has been checked yet.")),
    h("div", { class: "totals" }, total(figures, "coach_checks_total", "verdict", Object.fromEntries(Object.entries(VERDICTS).map(([name, [words]]) => [name, words])), "检查结论", "Verdicts"),
      total(figures, "coach_feedback_total", "action", { accepted: "采用", edited: "改后采用", rejected: "不合适" }, "采用情况", "Feedback")),
  ];
}

function total(figures, name, label, words, chinese, english) {
  const sums = Object.entries(words).map(([value, shown]) => [shown, figures
    .filter((one) => one.name === name && one.labels[label] === value).reduce((sum, one) => sum + one.value, 0)]);
  return h("section", { class: "part" }, h("h3", {}, pair(chinese, english)),
    h("dl", { class: "sums" }, sums.map(([shown, number]) => h("div", {}, h("dt", {}, shown), h("dd", {}, number.toLocaleString("zh-CN"))))));
}

async function read() {
  const answer = await fetch("/metrics", { cache: "no-store" });
  if (!answer.ok) throw new Error(answer.statusText);
  return (await answer.text()).split("\n").map((line) => LINE.exec(line)).filter(Boolean).map(([, name, labels, value]) => ({
    name, value: Number(value), labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key, text])),
  }));
}
