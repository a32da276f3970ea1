// One rule's page: what it says and why, what must and must not set it off, and a box to try a text against it.

import { button, h, icon, pair, place } from "./dom.js";
import { coach, troubleLine } from "./session.js";
import { CHANNELS, KINDS, KNOWS, SEVERITIES, STAGES } from "./words.js";

/** The page of a rule; `rules` is the list, for the names of others that fire. */
export function showRule(rule, rules) {
  const box = trial(rule, rules);
  const example = (one, fires) => h("li", {},
    h("p", { class: "text" }, exampleText(one.text)),
    known(one.context),
    button(pair("试试", "Try"), () => box.take(one.text.replace(/<<|>>|\^/g, ""), one.context), {
      kind: "quiet", label: `试试${fires ? "应命中" : "不应命中"}的这一句`,
    }));
  return [
    h("header", { class: "entry-head" },
      h("p", { class: "marks" }, icon(rule.severity), h("span", { class: rule.severity }, pair(...SEVERITIES[rule.severity])),
        h("span", { class: "tag" }, rule.category), h("span", { class: "tag" }, KINDS[rule.check.kind] ?? rule.check.kind),
        rule.status !== "stable" && h("span", { class: "tag" }, rule.status === "trial" ? "试用" : "已停用"),
        rule.gives_way && h("span", { class: "tag", title: "整句语气温和时不提" }, "遇温和语气让步")),
      h("h2", {}, rule.title), h("code", {}, rule.id)),
    h("p", { class: "message" }, rule.message.split("{text}").flatMap((part, index) => index ? [h("span", { class: "slot" }, "原话"), part] : [part])),
    h("p", {}, rule.why),
    applies(rule),
    rule.replacements.length > 0 && part("可以说", "Say instead", h("ul", { class: "plain-list" }, rule.replacements.map(
      ({ text, safe }) => h("li", {}, text || "（删去）", !safe && h("span", { class: "hint" }, "需过目"))))),
    box.made,
    part("应当命中", "Must match", h("ul", { class: "examples" }, rule.examples.match.map((one) => example(one, true)))),
    part("不应命中", "Must not match", h("ul", { class: "examples" }, rule.examples.no_match.map((one) => example(one, false)))),
    part("出处", "Source", h("ul", { class: "plain-list" }, [rule.source, ...rule.also].map(
      (source) => h("li", {}, place(source), source.manual_id && h("span", { class: "hint" }, source.manual_id))))),
    h("details", {}, h("summary", {}, pair("它找什么", "What it looks for")), h("pre", { tabindex: "0" }, JSON.stringify(rule.check, null, 2))),
  ].filter(Boolean);
}

/** A part of an entry under its heading. */
export function part(chinese, english, ...content) {
  return h("section", { class: "part" }, h("h3", {}, pair(chinese, english)), content);
}

/** An example with its marks as marks: `<<words>>` that are found, `^` where words are missing. */
function exampleText(text) {
  let inside = false;
  const parts = [];
  for (const piece of text.split(/(<<|>>|\^)/)) {
    if (piece === "<<" || piece === ">>") inside = piece === "<<";
    else if (piece === "^") parts.push(h("span", { class: "gap", title: "这里缺了话" }, "‸"));
    else if (piece) parts.push(inside ? h("mark", {}, piece) : piece);
  }
  return parts;
}

function known(context) {
  const { customer_message: said, channel, stage, scenario } = context;
  const facts = [said && `客户说：${said}`, CHANNELS[channel], STAGES[stage], scenario && `场景：${scenario}`].filter(Boolean);
  const rest = Object.keys(context).filter((name) => !["customer_message", "channel", "stage", "scenario"].includes(name));
  if (!facts.length && !rest.length) return null;
  return h("p", { class: "hint" }, [...facts, ...rest.map((name) => `${name}：${JSON.stringify(context[name])}`)].join("；"));
}

function applies({ when, severity_by_channel: by }) {
  const lines = conditions(when);
  for (const [channel, severity] of Object.entries(by)) lines.push(`在${CHANNELS[channel] ?? channel}里：${SEVERITIES[severity]?.[0] ?? severity}`);
  return lines.length ? part("什么时候管用", "Applies when", h("ul", { class: "plain-list" }, lines.map((line) => h("li", {}, line)))) : null;
}

function conditions(when) {
  const named = (names, table) => names.map((name) => table[name] ?? name).join("、");
  const said = (words) => words.slice(0, 12).map((word) => `“${word}”`).join("") + (words.length > 12 ? `等 ${words.length} 种说法` : "");
  return [
    when.scenario?.length && `场景是：${when.scenario.join("、")}`,
    when.channel?.length && `渠道是：${named(when.channel, CHANNELS)}`,
    when.stage?.length && `在${named(when.stage, STAGES)}`,
    when.customer_says?.length && `客户说了${said(when.customer_says)}`,
    when.draft_says?.length && `草稿里有${said(when.draft_says)}`,
    when.already_said?.length && `前面说过${said(when.already_said)}`,
    when.knows?.length && `知道：${named(when.knows, KNOWS)}`,
    ...(when.unless ? conditions(when.unless).map((line) => `除非${line}`) : []),
  ].filter(Boolean);
}

/** The box to try a text; the context of an example goes with its text, until other words are typed. */
function trial(rule, rules) {
  const field = h("textarea", { id: "trial", rows: "2", placeholder: "写一句话，看这条规则会不会命中", "aria-describedby": "trial-result" });
  const customer = h("input", { id: "trial-customer", type: "text", placeholder: "可不填", autocomplete: "off" });
  const result = h("div", { id: "trial-result", class: "trial-result", role: "status" });
  let context = {};
  let latest = 0;
  let timer = 0;
  async function run() {
    const mine = (latest += 1);
    const draft = field.value;
    if (!draft.trim()) return void result.replaceChildren();
    try {
      const report = await coach.check(draft, { ...context, customer_message: customer.value.trim() || undefined });
      if (mine === latest) result.replaceChildren(...verdict(rule, rules, draft, report));
    } catch (problem) {
      if (mine === latest) result.replaceChildren(troubleLine(problem));
    }
  }
  const soon = (event) => {
    clearTimeout(timer);
    context = {};
    if (!event.isComposing) timer = setTimeout(run, 180);
  };
  for (const one of [field, customer]) {
    one.addEventListener("input", soon);
    one.addEventListener("compositionend", soon);
  }
  return {
    made: h("section", { class: "part trial" }, h("h3", {}, pair("试一句", "Try a text")),
      h("label", { class: "away", for: "trial" }, "要试的话"), field,
      h("label", { class: "inline", for: "trial-customer" }, "客户说 ", h("small", { lang: "en" }, "Customer"), customer), result),
    take(text, known_) {
      field.value = text;
      context = known_;
      customer.value = known_.customer_message ?? "";
      field.scrollIntoView({ block: "center" });
      run();
    },
  };
}

function verdict(rule, rules, draft, report) {
  const mine = report.findings.filter((one) => one.rule === rule.id);
  const gaps = report.missing.filter((one) => one.rule === rule.id);
  const others = [...new Set([...report.findings, ...report.missing].map((one) => one.rule))].filter((id) => id !== rule.id);
  const shown = [];
  if (mine.length || gaps.length) {
    const parts = [];
    let at = 0;
    for (const { span_utf16: span } of mine) {
      parts.push(draft.slice(at, span.start), h("mark", {}, draft.slice(span.start, span.end)));
      at = span.end;
    }
    shown.push(h("p", { class: "hit" }, icon(rule.severity), h("strong", {}, pair("命中", "Match"))), h("p", { class: "text" }, parts, draft.slice(at)));
    shown.push(...[...mine, ...gaps].slice(0, 1).map(({ message }) => h("p", {}, message)));
  } else {
    shown.push(h("p", { class: "miss" }, icon("pass"), h("strong", {}, pair("这条规则没有命中", "No match"))));
  }
  if (others.length) {
    const names = new Map(rules.map(({ id, title }) => [id, title]));
    shown.push(h("p", { class: "others" }, `另有 ${others.length} 条规则命中 `, h("small", { lang: "en" }, "others"), "：", others.map(
      (id) => h("a", { href: `#/manual/rules/${encodeURIComponent(id)}` }, names.get(id) ?? id))));
  }
  return shown;
}
