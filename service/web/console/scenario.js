// One scenario's page: how customers put it, what a reply conveys, and replies that pass the policy.

import { button, h, icon, pair, place } from "./dom.js";
import { part } from "./rule.js";
import { copy } from "./session.js";
import { ACTS, CHANNELS, STAGES } from "./words.js";

/** The page of a scenario. */
export function showScenario(one) {
  const words = (list) => h("ul", { class: "plain-list" }, list.map((text) => h("li", {}, text)));
  const cues = one.cues.map((cue) => h("li", {}, h("span", { class: "weight" }, cue.weight.toFixed(2)), cue.any.map((word) => h("span", { class: "cue" }, word))));
  return [
    h("header", { class: "entry-head" },
      h("p", { class: "marks" }, one.stage.map((stage) => h("span", { class: "tag" }, STAGES[stage])),
        one.channel.map((channel) => h("span", { class: "tag" }, CHANNELS[channel]))),
      h("h2", {}, one.title), h("code", {}, one.id)),
    one.requires.length > 0 && part("回复里要有", "A reply conveys", h("ol", { class: "steps" }, one.requires.map((text) => h("li", {}, text)))),
    one.avoid.length > 0 && part("不要", "Avoid", words(one.avoid)),
    one.replies.length > 0 && part("可以这样回", "Replies", h("ul", { class: "cards" }, one.replies.map(reply))),
    part("客户会这样说", "Customers say", words(one.examples.match)),
    one.examples.no_match.length > 0 && part("听着像，其实不是", "Only sounds like it", words(one.examples.no_match)),
    cues.length > 0 && part("凭这些话认出来", "Cues", h("ul", { class: "cues" }, cues)),
    part("出处", "Source", h("ul", { class: "plain-list" }, [one.source, ...one.also].map((source) => h("li", {}, place(source))))),
  ].filter(Boolean);
}

function reply({ text, does, channel }) {
  // What the service fills in is shown as a slot, `${customer}` and the like.
  const words = text.split(/(\$\{\w+\})/).map((piece, index) => index % 2 ? h("span", { class: "slot" }, piece.slice(2, -1)) : piece);
  return h("li", { class: "card" },
    h("div", { class: "card-head" }, h("span", { class: `act ${does}` }, pair(...(ACTS[does] ?? [does, ""]))), channel.map((name) => h("span", { class: "tag" }, CHANNELS[name]))),
    h("p", { class: "text" }, words),
    h("div", { class: "card-foot" }, button([icon("copy"), pair("复制", "Copy")], () => copy(text), { kind: "small" })));
}
