// The page of an agent: what the customer said, the draft with its underlines, and what is known around both.

import { underline } from "./coach.js";
import { $, h } from "./dom.js";
import { showCurrent, showReport } from "./findings.js";
import { insert } from "./insert.js";
import { prepareRewriting } from "./rewriting.js";
import { coach, copy, scenarioList, scenarioTitle, troubleLine } from "./session.js";
import { prepareSuggesting } from "./suggesting.js";

const EXAMPLES = [
  ["我的包裹到哪了？都三天了！", "不知道，你找快递去。"],
  ["你们的退款到底什么时候到？", "急什么，我保证明天就到账，你等着吧。"],
  ["这台机器又坏了，能上门看看吗？", "上不了门，你自己送到网点来修。运单号SF1234567890123，运费12元。"],
];

let watch = null;
let example = 0;

/** What the page knows around the draft, as the contract's `context`. */
export function context() {
  const filled = (id) => $(id).value.trim() || undefined;
  const customer = { surname: filled("surname"), title: filled("title") };
  return {
    customer_message: filled("customer"),
    channel: filled("channel"),
    stage: filled("stage"),
    scenario: filled("scenario"),
    customer: customer.surname || customer.title ? customer : undefined,
    agent: filled("agent-id") ? { id: filled("agent-id") } : undefined,
  };
}

/** Puts words into the draft, in place of all of it or where the caret stands; Ctrl+Z takes them out again. */
export function intoDraft(text, { whole = false } = {}) {
  const field = $("draft");
  const all = whole || !field.value.trim();
  insert(field, all ? 0 : field.selectionStart, all ? field.value.length : field.selectionEnd, text);
  watch.refresh();
}

/** Wires the page up. */
export function prepareAgent() {
  watch = underline($("draft"), coach, { context, onReport: reported, onAt: showCurrent, onTrouble: failed });
  prepareRewriting({ context, intoDraft });
  prepareSuggesting({ context, intoDraft, choose: chooseScenario });
  let timer = 0;
  for (const id of ["customer", "channel", "stage", "scenario", "surname", "title", "agent-id"]) {
    $(id).addEventListener("input", (event) => {
      clearTimeout(timer);
      if (!event.isComposing) timer = setTimeout(() => watch.refresh(), 200);
    });
  }
  // What the list says is of an older draft from the first new key on.
  $("draft").addEventListener("input", () => $("findings").setAttribute("aria-busy", "true"));
  $("hidden-remove").addEventListener("click", () => watch.reveal());
  $("draft-copy").addEventListener("click", () => $("draft").value && copy($("draft").value));
  $("draft-clear").addEventListener("click", () => intoDraft("", { whole: true }));
  $("next").addEventListener("click", () => watch.go(1));
  $("previous").addEventListener("click", () => watch.go(-1));
  // The field itself answers to F8 too; from anywhere else on the page it leads back into the draft.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F8" || event.defaultPrevented || $("agent").hidden) return;
    event.preventDefault();
    watch.go(event.shiftKey ? -1 : 1);
  });
  $("example").addEventListener("click", showExample);
  $("background").addEventListener("toggle", fillScenarios);
}

function showExample() {
  const [customer, draft] = EXAMPLES[example++ % EXAMPLES.length];
  $("customer").value = customer;
  intoDraft(draft, { whole: true });
}

async function chooseScenario(id) {
  $("background").open = true;
  await fillScenarios();
  $("scenario").value = id;
  watch.refresh();
}

async function fillScenarios() {
  const select = $("scenario");
  if (!$("background").open || select.options.length > 1) return;
  const all = await scenarioList().catch(() => []);
  if (select.options.length > 1) return;
  select.append(...all.map(({ id, title }) => h("option", { value: id }, title)));
}

async function reported(report, items) {
  $("check-trouble").replaceChildren();
  showReport(report, items, watch);
  $("findings").removeAttribute("aria-busy");
  $("rewrite").disabled = !report;
  $("previous").disabled = $("next").disabled = !items.length;
  const shown = $("recognised");
  const scenario = report?.scenario;
  if (!scenario) return void (shown.hidden = true);
  const title = await scenarioTitle(scenario.id);
  shown.replaceChildren(
    h("span", {}, scenario.how === "given" ? "已选场景：" : "看起来是："),
    h("a", { href: `#/manual/scenarios/${encodeURIComponent(scenario.id)}` }, title),
  );
  shown.hidden = false;
}

function failed(problem) {
  $("findings").removeAttribute("aria-busy");
  $("check-trouble").replaceChildren(troubleLine(problem));
}
