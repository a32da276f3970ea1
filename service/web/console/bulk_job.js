// One job: how far it is, what can be done about it, and what came of it.

import { ENDED, follow, outputOf, reportOf, steer } from "./bulk_calls.js";
import { badge, remove } from "./bulk_list.js";
import { Rows } from "./bulk_rows.js";
import { sure } from "./bulk_sure.js";
import { bulkTrouble, count, duration, ENGINES, FORMATS, JOB_STATUSES, moment, rowStatuses, WAYS } from "./bulk_words.js";
import { $, button, h, icon, pair } from "./dom.js";
import { coach, say } from "./session.js";

const TABLES = { xlsx: "Excel", csv: "CSV", jsonl: "JSON Lines" };
const PACE_MS = 15_000;
const STEPS = {
  pause: [["暂停", "Pause"], "hold", ["queued", "running"]],
  resume: [["继续", "Resume"], "go", ["paused"]],
  cancel: [["取消任务", "Cancel"], "stop", ["queued", "running", "paused"]],
};

let view = null;

/** Shows a job and follows it to its end. */
export async function showJob(id) {
  const mine = (view = new View(id));
  const { signal } = mine.aborter;
  try {
    await follow(id, { signal, onJob: (job) => mine.show(job), onTrouble: (problem) => mine.trouble(problem) });
  } catch (problem) {
    if (!signal.aborted) mine.gone(problem);
  }
}

/** Follows it no more. */
export function leaveJob() {
  view?.aborter.abort();
  view = null;
}

class View {
  constructor(id) {
    this.id = id;
    this.aborter = new AbortController();
    this.job = null;
    this.paces = [];
    this.told = h("div", {});
    $("bulk-job").replaceChildren(back(), h("p", { class: "working" }, pair("正在打开", "Opening")), this.told);
  }

  show(job) {
    const before = this.job;
    this.job = job;
    this.told.replaceChildren();
    if (!before) this.build(job);
    this.measure(job);
    this.progress(job);
    if (before?.status !== job.status) {
      this.steps(job);
      if (before) say(`${JOB_STATUSES[job.status][0]}：${count(job.counts.done)} 条`);
    }
    this.rows.show(job);
  }

  build(job) {
    this.rows = new Rows(job, this.aborter.signal);
    this.badge = h("span", { class: "badge-place" });
    this.pace = h("p", { class: "pace" });
    this.bar = h("div", { class: "progress", role: "progressbar", "aria-label": "进度 Progress", "aria-valuemin": "0" });
    this.does = h("div", { class: "actions" });
    $("bulk-job").replaceChildren(
      back(),
      h("header", { class: "job-head" }, h("div", { class: "job-title" }, h("h2", { tabindex: "-1" }, job.filename), this.badge), order(job)),
      this.bar, this.pace, this.does, this.told, this.rows.made);
    // Who works by keys goes on from here.
    $("bulk-job").querySelector("h2").focus({ preventScroll: true });
  }

  /** Rows a second over the last seconds that were seen; the service's own estimate until there are some. */
  measure({ counts, status }) {
    const now = Date.now();
    if (status !== "running") this.paces = [];
    this.paces = [...this.paces.filter(([at]) => now - at < PACE_MS), [now, counts.done]];
    const [[at, done]] = this.paces;
    this.rate = now - at > 1500 && counts.done > done ? (1000 * (counts.done - done)) / (now - at) : null;
  }

  progress(job) {
    const { total, done } = job.counts;
    const parts = Object.keys(rowStatuses(job)).map((status) => [status, job.counts[status]]);
    this.bar.setAttribute("aria-valuemax", Math.max(1, total));
    this.bar.setAttribute("aria-valuenow", done);
    this.bar.setAttribute("aria-valuetext", `${count(done)} / ${count(total)} 条`);
    this.bar.replaceChildren(...[...parts, ["rest", total - done]].filter(([, number]) => number > 0).map(([status, number]) => {
      const part = h("span", { class: `part-${status}` });
      part.style.setProperty("--n", number);
      return part;
    }));
    this.badge.replaceChildren(badge(job.status));
    this.pace.replaceChildren(...this.words(job));
  }

  words({ status, counts, eta_seconds: eta, started_at: from, finished_at: to, reason }) {
    const { total, done } = counts;
    const share = total ? `${Math.floor((100 * done) / total)}%` : "";
    const said = [h("strong", {}, `${count(done)} / ${count(total)} 条`), share && h("span", {}, share)];
    if (status === "running" && done === total) said.push(pair("正在写出文件", "writing the file"));
    else if (status === "running") {
      const rate = this.rate ?? (eta ? (total - done) / eta : null);
      if (rate) said.push(h("span", {}, `每秒约 ${rate < 10 ? rate.toFixed(1) : count(Math.round(rate))} 条`));
      if (eta) said.push(h("span", {}, pair(`还需约 ${duration(eta)}`, "left")));
    }
    if (status === "queued") said.push(h("span", {}, pair("排到就开始，这一页可以关掉，任务照做", "you may close this page")));
    if (status === "paused") said.push(h("span", {}, pair("手上的几条做完就停，随时可以继续", "resume at any time")));
    if (status === "cancelled") said.push(h("span", {}, pair("做完的留在下面，文件没有写出", "no file was written")));
    if (ENDED.has(status) && from && to) said.push(h("span", {}, `用时 ${duration((new Date(to) - new Date(from)) / 1000)}`));
    if (reason) said.push(h("span", { class: "reason" }, reason));
    return said.flat().filter(Boolean);
  }

  /** What can be done now. Who stood on one of the buttons before stands on the first. */
  steps(job) {
    const held = this.does.contains(document.activeElement);
    const can = Object.entries(STEPS).filter(([, [, , states]]) => states.includes(job.status));
    this.does.replaceChildren(
      ...can.map(([how, [words, look]]) => button([icon(look), pair(...words)], () => this.steer(how), { kind: how === "resume" ? "main" : "" })),
      ...this.outcome(job),
      button([icon("bin"), pair("删除", "Delete")], async () => {
        if (await remove(this.job, this.told)) location.hash = "#/bulk";
      }, { kind: "quiet last" }));
    if (held) this.does.querySelector("button, a")?.focus({ preventScroll: true });
  }

  outcome(job) {
    if (job.status !== "completed") return [this.report(job)];
    const own = job.dry_run ? [] : [button([icon("insert"), pair(`下载结果（${FORMATS[job.format]}）`, "Download")], () => this.download(null), { kind: "main" })];
    const tables = Object.entries(TABLES).filter(([format]) => format !== job.format)
      .map(([format, name]) => button(name, () => this.download(format), { kind: "small", label: `下载对照表 ${name}` }));
    return [...own, this.report(job),
      h("span", { class: "tables", role: "group", "aria-label": "对照表 Tables" }, h("span", { class: "hint" }, pair("对照表：", "Before and after")), ...tables)];
  }

  /** A link; where a key is needed, which no link can carry, a button that fetches the page. */
  report(job) {
    const words = [icon("report"), ...pair(ENDED.has(job.status) ? "看报告" : "看目前的报告", "Report")];
    if (!coach.key) return h("a", { class: "button", href: `/bulk/${job.id}/report`, target: "_blank", rel: "noopener" }, words);
    return button(words, async () => {
      // Opened at once, as a browser lets no page open one later by itself.
      const tab = open("", "_blank");
      try {
        const page = URL.createObjectURL(await reportOf(job.id));
        if (tab) tab.location.replace(page);
        else location.assign(page);
      } catch (problem) {
        tab?.close();
        this.trouble(problem);
      }
    });
  }

  async steer(how) {
    if (how === "cancel") {
      const words = `已做完 ${count(this.job.counts.done)} 条。取消后不能再继续，做完的结果还可以看，文件不会写出。`;
      if (!await sure(["取消这项任务？", "Cancel this job?"], words, ["取消任务", "Cancel the job"])) return;
    }
    try {
      this.show(await steer(this.id, how));
    } catch (problem) {
      this.trouble(problem);
    }
  }

  async download(format) {
    this.told.replaceChildren(h("p", { class: "working" }, pair("正在准备文件", "Preparing")));
    try {
      const { blob, name } = await outputOf(this.id, format);
      const link = h("a", { download: name });
      link.href = URL.createObjectURL(blob);
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      this.told.replaceChildren();
      say(`已下载 ${name}`);
    } catch (problem) {
      this.trouble(problem);
    }
  }

  trouble(problem) {
    this.told.replaceChildren(h("p", { class: "trouble", role: "alert" }, bulkTrouble(problem)));
  }

  gone(problem) {
    this.trouble(problem);
    if (!this.job || problem.code === "not_found") $("bulk-job").replaceChildren(back(), this.told);
  }
}

function back() {
  return h("a", { class: "back", href: "#/bulk" }, "‹ ", pair("所有任务", "All jobs"));
}

function order(job) {
  const tag = (...words) => h("li", { class: "tag" }, words);
  return h("ul", { class: "tags" },
    tag(FORMATS[job.format] ?? job.format), tag(pair(...WAYS[job.dry_run ? "dry" : job.mode])),
    job.engine !== "auto" && tag(ENGINES[job.engine]), job.policy !== "default" && tag(`规范 ${job.policy}`),
    tag(moment(job.created_at)));
}
