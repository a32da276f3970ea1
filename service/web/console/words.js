// What the contract's codes are called: Chinese first, English beside it.

export const VERDICTS = {
  block: ["不能发送", "Do not send", "error"],
  revise: ["建议修改", "Revise", "warning"],
  pass: ["可以发送", "Good to send", "pass"],
};
export const SEVERITIES = {
  error: ["禁止", "error"],
  warning: ["应改", "warning"],
  info: ["提示", "info"],
};
export const STATUSES = {
  unchanged: ["原稿可用，不必改", "Good as it is"],
  rewritten: ["已改写，已通过检查", "Rewritten and verified"],
  needs_review: ["没有稳妥的改法，请人工处理", "Needs a person"],
};
export const ACTS = {
  solve: ["解决", "solve"],
  ask: ["询问", "ask"],
  "take-over": ["跟进", "take over"],
  refuse: ["婉拒", "decline"],
  greet: ["问候", "greet"],
  close: ["结束", "close"],
};
export const CHANNELS = { phone: "电话", chat: "在线聊天", email: "邮件", ticket: "工单" };
export const STAGES = { opening: "开头", middle: "沟通中", closing: "结尾" };
export const KNOWS = {
  surname: "客户姓氏", title: "客户称谓", agent_id: "工号", company: "公司名称", hotline: "热线", hours: "服务时间",
};
export const KINDS = { phrase: "用语", pattern: "句式", require: "应有的话", order: "次序", limit: "篇幅" };
export const FACTS = {
  account_id: "账号", address: "地址", bank_card: "银行卡", time: "时刻", count: "数量", date: "日期", duration: "时长",
  email: "邮箱", employee_number: "工号", html: "标签", id_number: "证件号", limit: "限制", markdown_link: "链接",
  model_name: "型号", money: "金额", negation: "否定", number: "数字", order_number: "订单号", percentage: "百分比",
  name_with_title: "姓名", phone: "电话", placeholder: "占位符", plate: "车牌", size: "尺寸", title: "称谓",
  tracking_number: "运单号", url: "网址", word: "原词",
};
/** Why an attempt did not count, as what follows “因”. */
export const REASONS = {
  policy_breach: "仍有不合规范的话", fact_missing: "漏了事实", fact_changed: "改动了事实", fact_invented: "多出了事实",
  commitment_invented: "多作了承诺", token_misused: "用错了被遮住的资料", refusal: "没有作答", wrong_language: "不是中文",
  script_changed: "改了简繁", echo: "照抄了原稿", preamble: "夹带了说明", markup: "夹带了格式", too_long: "过长", empty: "是空的",
  timeout: "超时", rate_limited: "模型限流", unavailable: "模型暂不可用", connection: "连接中断", malformed: "答复不成形",
  truncated: "答复不完整", too_large: "答复过大", misconfigured: "模型设置有误", breaker_open: "模型正在休息",
};
const TROUBLES = {
  unreachable: ["联系不上服务，请稍后再试。", "The service cannot be reached."],
  unauthorized: ["需要密钥才能使用。", "A key is needed."],
  rate_limited: ["请求过于频繁，请稍等片刻。", "Too many calls, please wait."],
  overloaded: ["服务正忙，请稍等片刻。", "The service is busy, please wait."],
  too_large: ["草稿太长，最多 50,000 字。", "The draft is longer than 50,000 characters."],
  not_found: ["手册里没有这一条。", "The manual has no such entry."],
};

/** What went wrong, in words for people. */
export function trouble(problem) {
  return TROUBLES[problem.code] ?? ["没有办成，请稍后再试。", `Failed: ${problem.code ?? "unknown"}`];
}

/** One attempt, in a plain sentence; `number` counts the attempts of its engine from 1. */
export function attemptInWords(attempt, number) {
  const causes = [...new Set(attempt.reasons.map(({ code }) => REASONS[code] ?? code))].join("、");
  const who = attempt.engine === "model" ? `模型的第 ${number} 稿` : "话术库的改写";
  if (attempt.outcome === "accepted") return `${who}通过了全部检查`;
  return attempt.outcome === "rejected" ? `${who}因${causes}被退回` : `${who}没有写成：${causes}`;
}
