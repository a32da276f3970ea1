// Puts words into a text field so that the reader's own Ctrl+Z takes them out again.

/** Replaces `start`..`end` (UTF-16) of a text field by `text`; with `select`, the new words are selected. */
export function insert(field, start, end, text, { select = false } = {}) {
  field.focus({ preventScroll: true });
  field.setSelectionRange(start, end);
  const before = field.value;
  // Deprecated, and still the only way to keep the field's own history of edits.
  const done = text ? document.execCommand("insertText", false, text) : start === end || document.execCommand("delete");
  if (!done || (field.value === before && before.slice(start, end) !== text)) {
    field.setRangeText(text, start, end, "end");
    field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertReplacementText" }));
  }
  const last = start + text.length;
  field.setSelectionRange(select ? start : last, last);
}
