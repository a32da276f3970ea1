// Replies to what the customer said: cards, or a plain word when the situation is not clear enough.

import { $, button, h, icon, pair, place } from "./dom.js";
import { coach, copy, feedback, say, scenarioTitle, troubleLine } from "./session.js";
import { ACTS } from "./words.js";

let page = null;
let aborter = null;

/** Wires the button up; `{context, intoDraft, choose}` is the page that the message stands on. */
export function prepareSuggesting(agent) {
  page = agent;
  $("suggest").addEventListener("click", suggest);
  $("customer").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      suggest();
    }
  });
}

async function suggest() {
  const context = page.context();
  const out = $("suggestions");
  if (!context.customer_message && !context.scenario) {
    out.replaceChildren(h("p", { class: "plain" }, pair("先写下客户说了什么。", "First say what the customer said.")));
    return void $("customer").focus();
  }
  aborter?.abort();
  const mine = (aborter = new AbortController());
  const cards = h("ul", { class: "cards" });
  out.replaceChildren(h("p", { class: "working" }, pair("正在挑选", "Looking")), cards);
  const onEvent = (name, one) => name === "suggestion" && cards.append(card(one));
  try {
    const done = await coach.suggest(context, { signal: mine.signal, onEvent });
    out.replaceChildren(done.suggestions.length ? h("ul", { class: "cards" }, done.suggestions.map(card)) : await silence(done));
    say(done.suggestions.length ? `有 ${done.suggestions.length} 条建议` : out.textContent);
  } catch (problem) {
    if (!mine.signal.aborted) out.replaceChildren(troubleLine(problem));
  }
}

function card(one) {
  const title = h("a", { href: `#/manual/scenarios/${encodeURIComponent(one.scenario)}` }, one.scenario);
  scenarioTitle(one.scenario).then((words) => (title.textContent = words));
  const used = (does) => () => {
    does();
    feedback(one.id, "accepted");
  };
  return h("li", { class: "card" },
    h("div", { class: "card-head" }, h("span", { class: `act ${one.does}` }, pair(...(ACTS[one.does] ?? [one.does, ""]))), title),
    h("p", { class: "text" }, one.text),
    h("div", { class: "card-foot" },
      h("span", { class: "source" }, place(one.source)),
      button([icon("insert"), pair("填入", "Insert")], used(() => page.intoDraft(one.text)), { kind: "small" }),
      button([icon("copy"), pair("复制", "Copy")], used(() => copy(one.text)), { kind: "small" })));
}

/** Why there is no reply, and the situations that came nearest, to choose from. */
async function silence({ reason, candidates }) {
  const words = reason === "none_verified"
    ? pair("想到的回复都没有通过检查，就不给您看了。", "No reply passed the check.")
    : pair("这是哪种场景，我没有把握，就不乱建议了。", "Not sure which scenario this is, so no guess.");
  const near = await Promise.all(candidates.map(async ({ id, cues }) => {
    const choose = async () => {
      await page.choose(id);
      suggest();
    };
    return h("li", {}, button([await scenarioTitle(id), cues.length ? h("span", { class: "hint" }, `因“${cues.join("”“")}”`) : null], choose, { kind: "choice" }));
  }));
  return h("div", { class: "plain" }, h("p", {}, words),
    near.length > 0 && [h("p", {}, pair("也许是下面这种？", "Perhaps one of these?")), h("ul", { class: "choices" }, near)]);
}
