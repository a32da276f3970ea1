// Elements made without markup: every word of a draft, a rule or an answer enters the page as text.

const SVG = "http://www.w3.org/2000/svg";
const ADDRESS = /^(#|\/(?!\/))/;
const ICONS = {
  error: "M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2zM5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8",
  warning: "M8 1.8 15 14H1zM8 6v4M8 11.8v.4",
  info: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM8 7.2V11.4M8 4.6V5",
  pass: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM4.8 8.3l2.2 2.2 4.2-4.6",
  copy: "M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1",
  insert: "M8 2v8.5M4.5 7.2 8 10.7l3.5-3.5M2.5 14h11",
  eye: "M1 8s2.6-4.6 7-4.6S15 8 15 8s-2.6 4.6-7 4.6S1 8 1 8zM8 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4z",
  undo: "M5.5 3 2.5 6l3 3M2.5 6h6.8a4 4 0 0 1 0 8H6",
  kept: "M4 7V5a4 4 0 0 1 8 0v2M3 7h10v7H3z",
  arrow: "M2.5 8h11M9.5 4l4 4-4 4",
  wait: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM8 4.2V8l2.6 1.8",
  go: "M4.5 2.5v11L13 8z",
  hold: "M5 3v10M11 3v10",
  stop: "M3.5 3.5h9v9h-9z",
  bin: "M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.6 9h6.8l.6-9",
  report: "M3 1.5h7l3 3v10H3zM5.5 11.5V9M8 11.5v-5M10.5 11.5V8",
  edit: "M3 13l.6-3L11 2.6 13.4 5 6 12.4z",
  file: "M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3",
  upload: "M8 10.5V2M4.5 5.3 8 1.8l3.5 3.5M2.5 10v4h11v-4",
};

/** An element with attributes, `onclick` and the like as functions, and children: nodes, text, or lists of both. */
export function h(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (name === "href" && !ADDRESS.test(value)) continue;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Chinese with its English beside it. */
export function pair(chinese, english) {
  return [chinese, " ", h("small", { lang: "en" }, english)];
}

/** A small picture that says nothing to a screen reader. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `icon ${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** The element of an id in the page. */
export function $(id) {
  return document.getElementById(id);
}

/** A button; `kind` is a class such as `main` or `quiet`. */
export function button(words, onclick, { kind = "", label = null, disabled = false } = {}) {
  return h("button", { type: "button", class: kind, "aria-label": label, disabled, onclick }, words);
}

/** Where in the manual something stands, in one line. */
export function place(source) {
  const where = [source.section, source.item].filter(Boolean).join(" · ");
  return [`《${source.document}》`, where && ` ${where}`];
}
