// Checks a text field as its writer pauses, and underlines what the policy has against it.

import { insert } from "./insert.js";
import { Mirror } from "./mirror.js";

// Characters that take no room and change what others read or how words run; an emoji's joiner is not one.
const HIDDEN = /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]|(?<![\p{Extended_Pictographic}\ufe0f\u{1f3fb}-\u{1f3ff}])\u200d/gu;

/**
 * Watches `field`, a `textarea`, and returns the watch. `context()` is asked for the context of each check;
 * `onReport(report, items)` is told what was found, both null and empty for a blank field; `onAt(item)` which item the
 * caret stands on; `onTrouble(problem)` why there is no report. Nothing is checked and nothing touched while an input
 * method composes. `F8` and `Alt+↓` select the next item, with `Shift` or `↑` the one before, `Alt+Enter` takes its
 * first replacement.
 */
export function underline(field, coach, options = {}) {
  return new Underlines(field, coach, options);
}

class Underlines {
  #timer = 0;
  #aborter = null;
  #watching = new AbortController();

  constructor(field, coach, { context = () => ({}), pauseMs = 150, onReport, onAt, onTrouble } = {}) {
    Object.assign(this, { field, coach, context, pauseMs, onReport, onAt, onTrouble });
    /** What was found, in the order of the text: `{kind, start, end, severity, told}`, `told` as the service said it. */
    this.items = [];
    this.current = null;
    this.text = field.value;
    this.mirror = new Mirror(field);
    const on = (target, name, does) => target.addEventListener(name, does, { signal: this.#watching.signal });
    on(field, "input", (event) => this.#edited(event.isComposing));
    on(field, "compositionend", () => this.#edited(false));
    on(field, "scroll", () => this.mirror.scroll());
    on(field, "keydown", (event) => this.#key(event));
    on(document, "selectionchange", () => document.activeElement === field && this.#moved());
    this.resizes = new ResizeObserver(() => this.mirror.place());
    this.resizes.observe(field);
    document.fonts?.ready.then(() => this.mirror.place());
    this.#draw();
    // The caller has the watch in hand before it is told anything.
    queueMicrotask(() => this.refresh());
  }

  /** Checks now, and not again before the next edit. */
  async refresh() {
    clearTimeout(this.#timer);
    this.#aborter?.abort();
    const text = this.field.value;
    if (!text.trim()) return this.#take(text, null);
    const aborter = (this.#aborter = new AbortController());
    try {
      const report = await this.coach.check(text, this.context(), { signal: aborter.signal });
      if (text === this.field.value && aborter === this.#aborter) this.#take(text, report);
    } catch (problem) {
      if (aborter.signal.aborted) return;
      this.onTrouble?.(problem);
      if (problem.retryAfterS) this.#timer = setTimeout(() => this.refresh(), problem.retryAfterS * 1000);
    }
  }

  /** Selects the next item behind the caret, or before it with `step` -1; after the last comes the first. */
  go(step = 1) {
    const { items, field } = this;
    if (!items.length) return;
    const at = items.indexOf(this.current);
    const caret = field.selectionStart;
    let next = at + step;
    if (at < 0) {
      const behind = items.findIndex(({ start }) => start >= caret);
      next = step > 0 ? (behind < 0 ? 0 : behind) : (behind < 0 ? items.length : behind) - 1;
    }
    this.show(items[(next + items.length) % items.length]);
  }

  /** Selects the words of an item, or puts the caret where words are missing. */
  show(item) {
    this.field.focus({ preventScroll: true });
    this.current = item;
    this.field.setSelectionRange(item.start, item.end);
    this.#draw();
    this.mirror.reveal();
    this.onAt?.(item);
  }

  /** Puts a replacement in; one that a person must look at is left selected. False when the words are gone. */
  apply(item, replacement) {
    if (!this.items.includes(item)) return false;
    insert(this.field, item.start, item.end, replacement.text, { select: !replacement.safe });
    this.refresh();
    return true;
  }

  /** How many characters of the field nobody can see. */
  get hidden() {
    return this.text.match(HIDDEN)?.length ?? 0;
  }

  /** Takes those characters out. */
  reveal() {
    insert(this.field, 0, this.field.value.length, this.field.value.replace(HIDDEN, ""));
    this.refresh();
  }

  /** Leaves the field as it was found. */
  detach() {
    clearTimeout(this.#timer);
    this.#aborter?.abort();
    this.#watching.abort();
    this.resizes.disconnect();
    this.mirror.remove();
  }

  #edited(composing) {
    const { text, field } = this;
    const now = field.value;
    if (now !== text) this.#shift(text, now);
    clearTimeout(this.#timer);
    this.#aborter?.abort();
    this.#aborter = null;
    // Half a syllable is no draft; the end of the composition comes back here.
    if (!composing) this.#timer = setTimeout(() => this.refresh(), this.pauseMs);
  }

  /** Moves the marks with the words that they stand under, until the next report; an edited one goes. */
  #shift(old, now) {
    const most = Math.min(old.length, now.length);
    let same = 0;
    while (same < most && old[same] === now[same]) same += 1;
    let tail = 0;
    while (tail < most - same && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
    const by = now.length - old.length;
    this.items = this.items.filter(({ start, end }) => end <= same || start >= old.length - tail);
    for (const item of this.items) {
      if (item.end <= same) continue;
      item.start += by;
      item.end += by;
    }
    if (!this.items.includes(this.current)) this.current = null;
    this.text = now;
    this.#draw();
  }

  #take(text, report) {
    this.text = text;
    this.items = report ? itemsOf(report) : [];
    this.current = null;
    this.#draw();
    this.onReport?.(report, this.items);
    if (document.activeElement === this.field) this.#moved();
  }

  #moved() {
    const { selectionStart: from, selectionEnd: to } = this.field;
    const holds = ({ start, end }) => start <= from && to <= end;
    const found = this.current && holds(this.current) ? this.current : (this.items.find(holds) ?? null);
    if (found === this.current) return;
    this.current = found;
    this.#draw();
    this.onAt?.(found);
  }

  #draw() {
    const marks = [];
    const points = [...this.text.matchAll(HIDDEN)].map(({ index }) => ({ at: index, name: "hidden" }));
    for (const item of this.items) {
      if (item.kind === "missing") points.push({ at: item.start, name: item.severity });
      else marks.push({ ...item, on: item === this.current });
    }
    this.mirror.draw(this.text, marks, points);
    this.mirror.place();
  }

  #key(event) {
    if (event.isComposing) return;
    const down = event.key === "F8" || (event.altKey && event.key === "ArrowDown");
    if (down || (event.altKey && event.key === "ArrowUp")) {
      this.go(down && !event.shiftKey ? 1 : -1);
    } else if (event.altKey && event.key === "Enter" && this.current?.told.replacements.length) {
      this.apply(this.current, this.current.told.replacements[0]);
    } else return;
    event.preventDefault();
  }
}

function itemsOf(report) {
  const found = report.findings.map((told) => ({ kind: "finding", ...told.span_utf16, severity: told.severity, told }));
  const missing = report.missing.map((told) => {
    const at = told.insert_at.utf16;
    return { kind: "missing", start: at, end: at, severity: told.severity, told };
  });
  return [...found, ...missing].sort((a, b) => a.start - b.start || a.end - b.end);
}
