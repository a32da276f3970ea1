// The list of jobs, the newest first, kept fresh while one of them is at work.

import { ENDED, forget, jobsFrom } from "./bulk_calls.js";
import { bulkTrouble, count, duration, JOB_STATUSES, moment, rowStatuses } from "./bulk_words.js";
import { $, button, h, icon, pair } from "./dom.js";
import { say } from "./session.js";
import { sure } from "./bulk_sure.js";

const AGAIN_MS = 4000;

let jobs = [];
let cursor = null;
let timer = 0;
let latest = 0;

/** Shows the list, and keeps it fresh until `leaveList`. */
export async function showList() {
  leaveList();
  const mine = (latest += 1);
  try {
    const page = await jobsFrom(null);
    if (mine !== latest) return;
    // Pages that were asked for stay; what the first page now says of them wins.
    const fresh = new Set(page.jobs.map(({ id }) => id));
    const kept = jobs.length > page.jobs.length && jobs.some(({ id }) => fresh.has(id)) ? jobs.slice(page.jobs.length).filter(({ id }) => !fresh.has(id)) : [];
    if (!kept.length) cursor = page.cursor;
    jobs = [...page.jobs, ...kept];
    render();
  } catch (problem) {
    if (mine !== latest) return;
    $("bulk-jobs-trouble").replaceChildren(h("p", { class: "trouble", role: "alert" }, bulkTrouble(problem)));
    if (problem.code === "unauthorized") return;
  }
  if (jobs.some(({ status }) => !ENDED.has(status))) timer = setTimeout(again, AGAIN_MS);
}

/** No more calls. */
export function leaveList() {
  clearTimeout(timer);
  latest += 1;
}

/** Asks whether a job is to be deleted, and does it; whether it is gone. */
export async function remove(job, out) {
  const words = ENDED.has(job.status) ? "任务的原文件、结果和报告都会删除，找不回来。" : "任务还没有做完。它会停下，原文件和已有的结果都会删除，找不回来。";
  if (!await sure(["删除这项任务？", "Delete this job?"], `“${job.filename}”：${words}`, ["删除", "Delete"])) return false;
  try {
    await forget(job.id);
  } catch (problem) {
    if (problem.code !== "not_found") {
      out.replaceChildren(h("p", { class: "trouble", role: "alert" }, bulkTrouble(problem)));
      return false;
    }
  }
  jobs = jobs.filter(({ id }) => id !== job.id);
  say("已删除");
  return true;
}

function again() {
  // Nobody looks: ask again when somebody does.
  if (document.hidden) document.addEventListener("visibilitychange", again, { once: true });
  else if (!$("bulk-home").hidden && !$("bulk").hidden) showList();
}

function render() {
  $("bulk-jobs-trouble").replaceChildren();
  // A keyboard that stands on a job keeps its place when the list is drawn anew.
  const held = document.activeElement?.closest("#bulk-jobs") && document.activeElement.id;
  $("bulk-jobs").replaceChildren(...jobs.map(line));
  if (held) $(held)?.focus({ preventScroll: true });
  $("bulk-none").hidden = jobs.length > 0;
  $("bulk-jobs-more").hidden = !cursor;
}

/** Wires the button that shows older jobs. */
export function prepareList() {
  $("bulk-jobs-more").addEventListener("click", async () => {
    try {
      const page = await jobsFrom(cursor);
      jobs.push(...page.jobs);
      cursor = page.cursor;
      render();
    } catch (problem) {
      $("bulk-jobs-trouble").replaceChildren(h("p", { class: "trouble", role: "alert" }, bulkTrouble(problem)));
    }
  });
}

function line(job) {
  const gone = async () => {
    if (!await remove(job, $("bulk-jobs-trouble"))) return;
    render();
    $("bulk-jobs-title").focus();
  };
  return h("li", { class: `job-line ${job.status}` },
    badge(job.status),
    h("a", { class: "title", id: `open-${job.id}`, href: `#/bulk/${job.id}` }, job.filename),
    h("p", { class: "hint" }, moment(job.created_at), " · ", summary(job)),
    button(pair("删除", "Delete"), gone, { kind: "quiet", label: `删除 ${job.filename}` }));
}

/** A job's state as a small coloured word. */
export function badge(status) {
  const [chinese, english, look] = JOB_STATUSES[status];
  return h("span", { class: `badge ${look}` }, icon(look), chinese, " ", h("small", { lang: "en" }, english));
}

function summary(job) {
  const { total, done, needs_review: review, failed } = job.counts;
  if (!ENDED.has(job.status)) {
    const left = job.eta_seconds ? `，还需约 ${duration(job.eta_seconds)}` : "";
    return `${count(done)} / ${count(total)} 条${left}`;
  }
  const words = rowStatuses(job);
  const parts = [[review, words.needs_review[0]], [failed, words.failed[0]]].filter(([number]) => number);
  return [`${count(total)} 条`, ...parts.map(([number, name]) => `${name} ${count(number)}`)].join("，");
}
