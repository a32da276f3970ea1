// An invisible copy of a text field's words, laid exactly over it: only the lines under them can be seen. It lives in
// a shadow root of its own, so that neither the page's style nor its scripts meet what an agent types.

const STYLE = `
:host { position: absolute; overflow: hidden; pointer-events: none; margin: 0; }
div { position: relative; box-sizing: border-box; color: transparent; white-space: pre-wrap; overflow-wrap: break-word; }
span { border-radius: 2px; text-decoration: underline 2px; text-decoration-skip-ink: none; text-underline-offset: 4px; }
.error { text-decoration-style: wavy; text-decoration-thickness: 1.5px; text-decoration-color: var(--coach-error, #c0271d); }
.warning { text-decoration-style: dashed; text-decoration-color: var(--coach-warning, #9a6200); }
.info { text-decoration-style: dotted; text-decoration-color: var(--coach-info, #3566a8); }
.on { background: var(--coach-on, rgb(255 196 0 / .28)); }
b { position: relative; }
b::before { content: ""; position: absolute; left: -4px; bottom: -.28em; border: 4px solid transparent;
  border-top-width: 0; border-bottom: 6px solid var(--coach-gap, #9a6200); }
b.error::before { border-bottom-color: var(--coach-error, #c0271d); }
b.info::before { border-bottom-color: var(--coach-info, #3566a8); }
b.hidden::before { left: -1px; top: .1em; bottom: auto; height: 1em; border: 0; border-left: 2px solid var(--coach-error, #c0271d); }
`;
const COPIED = [
  "fontFamily", "fontSize", "fontWeight", "fontStyle", "fontStretch", "fontVariant", "fontFeatureSettings", "fontKerning",
  "lineHeight", "letterSpacing", "wordSpacing", "textIndent", "textAlign", "textTransform", "tabSize", "direction",
  "wordBreak", "lineBreak", "paddingTop", "paddingRight", "paddingBottom", "paddingLeft", "textAutospace", "textSpacingTrim",
];
const RANK = { info: 1, warning: 2, error: 3 };

/** The copy of one field. */
export class Mirror {
  constructor(field) {
    this.field = field;
    this.host = document.createElement("span");
    this.host.setAttribute("aria-hidden", "true");
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    const root = this.host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    this.lines = document.createElement("div");
    root.append(this.lines);
    field.after(this.host);
  }

  /** Lays the copy over the field as it now stands. */
  place() {
    const { field, host, lines } = this;
    const style = getComputedStyle(field);
    for (const name of COPIED) lines.style[name] = style[name];
    const left = Number.parseFloat(style.borderLeftWidth);
    const borders = left + Number.parseFloat(style.borderRightWidth);
    // What the scroll bar takes; all else is exact to a fraction of a pixel, or lines would break elsewhere.
    const bar = Math.max(0, field.offsetWidth - field.clientWidth - Math.round(borders));
    lines.style.width = `${field.getBoundingClientRect().width - borders - bar}px`;
    host.style.left = `${field.offsetLeft + left}px`;
    host.style.top = `${field.offsetTop + Number.parseFloat(style.borderTopWidth)}px`;
    host.style.width = `${field.clientWidth}px`;
    host.style.height = `${field.clientHeight}px`;
    this.scroll();
  }

  /** Follows the field's scrolling. */
  scroll() {
    this.lines.style.transform = `translate(${-this.field.scrollLeft}px, ${-this.field.scrollTop}px)`;
  }

  /** Draws marks `{start, end, severity, on}` and points `{at, name}` over a text. */
  draw(text, marks, points) {
    const cuts = new Set([0, text.length]);
    for (const { start, end } of marks) cuts.add(start).add(end);
    for (const { at } of points) cuts.add(at);
    const places = [...cuts].sort((a, b) => a - b);
    const nodes = [];
    places.forEach((place, index) => {
      for (const { at, name } of points) {
        if (at === place) nodes.push(element("b", name));
      }
      if (index + 1 === places.length) return;
      const piece = text.slice(place, places[index + 1]);
      const over = marks.filter(({ start, end }) => start <= place && place < end);
      if (!over.length) return void nodes.push(piece);
      over.sort((a, b) => RANK[b.severity] - RANK[a.severity]);
      const span = element("span", over[0].severity + (over.some(({ on }) => on) ? " on" : ""));
      span.textContent = piece;
      nodes.push(span);
    });
    // A field shows an empty last line; a block needs something to stand on it.
    this.lines.replaceChildren(...nodes, "\u200b");
  }

  /** Scrolls the field until the mark that is on can be seen. */
  reveal() {
    const mark = this.lines.querySelector(".on");
    if (!mark) return;
    const { field } = this;
    const top = mark.offsetTop;
    if (top < field.scrollTop || top + mark.offsetHeight > field.scrollTop + field.clientHeight) {
      field.scrollTop = Math.max(0, top - field.clientHeight / 3);
    }
  }

  /** Takes the copy away. */
  remove() {
    this.host.remove();
  }
}

function element(tag, className) {
  const made = document.createElement(tag);
  made.className = className;
  return made;
}
