// A new job: the file chosen or dropped, what was found in it, how it is to be done, and the start.

import { create, newKey, preview } from "./bulk_calls.js";
import { bulkTrouble, count, ENCODINGS, FORMATS } from "./bulk_words.js";
import { $, h, icon, pair } from "./dom.js";
import { say } from "./session.js";

const COLUMNS_SHOWN = 40;
const FREE = new Set(["csv", "xlsx", "jsonl", "qianniu", "json"]);
const WITH_CONTEXT = new Set(["csv", "xlsx", "jsonl", "qianniu"]);

let chosen = null;
let aborter = null;
let asked = null;
let starting = false;

/** Wires the choice of a file and its options up. */
export function prepareNew() {
  const field = $("bulk-file");
  // The same file may have been mended and be chosen once more.
  field.addEventListener("click", () => (field.value = ""));
  field.addEventListener("change", () => field.files.length && choose(field.files[0]));
  for (const name of ["dragover", "dragleave", "drop"]) document.addEventListener(name, dragged);
  for (const id of ["bulk-column", "bulk-format"]) $(id).addEventListener("change", look);
  $("bulk-context").addEventListener("change", look);
  $("bulk-new").addEventListener("change", nameStart);
  $("bulk-start").addEventListener("click", start);
  $("bulk-policy").addEventListener("input", () => $("bulk-policy-trouble").replaceChildren());
}

/** Tells whether a model can be asked for at all. */
export async function showEngines() {
  const { model } = await (await fetch("/health/ready", { cache: "no-store" })).json().catch(() => ({}));
  $("bulk-engine").querySelector("[value=model]").disabled = model === "none";
}

function dragged(event) {
  if ($("bulk").hidden || $("bulk-home").hidden || !event.dataTransfer?.types.includes("Files")) return;
  // Wherever it falls: otherwise the browser would leave the page and open the file.
  event.preventDefault();
  $("bulk-drop").classList.toggle("over", event.type === "dragover");
  const [file] = event.type === "drop" ? event.dataTransfer.files : [];
  if (file) choose(file);
}

function choose(file) {
  chosen = { file, found: null };
  asked = null;
  $("bulk-column").replaceChildren();
  $("bulk-context").replaceChildren();
  $("bulk-format").value = "";
  $("bulk-drop").classList.add("chosen");
  $("bulk-course").hidden = true;
  $("bulk-chosen").replaceChildren(icon("file"), h("strong", {}, file.name), h("span", { class: "hint" }, size(file.size)));
  look();
}

/** Forgets the file. */
function reset() {
  chosen = null;
  $("bulk-file").value = "";
  $("bulk-drop").classList.remove("chosen");
  $("bulk-chosen").replaceChildren();
  $("bulk-found").hidden = true;
  $("bulk-course").hidden = false;
  $("bulk-start-trouble").replaceChildren();
}

function order() {
  return {
    format: $("bulk-format").value,
    text_field: $("bulk-column").value,
    context_fields: [...$("bulk-context").querySelectorAll("input:checked")].map(({ value }) => value),
  };
}

async function look() {
  aborter?.abort();
  const mine = (aborter = new AbortController());
  const trouble = $("bulk-file-trouble");
  trouble.replaceChildren(h("p", { class: "working" }, pair("正在看文件", "Reading")));
  $("bulk-new").setAttribute("aria-busy", "true");
  $("bulk-start-trouble").replaceChildren();
  try {
    chosen.found = await preview(chosen.file, order(), mine.signal);
    trouble.replaceChildren();
  } catch (problem) {
    if (mine.signal.aborted) return;
    chosen.found = null;
    trouble.replaceChildren(h("p", { class: "trouble", role: "alert" }, bulkTrouble(problem)));
    // What can mend it stays in reach: another format, another column.
    if (problem.errors?.length) $("bulk-found").hidden = false;
  }
  $("bulk-new").removeAttribute("aria-busy");
  show();
}

function show() {
  const { found } = chosen;
  if (found) {
    $("bulk-found").hidden = false;
    fillColumns(found);
    fillContext(found);
    say(found.text_field === null ? "请选出哪一列是话术" : `认出 ${FORMATS[found.format]}，话术在“${found.text_field}”`);
  }
  $("bulk-read").hidden = $("bulk-how").hidden = !found;
  if (!found) $("bulk-column-field").hidden = $("bulk-column").options.length === 0;
  $("bulk-facts").replaceChildren(...(found ? facts(found) : []));
  $("bulk-columns").replaceChildren(...(found ? columns(found) : []));
  $("bulk-samples").replaceChildren(...(found ? samples(found) : []));
  $("bulk-ask").hidden = found?.text_field !== null;
  $("bulk-column").classList.toggle("asked", found?.text_field === null);
  nameStart();
  if (found && found.text_field === null) $("bulk-column").focus();
}

function facts({ format, encoding, rows }) {
  return [
    h("li", {}, FORMATS[format] ?? format),
    encoding && h("li", {}, ENCODINGS[encoding] ?? encoding),
    rows !== null && h("li", {}, pair(`${count(rows)} 条`, "texts")),
  ].filter(Boolean);
}

function columns(found) {
  const text = $("bulk-column").value;
  const all = columnsOf(found);
  // Of a text that stands there twice, as text and as HTML, both fields are the texts'.
  const chosen = new Set(found.format === "json" ? text.split(",") : [text]);
  const shown = all.slice(0, COLUMNS_SHOWN).map(({ value, label }) => (chosen.has(value) && found.text_field !== null
    ? h("li", { class: "on" }, icon("pass"), " ", label, h("span", { class: "away" }, "（话术）")) : h("li", {}, label)));
  if (all.length > shown.length) shown.push(h("li", { class: "rest" }, `还有 ${count(all.length - shown.length)} 列`));
  return [h("li", { class: "rest" }, pair(`${count(all.length)} 列`, "columns")), ...shown];
}

/** What a column is called in a call: its name, or its number where the name would not lead to it. */
function columnsOf({ columns, format }) {
  const key = (name) => name.trim().replace(/^\ufeff/, "").toLowerCase();
  const often = new Map();
  for (const name of columns) often.set(key(name), (often.get(key(name)) ?? 0) + 1);
  return columns.map((name, at) => {
    const plain = format === "jsonl" || (often.get(key(name)) === 1 && key(name) && !/^#\d+$|[!,]/.test(name));
    return { name, value: plain ? name : `#${at + 1}`, label: name.trim() ? name : `（第 ${at + 1} 列，没有名字）` };
  });
}

function fillColumns(found) {
  const select = $("bulk-column");
  const before = select.value;
  const option = ({ value, label }) => h("option", { value }, label);
  const all = columnsOf(found);
  const sheets = found.candidates.filter((name) => !found.columns.includes(name));
  if (sheets.length) {
    // Several sheets: a candidate says which.
    select.replaceChildren(...found.candidates.map((name) => option({ value: name, label: name })));
  } else {
    const likely = all.filter(({ name }) => found.candidates.includes(name));
    const others = all.filter((one) => !likely.includes(one));
    const group = (label, some) => some.length > 0 && h("optgroup", { label }, some.map(option));
    select.replaceChildren(...[group("像是话术的列", likely), group("其他列", others)].filter(Boolean));
  }
  if (found.text_field === null) select.prepend(option({ value: "", label: "请选一列…" }));
  const together = found.format === "json" && found.text_field?.includes(",") ? found.text_field : null;
  if (together) select.prepend(option({ value: together, label: together.split(",").join(" 和 ") }));
  const named = together ?? all.find(({ name }) => name === found.text_field)?.value;
  const known = [...select.options].map(({ value }) => value);
  select.value = [before, named, ""].find((value) => value && known.includes(value)) ?? "";
  $("bulk-column-field").hidden = !FREE.has(found.format);
}

function fillContext(found) {
  const out = $("bulk-context");
  const ticked = new Set([...out.querySelectorAll("input:checked")].map(({ value }) => value));
  const text = $("bulk-column").value;
  const all = WITH_CONTEXT.has(found.format) ? columnsOf(found).filter(({ name, value }) => value !== text && name !== found.text_field) : [];
  out.hidden = all.length === 0;
  out.replaceChildren(
    h("legend", {}, pair("哪些列是背景", "Context"), h("span", { class: "hint" }, "客户问题、场景、渠道、阶段、姓氏：知道了背景，检查更准")),
    ...all.slice(0, COLUMNS_SHOWN).map(({ value, label }) => h("label", { class: "tick" },
      h("input", { type: "checkbox", value, checked: ticked.has(value) }), h("span", {}, label))));
}

function samples(found) {
  if (found.text_field === null) return [];
  if (!found.samples.length) return [h("p", { class: "plain" }, pair("文件里没有一条话术。", "There is no text in this file."))];
  const named = found.samples.some(({ title, custom_id }) => title || custom_id);
  const around = found.samples.some(({ context }) => Object.keys(context).length);
  const cell = (words) => h("td", {}, h("p", { class: "text" }, words));
  return [h("table", {},
    h("caption", {}, pair(`前 ${found.samples.length} 条`, "First rows")),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "#"), named && h("th", { scope: "col" }, pair("名称", "Name")),
      h("th", { scope: "col", class: "on" }, icon("pass"), " ", found.text_field, " ", h("small", { lang: "en" }, "Text")), around && h("th", { scope: "col" }, pair("背景", "Context")))),
    h("tbody", {}, found.samples.map((row) => h("tr", {}, h("th", { scope: "row" }, String(row.index + 1)),
      named && cell(row.title ?? row.custom_id ?? ""), cell(row.text.trim() ? row.text : h("span", { class: "hint" }, "（空白）")),
      around && cell(told(row.context))))))];
}

function told(context) {
  return Object.values(context).map((value) => (typeof value === "object" ? JSON.stringify(value) : String(value))).join("；");
}

function nameStart() {
  const dry = way() === "dry";
  const rows = chosen?.found?.rows;
  const number = rows ? ` ${count(rows)} 条` : "";
  const ready = Boolean(chosen?.found?.text_field) && rows !== 0 && !starting;
  $("bulk-start").disabled = !ready;
  $("bulk-start").replaceChildren(...(dry ? pair(`开始检查${number}`, "Check") : pair(`开始改写${number}`, "Start")));
}

function way() {
  return document.querySelector("input[name=bulk-way]:checked").value;
}

async function start() {
  if (starting) return;
  const { file } = chosen;
  const whole = {
    ...order(),
    mode: way() === "minimal" ? "minimal" : "polish",
    dry_run: way() === "dry",
    engine: $("bulk-engine").value,
    policy: $("bulk-policy").value.trim(),
  };
  // One key for one wish: asked again after a lost answer, the service answers the job that it has made.
  const wish = JSON.stringify(whole);
  if (asked?.wish !== wish) asked = { wish, key: newKey() };
  starting = true;
  nameStart();
  const told_ = $("bulk-start-trouble");
  for (const out of [told_, $("bulk-policy-trouble")]) out.replaceChildren();
  told_.replaceChildren(h("p", { class: "working" }, pair("正在上传", "Uploading")));
  try {
    const job = await create(file, whole, asked.key);
    reset();
    location.hash = `#/bulk/${job.id}`;
  } catch (problem) {
    told_.replaceChildren();
    const place = { unknown_policy: "bulk-policy-trouble" }[problem.code] ?? "bulk-start-trouble";
    if (place === "bulk-policy-trouble") $("bulk-more").open = true;
    $(place).replaceChildren(h("p", { class: "trouble", role: "alert" }, bulkTrouble(problem)));
    if (place === "bulk-policy-trouble") $("bulk-policy").focus();
  } finally {
    starting = false;
    nameStart();
  }
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
