// The calls of the bulk page: a file looked at and sent, jobs listed, steered and followed, results fetched.

import { eventsOf, Problem } from "./coach.js";
import { coach } from "./session.js";

export const ENDED = new Set(["completed", "failed", "cancelled"]);
const SILENT_MS = 4000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 10_000;
const TAKING_TRIES = 10;

/** What the service makes of a file: format, columns, the column of the text, first rows. */
export function preview(file, order, signal) {
  return sent("bulk/preview", file, order, { signal });
}

/** The job made of a file; the same key and order answer the same job, however often they are sent. */
export async function create(file, order, key) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await sent("bulk", file, order, { headers: { "Idempotency-Key": key } });
    } catch (problem) {
      // The first call of this key is still being taken in.
      if (problem.code !== "conflict" || tries === TAKING_TRIES) throw problem;
      await pause(1000);
    }
  }
}

/** A key that nobody else has. Not `randomUUID`: that is closed to pages without TLS. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A page of jobs, the newest first. */
export function jobsFrom(cursor) {
  return read(cursor ? `bulk?cursor=${encodeURIComponent(cursor)}` : "bulk");
}

/** One job as it is now. */
export function jobNow(id, signal) {
  return read(`bulk/${encodeURIComponent(id)}`, { signal });
}

/** The job after `pause`, `resume` or `cancel`. */
export function steer(id, how) {
  return read(`bulk/${encodeURIComponent(id)}/${how}`, { method: "POST" });
}

/** Deletes a job and its data. */
export function forget(id) {
  return coach.ask(`bulk/${encodeURIComponent(id)}`, { method: "DELETE" });
}

/** Rows that are done, of one status or of any; goes on over pages that the filter left empty. */
export async function rowsFrom(id, status, cursor, signal) {
  for (let at = cursor; ;) {
    const query = new URLSearchParams({ limit: "50" });
    if (status) query.set("status", status);
    if (at) query.set("cursor", at);
    const page = await read(`bulk/${encodeURIComponent(id)}/items?${query}`, { signal });
    if (page.items.length || !page.cursor) return page;
    at = page.cursor;
  }
}

/** The results as a file with its name: in the job's own format, or as a table. */
export async function outputOf(id, format) {
  const answer = await coach.ask(`bulk/${encodeURIComponent(id)}/output${format ? `?format=${format}` : ""}`);
  const named = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("Content-Disposition") ?? "");
  return { blob: await answer.blob(), name: named ? decodeURIComponent(named[1]) : "macros" };
}

/** The report's page, as the service sends it. */
export async function reportOf(id) {
  return (await coach.ask(`bulk/${encodeURIComponent(id)}/report`)).blob();
}

/**
 * Tells `onJob` of each change of a job until it has ended: by its events, and by asking where these do not come
 * through. `onTrouble` hears of what goes wrong on the way; a job that is gone rejects.
 */
export async function follow(id, { onJob, onTrouble, signal }) {
  let heard = Date.now();
  let ended = false;
  let wait = FIRST_WAIT_MS;
  const told = (job) => {
    heard = Date.now();
    ended ||= ENDED.has(job.status);
    if (!signal.aborted) onJob(job);
  };
  const look = async () => {
    heard = Date.now();
    try {
      told(await jobNow(id, signal));
    } catch (problem) {
      if (problem.code === "not_found" || problem.code === "unauthorized") throw problem;
      if (!signal.aborted) onTrouble(problem);
    }
  };
  // Between here and the service somebody may hold events back without a word.
  const beat = setInterval(() => !ended && Date.now() - heard > SILENT_MS && look().catch(() => {}), 1000);
  try {
    while (!ended && !signal.aborted) {
      try {
        const answer = await coach.ask(`bulk/${encodeURIComponent(id)}/events?items=false`, { signal });
        for await (const [name, data] of eventsOf(answer.body)) {
          if (name === "error") throw new Problem(data.code, data.status, data.detail);
          wait = FIRST_WAIT_MS;
          told(data);
        }
      } catch (problem) {
        if (signal.aborted) return;
        if (problem.code === "not_found" || problem.code === "unauthorized") throw problem;
      }
      if (ended || signal.aborted) return;
      await look();
      await pause(wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
  } finally {
    clearInterval(beat);
  }
}

async function read(path, options) {
  return (await coach.ask(path, options)).json();
}

async function sent(path, file, order, options) {
  const body = new FormData();
  for (const [name, value] of Object.entries(order)) {
    for (const one of [value].flat()) if (one) body.append(name, String(one));
  }
  body.append("file", file, file.name);
  try {
    return await read(path, { ...options, method: "POST", body });
  } catch (problem) {
    if (problem.code !== "unreachable") throw problem;
    // A browser does not send a file that was written over since it was chosen; to us that looks like a dead line.
    await file.slice(0, 1).arrayBuffer().catch(() => {
      throw new Problem("file_changed", 0, "The file was changed since it was chosen.");
    });
    throw problem;
  }
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
