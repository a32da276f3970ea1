// “改写”: sentences as they are verified, then the rewrite beside the draft, what changed and why, and what was kept.

import { $, button, h, icon, pair } from "./dom.js";
import { copy, feedback, say, toast, troubleLine, coach } from "./session.js";
import { attemptInWords, FACTS, STATUSES } from "./words.js";

let page = null;
let aborter = null;

/** Wires the button up; `{context, intoDraft}` is the page that the draft stands on. */
export function prepareRewriting(agent) {
  page = agent;
  $("rewrite").addEventListener("click", rewrite);
  $("draft").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      rewrite();
    }
  });
}

async function rewrite() {
  const draft = $("draft").value;
  if (!draft.trim()) return;
  aborter?.abort();
  const mine = (aborter = new AbortController());
  const out = $("rewritten");
  const live = h("p", { class: "text live", "aria-hidden": "true" });
  const notes = h("ol", { class: "attempts" });
  out.replaceChildren(h("p", { class: "working" }, pair("正在改写，逐句核对", "Rewriting, sentence by sentence")), live, notes);
  $("rewriting").hidden = false;
  $("rewriting").setAttribute("aria-busy", "true");
  $("rewriting").scrollIntoView({ block: "nearest" });
  // Of an attempt that is withdrawn, nothing may stay to be copied.
  const onEvent = (name, data) => {
    if (name === "segment") live.append(h("span", { class: "segment" }, data.text));
    if (name === "attempt") {
      notes.append(h("li", { class: data.outcome }, attemptInWords(data, count(notes, data))));
      if (data.outcome !== "accepted") live.replaceChildren();
    }
  };
  try {
    const mode = $("mode").value;
    const done = await coach.rewrite(draft, page.context(), { mode, signal: mine.signal, onEvent });
    out.replaceChildren(...answer(done, draft));
    say(done.text === null ? STATUSES.needs_review[0] : `改写完成：${done.text}`);
  } catch (problem) {
    if (mine.signal.aborted) return;
    out.replaceChildren(troubleLine(problem));
  }
  $("rewriting").removeAttribute("aria-busy");
  (out.querySelector(".actions") ?? out).scrollIntoView({ block: "nearest" });
}

function count(notes, { engine }) {
  notes[engine] = (notes[engine] ?? 0) + 1;
  return notes[engine];
}

function answer(done, draft) {
  const [chinese, english] = STATUSES[done.status];
  const status = h("p", { class: `status ${done.status}` },
    icon(done.text === null ? "warning" : "pass"), h("strong", {}, chinese), " ", h("small", { lang: "en" }, english),
    done.after && h("span", { class: "scores" }, `礼貌分 ${done.before.score} `, icon("arrow"), ` ${done.after.score}`));
  if (done.text === null) return [status, needsReview(done), how(done)].filter(Boolean);
  const used = (action, does) => () => {
    does();
    feedback(done.id, action);
  };
  const actions = h("div", { class: "actions" },
    button(pair("采用", "Use it"), used("accepted", () => page.intoDraft(done.text, { whole: true })), { kind: "main" }),
    button([icon("copy"), pair("复制", "Copy")], used("accepted", () => copy(done.text))),
    button(pair("改一改再用", "Edit"), used("edited", () => page.intoDraft(done.text, { whole: true }))),
    button(pair("不合适", "Not good"), used("rejected", () => toast("谢谢，已记下", "Thank you, noted")), { kind: "quiet" }));
  const texts = h("div", { class: "beside" },
    h("section", { "aria-label": "原稿" }, h("h3", {}, pair("原稿", "Draft")), h("p", { class: "text" }, marked(draft, done.changes, "before"))),
    h("section", { "aria-label": "改写" }, h("h3", {}, pair("改写", "Rewrite")), h("p", { class: "text", id: "rewrite-text" }, marked(draft, done.changes, "after"))));
  return [status, texts, actions, changes(done), ...facts(done), how(done)].filter(Boolean);
}

/** The draft with what went marked, or the rewrite with what came: both are the draft's own words between the changes. */
function marked(draft, changes, side) {
  const tag = side === "before" ? "del" : "ins";
  const parts = [];
  let at = 0;
  for (const change of changes) {
    const { start, end } = change.span_utf16;
    parts.push(draft.slice(at, start));
    if (change[side]) parts.push(h(tag, { class: change.rules.length ? "" : "style" }, change[side]));
    at = end;
  }
  return [...parts, draft.slice(at)];
}

function changes({ changes: all, before }) {
  if (!all.length) return null;
  const known = new Map([...before.findings, ...before.missing].map((one) => [one.rule, one]));
  const rows = all.map((change) => h("li", {},
    h("p", { class: "change" },
      change.before && h("del", {}, change.before), change.before && change.after && icon("arrow"),
      change.after && h("ins", {}, change.after)),
    h("p", { class: "because" }, change.rules.length ? change.rules.map((rule) =>
      h("a", { href: `#/manual/rules/${encodeURIComponent(rule)}` }, known.get(rule)?.message ?? rule)) : pair("语气润色", "style"))));
  return h("section", { class: "part" }, h("h3", {}, pair("改了什么，为什么", "Changes")), h("ul", { class: "changes" }, rows));
}

function facts({ facts: all }) {
  const kept = all.filter((fact) => fact.kept);
  const dropped = all.filter((fact) => !fact.kept);
  return [
    kept.length > 0 && h("section", { class: "part" }, h("h3", {}, pair("事实原样保留", "Facts kept")), h("ul", { class: "facts" }, kept.map(chip))),
    dropped.length > 0 && h("section", { class: "part" }, h("h3", {}, pair("规范不许说，已略去", "Left out by a rule")), h("ul", { class: "facts" }, dropped.map(chip))),
  ].filter(Boolean);
}

function chip({ kind, text, kept, rule }) {
  return h("li", { class: kept ? "fact" : "fact dropped" },
    icon(kept ? "kept" : "warning"), h("span", { class: "kind" }, FACTS[kind] ?? kind), h(kept ? "span" : "del", {}, text),
    !kept && rule && h("a", { href: `#/manual/rules/${encodeURIComponent(rule)}` }, "看规则"));
}

function needsReview({ before }) {
  return h("div", {}, h("p", {}, "试过的改法都不能同时守住规范与事实。请照右侧的意见自己动笔，或请同事看看。"),
    h("ul", {}, [...before.findings, ...before.missing].map(({ message }) => h("li", {}, message))));
}

function how({ attempts, cache, engine }) {
  const seen = {};
  const lines = attempts.map((one) => {
    seen[one.engine] = (seen[one.engine] ?? 0) + 1;
    return h("li", { class: one.outcome, title: one.reasons.map(({ detail }) => detail).join("；") }, attemptInWords(one, seen[one.engine]));
  });
  if (cache === "hit" && engine === "model") lines.push(h("li", {}, "此前写过同样的草稿，重新核对后直接给出"));
  return lines.length ? h("section", { class: "part" }, h("h3", {}, pair("怎么写成的", "How it came about")), h("ol", { class: "attempts" }, lines)) : null;
}
