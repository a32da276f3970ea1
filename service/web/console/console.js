// Starts the console: which page the address names, how the service is doing, the question for a key.

import { prepareAgent } from "./agent.js";
import { leaveBulk, prepareBulk, showBulk } from "./bulk.js";
import { $, icon } from "./dom.js";
import { prepareManual, showManual } from "./manual.js";
import { prepareKey } from "./session.js";

const PAGES = { agent: "写回复", manual: "手册", bulk: "批量" };
const MODELS = {
  none: ["话术库改写", "phrasebook", "quiet"],
  up: ["模型在线", "model up", "up"],
  down: ["模型不可用，话术库代笔", "model down", "down"],
  open: ["模型休息中，话术库代笔", "model resting", "down"],
};
let shown = null;

/** Shows the page that the fragment names: `#/manual/rules/ID`, `#/bulk`; the agent's page for anything else. */
function route() {
  if (location.hash && !location.hash.startsWith("#/")) return;
  const [name, ...rest] = location.hash.slice(2).split("/");
  const page = Object.hasOwn(PAGES, name) ? name : "agent";
  for (const one of Object.keys(PAGES)) $(one).hidden = one !== page;
  for (const link of document.querySelectorAll("#pages a")) {
    if (link.dataset.page === page) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${PAGES[page]} · 话术教练 Script coach`;
  if (page === "manual") showManual(rest.map(plain));
  if (page === "bulk") showBulk(rest.map(plain));
  else leaveBulk();
  if (shown !== null && shown !== page) scrollTo(0, 0);
  shown = page;
}

function plain(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

async function showState() {
  const state = $("state");
  try {
    const answer = await fetch("/health/ready", { cache: "no-store" });
    const { model, policy } = await answer.json();
    const [chinese, english, look] = policy.reload_error ? ["规则有误，沿用旧版", "rules not reloaded", "down"] : MODELS[model];
    state.className = `state ${look}`;
    $("state-words").textContent = chinese;
    $("state-english").textContent = english;
    state.title = policy.reload_error ?? `规范 ${policy.version}`;
  } catch {
    state.className = "state down";
    $("state-words").textContent = "服务未就绪";
    $("state-english").textContent = "not ready";
  }
}

for (const place of document.querySelectorAll("[data-icon]")) place.prepend(icon(place.dataset.icon));
$("skip").addEventListener("click", (event) => {
  event.preventDefault();
  $("main").focus();
});
prepareKey();
prepareAgent();
prepareManual();
prepareBulk();
addEventListener("hashchange", route);
document.addEventListener("visibilitychange", () => document.hidden || showState());
route();
showState();
