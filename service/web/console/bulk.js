// The page of a quality analyst: a new job and the list of jobs, or the one job that the address names.

import { leaveJob, showJob } from "./bulk_job.js";
import { leaveList, prepareList, showList } from "./bulk_list.js";
import { prepareNew, showEngines } from "./bulk_new.js";
import { prepareSure } from "./bulk_sure.js";
import { $ } from "./dom.js";

let opened = null;

/** Wires the page up. */
export function prepareBulk() {
  prepareNew();
  prepareList();
  prepareSure();
}

/** Shows what the path names: a job's id, or nothing: a new job and the list. */
export function showBulk([id]) {
  if (id && id === opened) return;
  opened = id || null;
  $("bulk-home").hidden = Boolean(opened);
  $("bulk-job").hidden = !opened;
  leaveJob();
  leaveList();
  if (opened) {
    showJob(opened);
    scrollTo(0, 0);
  } else {
    showList();
    showEngines().catch(() => {});
  }
}

/** Another page is shown: nothing is asked any more. */
export function leaveBulk() {
  opened = null;
  leaveJob();
  leaveList();
}
