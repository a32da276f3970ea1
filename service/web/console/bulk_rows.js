// What came of a job's rows, those that need a person first: figures that are filters, and the rows below them.

import { ENDED, rowsFrom } from "./bulk_calls.js";
import { bulkTrouble, count, reasonWords, rowStatuses } from "./bulk_words.js";
import { intoDraft } from "./agent.js";
import { button, h, icon, pair } from "./dom.js";
import { coach, copy } from "./session.js";

const AGAIN_MS = 2000;
const FIRST_MS = 300;

/** The rows of one job; `made` is what stands in the page. */
export class Rows {
  #job;
  #signal;
  #status = "needs_review";
  #picked = false;
  #shown = new Map();
  #cursor = null;
  #seen = -1;
  #loading = false;
  #latest = 0;
  #titles = {};

  constructor(job, signal) {
    this.#job = job;
    this.#signal = signal;
    this.figures = {};
    this.list = h("ol", { class: "bulk-rows" });
    this.none = h("p", { class: "plain", role: "status" });
    this.more = button(pair("再看一些", "More"), () => this.#load(this.#cursor), { kind: "more" });
    this.told = h("div", {});
    const tiles = [...Object.entries(rowStatuses(job)), ["all", ["全部", "All", "all"]]].map(([status, words]) => this.#tile(status, words));
    this.made = h("section", { class: "part rows", "aria-label": "逐条结果 Row by row" },
      h("fieldset", { class: "tiles" }, h("legend", { class: "away" }, "只看哪些 Show"), tiles), this.told, this.none, this.list, this.more);
    this.more.hidden = true;
    loadTitles(job.policy).then((titles) => {
      this.#titles = titles;
      for (const place of this.list.querySelectorAll("[data-rule]")) place.textContent = titles[place.dataset.rule] ?? place.dataset.rule;
    });
  }

  /** Follows the job: figures at once, rows every few seconds, and at the end the rows that matter most. */
  show(job) {
    const before = this.#job;
    this.#job = job;
    for (const [status, place] of Object.entries(this.figures)) {
      const number = status === "all" ? job.counts.done : job.counts[status];
      place.number.textContent = count(number);
      place.tile.hidden = status === "failed" && number === 0;
    }
    const ended = ENDED.has(job.status);
    if (ended && !this.#picked) {
      const first = Object.keys(this.figures).find((status) => job.counts[status]) ?? "all";
      if (first !== this.#status) return this.#pick(first);
    }
    if (this.#number() !== this.#seen || (ended && before.status !== job.status)) this.#soon();
    this.#say();
  }

  #tile(status, [chinese, english, look]) {
    const input = h("input", { type: "radio", name: "bulk-rows", value: status, checked: status === this.#status, onchange: () => {
      this.#picked = true;
      this.#pick(status);
    } });
    const number = h("b", {}, "0");
    const tile = h("label", { class: `tile ${look}` }, input, h("span", {}, number, h("span", { class: "name" }, chinese, " ", h("small", { lang: "en" }, english))));
    this.figures[status] = { number, tile, input };
    return tile;
  }

  #number() {
    return this.#status === "all" ? this.#job.counts.done : this.#job.counts[this.#status];
  }

  #pick(status) {
    this.#status = status;
    this.figures[status].input.checked = true;
    this.#latest += 1;
    this.#loading = false;
    this.#shown.clear();
    this.list.replaceChildren();
    this.#cursor = null;
    this.more.hidden = true;
    this.#load(null);
  }

  /** Not at every event: a job may finish thousands of rows a second. */
  #soon() {
    if (this.#loading) return;
    const wait = ENDED.has(this.#job.status) ? 0 : this.#shown.size ? AGAIN_MS : FIRST_MS;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#load(null), Math.max(0, wait - (Date.now() - (this.at ?? 0))));
  }

  async #load(cursor) {
    const mine = (this.#latest += 1);
    this.#loading = true;
    this.at = Date.now();
    const seen = this.#number();
    try {
      let fresh = [];
      // Looked at anew from the top, the way on leads over pages that are shown already: more is what is not.
      for (let at = cursor; ;) {
        const page = await rowsFrom(this.#job.id, this.#status === "all" ? null : this.#status, at, this.#signal);
        if (mine !== this.#latest || this.#signal.aborted) return;
        fresh = page.items.filter(({ index }) => !this.#shown.has(index));
        at = this.#cursor = page.cursor;
        if (fresh.length || !at || !cursor) break;
      }
      this.#seen = seen;
      this.told.replaceChildren();
      for (const row of fresh) this.#put(row);
      this.more.hidden = !this.#cursor;
      if (cursor && fresh.length) this.#shown.get(fresh[0].index).focus({ preventScroll: true });
    } catch (problem) {
      if (mine === this.#latest && !this.#signal.aborted) this.told.replaceChildren(h("p", { class: "trouble", role: "alert" }, bulkTrouble(problem)));
    } finally {
      if (mine === this.#latest) {
        this.#loading = false;
        this.#say();
        if (!this.#signal.aborted && this.#number() !== this.#seen && this.#seen === seen) this.#soon();
      }
    }
  }

  /** Rows come in any order while the job runs; each goes to its place, and none that is read is moved. */
  #put(row) {
    const item = card(row, this.#titles, this.#job);
    const after = [...this.#shown.keys()].filter((index) => index > row.index);
    this.list.insertBefore(item, after.length ? this.#shown.get(Math.min(...after)) : null);
    this.#shown.set(row.index, item);
  }

  #say() {
    const none = this.#shown.size === 0 && !this.#loading && this.#number() === 0;
    this.none.hidden = !none;
    if (!none) return;
    const still = !ENDED.has(this.#job.status);
    const name = this.#status === "all" ? "" : `“${rowStatuses(this.#job)[this.#status][0]}”的`;
    const words = pair(still ? `目前没有${name || "做完的"}话术。` : `没有${name}话术。`, still ? "None so far." : "None.");
    if (this.none.textContent !== words.map((one) => one.textContent ?? one).join("")) this.none.replaceChildren(...words);
  }
}

const known = new Map();

/** The titles of a policy's rules by id; none where the manual cannot be read. */
function loadTitles(policy) {
  if (!known.has(policy)) {
    const told = coach.manual(`policy/rules?policy=${encodeURIComponent(policy)}`);
    known.set(policy, told.then(({ rules }) => Object.fromEntries(rules.map(({ id, title }) => [id, title]))).catch(() => {
      known.delete(policy);
      return {};
    }));
  }
  return known.get(policy);
}

function card(row, titles, job) {
  const [chinese, english, look] = rowStatuses(job)[row.status] ?? [row.status, "", "info"];
  const after = row.status === "rewritten" ? row.after : null;
  const points = row.before && h("span", { class: "points" }, after
    ? [`${row.before.score} → `, h("strong", {}, String(after.score))] : String(row.before.score), " 分");
  return h("li", { class: `card bulk-row ${look}`, tabindex: "-1" },
    h("div", { class: "card-head" },
      h("span", { class: "nth" }, `#${count(row.index + 1)}`),
      row.title && h("strong", {}, row.title), row.custom_id && row.custom_id !== row.title && h("code", {}, row.custom_id),
      h("span", { class: `fate ${look}` }, icon(look), chinese, " ", h("small", { lang: "en" }, english)), points),
    after ? h("div", { class: "then" },
      h("div", {}, h("p", { class: "hint" }, pair("原稿", "Draft")), h("p", { class: "text" }, marked(row.draft, row.before))),
      h("div", { class: "new" }, h("p", { class: "hint" }, pair("改写", "Rewrite")), h("p", { class: "text" }, row.text)))
      : h("p", { class: "text" }, row.draft.trim() ? marked(row.draft, row.before) : h("span", { class: "hint" }, "（空白）")),
    row.reasons.length > 0 && h("p", { class: "why-not" }, row.status === "failed" ? "" : "没有采用改写：", reasonWords(row.reasons)),
    h("div", { class: "row-foot" }, fired(row, titles), foot(row)));
}

/** The rules that fired, with their words; what passes has none worth a line. */
function fired({ before, status }, titles) {
  const rules = before?.rules.filter(({ severity }) => severity !== "info") ?? [];
  if (!rules.length || status === "unchanged") return null;
  return h("ul", { class: "fired" }, rules.map(({ rule, severity, text }) => h("li", {}, icon(severity),
    text && h("q", {}, text), h("a", { href: `#/manual/rules/${encodeURIComponent(rule)}`, "data-rule": rule }, titles[rule] ?? rule))));
}

/** A draft with the words on which rules fired, at each place where they stand. */
function marked(draft, before) {
  const words = (before?.rules ?? []).filter(({ severity, text }) => severity !== "info" && text).map(({ text }) => text);
  if (!words.length) return draft;
  const found = words.sort((a, b) => b.length - a.length).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return draft.split(new RegExp(`(${found.join("|")})`)).map((part, at) => (at % 2 ? h("mark", {}, part) : part));
}

function foot(row) {
  if (row.status === "unchanged") return null;
  const edit = () => {
    // The editor takes a text only while it is shown.
    addEventListener("hashchange", () => intoDraft(row.draft, { whole: true }), { once: true });
    location.hash = "#/";
  };
  return [
    row.status === "rewritten" && row.text !== null && button([icon("copy"), pair("复制改写", "Copy")], () => copy(row.text), { kind: "small", label: `复制第 ${row.index + 1} 条的改写` }),
    row.status !== "rewritten" && button([icon("edit"), pair("到“写回复”里改", "Edit")], edit, { kind: "small", label: `到“写回复”里改第 ${row.index + 1} 条` }),
  ];
}
