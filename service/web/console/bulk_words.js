// The words of the bulk page: what jobs, rows, formats and their mistakes are called, Chinese first.

import { h, pair } from "./dom.js";
import { REASONS, trouble } from "./words.js";

export const JOB_STATUSES = {
  queued: ["排队中", "Queued", "wait"],
  running: ["进行中", "Running", "go"],
  paused: ["已暂停", "Paused", "hold"],
  completed: ["已完成", "Completed", "pass"],
  failed: ["未能完成", "Failed", "error"],
  cancelled: ["已取消", "Cancelled", "stop"],
};
const ROW_STATUSES = {
  needs_review: ["需要人工", "Needs a person", "warning"],
  failed: ["处理失败", "Failed", "error"],
  rewritten: ["已改写", "Rewritten", "pass"],
  unchanged: ["不必改", "Good as is", "kept"],
};
const CHECKED_STATUSES = {
  needs_review: ["有问题", "Has findings", "warning"],
  failed: ROW_STATUSES.failed,
  unchanged: ["没问题", "Passes", "pass"],
};
export const FORMATS = {
  csv: "CSV", xlsx: "Excel", jsonl: "JSON Lines", zendesk: "Zendesk", chatwoot: "Chatwoot", qianniu: "千牛", json: "JSON",
};
export const ENCODINGS = { "utf-8": "UTF-8", "utf-8-sig": "UTF-8 带 BOM", gb18030: "GB18030" };
export const WAYS = {
  polish: ["整体润色", "Polish"], minimal: ["只改不合规处", "Minimal"], dry: ["只检查", "Check only"],
};
export const ENGINES = { auto: "自动", model: "只用模型", phrasebook: "只用话术库" };
const ROW_REASONS = { ...REASONS, crashed: "处理时多次中断", internal: "处理时出错", too_long: "篇幅过长，只检查、不改写" };

/** What rows can become in a job, and what each is called. */
export function rowStatuses(job) {
  return job.dry_run ? CHECKED_STATUSES : ROW_STATUSES;
}

/** Why a row was not rewritten. */
export function reasonWords(codes) {
  return codes.map((code) => ROW_REASONS[code] ?? code).join("、");
}

/** A number as people write it. */
export function count(number) {
  return number.toLocaleString("zh-CN");
}

/** About how long, in one or two units. */
export function duration(seconds) {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return `${whole} 秒`;
  if (whole < 3600) return `${Math.round(whole / 60)} 分钟`;
  return `${Math.floor(whole / 3600)} 小时 ${Math.round((whole % 3600) / 60)} 分`;
}

const MOMENT = new Intl.DateTimeFormat("zh-CN", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });

/** An instant in the reader's own time. */
export function moment(instant) {
  return h("time", { datetime: instant }, MOMENT.format(new Date(instant)));
}

const PLACE = /^(?:Row|Line) ([\d,]+)(?:, column ([\d,]+))?: /;
const FILE_MISTAKES = [
  [/a quote is never closed/, "引号没有成对，后面的内容都被算进了这一格"],
  [/is a quote left open/, "这一行太长，多半是引号没有成对"],
  [/a NUL character/, "夹着一个空字符（NUL）"],
  [/more than [\d,]+ (columns|different fields)/, "列数太多"],
  [/neither UTF-8 nor GB18030/, "既不是 UTF-8 也不是 GB18030，文件里也许混了两种编码"],
  [/although the file begins/, "文件开头标明是 UTF-8，这里却不是"],
  [/UTF-16/, "文件是 UTF-16 编码，请另存为“CSV UTF-8”再传"],
  [/not UTF-8/, "文件不是 UTF-8 编码"],
  [/no row of names/, "第一行应当是列名，没有找到"],
  [/not JSON/, "这里不是有效的 JSON"],
  [/not an object/, "这一行不是一个 JSON 对象"],
  [/is not a string/, "这一栏应当是文字"],
  [/does not show its format/, "认不出文件的格式，请在下面选一种"],
  [/read as \.xlsx/, "只认不带宏的 .xlsx，请另存为 .xlsx 或“CSV UTF-8”再传"],
  [/no \.xlsx workbook/, "这不是一份 .xlsx 工作簿"],
  [/password/, "工作簿设了密码，请去掉密码再传"],
  [/larger than|longer than|more than/, "内容超过了上限，请分成几份"],
  [/More than one|No column looks like/, "要请您指明哪一列是话术"],
  [/no single column/, "没有这一列，或有几列同名"],
  [/no macro|no canned response|holds no text/, "文件里没有找到话术"],
  [/workbook|Cell /, "工作簿读不了，请在 Excel 里另存一次再传"],
];
const TROUBLES = {
  file_changed: ["文件在选好之后被改动或移走了，请重新选择。", "The file was changed since it was chosen."],
  too_large: ["文件太大，或超过 1,000,000 条，请分成几份。", "The file is too large; send it in parts."],
  not_found: ["没有这项任务，也许已经删除。", "There is no such job."],
  conflict: ["任务的状态刚刚变了，请看清再试。", "The job's state has just changed."],
  unreachable: ["联系不上服务，请稍后再试；文件很大时，也许超过了上限。", "The service cannot be reached."],
};

/** What went wrong with a call about jobs, as the words of one line; a bad file with row and column. */
export function bulkTrouble(problem) {
  const [first] = problem.errors ?? [];
  if (first?.pointer === "/file" || first?.code === "unreadable") return fileTrouble(first.detail);
  if (problem.code === "unknown_policy") return pair("没有这份规范，或没有授权给这个密钥。", problem.message);
  if (first?.code === "not_configured") return pair("服务没有配置模型，请改用“自动”或“只用话术库”。", problem.message);
  if (problem.code === "overloaded") return pair("眼下接不了批量任务，请稍后再试。", problem.message);
  if (problem.code === "invalid_body") return pair("这样填不对，请核对。", first?.detail ?? problem.message);
  return pair(...(TROUBLES[problem.code] ?? trouble(problem)));
}

function fileTrouble(detail) {
  const [, row, column] = PLACE.exec(detail) ?? [];
  const where = row ? [h("strong", {}, `第 ${row} 行${column ? `第 ${column} 列` : ""}`), "："] : [];
  const [, words] = FILE_MISTAKES.find(([pattern]) => pattern.test(detail)) ?? [null, "这份文件读不了"];
  return [where, words, "。 ", h("small", { lang: "en" }, detail)];
}
