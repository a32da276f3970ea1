"""Reports, rewrites and policy tests as lines for people."""

from collections.abc import Iterator
from pathlib import Path

from service.adapters.policy_files import clean, known_exceptions, load_policy
from service.core.compiling import compile_policy
from service.core.policy_tests import run
from service.core.results import Finding, Missing, Report, Rewrite, Severity, Suggestions

VERDICTS = {"block": "不能发送", "revise": "建议修改", "pass": "可以发送"}
STATUSES = {"unchanged": "原稿可用", "rewritten": "已改写", "needs_review": "需要人工处理"}
ENGINES = {"model": "模型", "phrasebook": "话术库", "none": "未调用"}
MARKS = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.INFO: "·"}
ACTS = {
    "solve": "解决", "ask": "询问", "take-over": "跟进", "refuse": "婉拒", "greet": "问候", "close": "结束",
}  # fmt: skip
SILENCES = {"low_confidence": "没有把握判断是哪种场景，不作建议。", "none_verified": "没有一条回复通过检查。"}
RANKS = {"info": 0, "warning": 1, "error": 2, "never": 3}


def exit_code(report: Report, fail_on: str) -> int:
    """1 when any finding or missing item weighs at least `fail_on`, else 0."""
    items: tuple[Finding | Missing, ...] = (*report.findings, *report.missing)
    return int(any(RANKS[item.severity.value] >= RANKS[fail_on] for item in items))


def report_lines(report: Report) -> list[str]:
    """The verdict, then each finding and gap with its reason and better words."""
    lines = [f"{VERDICTS[report.verdict.value]}（{report.verdict.value}），礼貌分 {report.score}"]
    for finding in report.findings:
        place = f"第{finding.span.start + 1}–{finding.span.end}字"
        lines += _item(finding, f"{place}“{finding.text}”")
    for missing in report.missing:
        lines += _item(missing, f"第{missing.insert_at + 1}字前" if missing.insert_at else "开头")
    return lines


def suggestion_lines(answer: Suggestions) -> list[str]:
    """Each reply with what it does; without any, the reason and the situations that came nearest."""
    lines = [f"{number}. [{ACTS[one.does]}] {one.text}" for number, one in enumerate(answer.suggestions, 1)]
    if answer.reason is not None:
        lines.append(SILENCES[answer.reason])
    near = [f"{one.id}（{'、'.join(one.cues)}）" for one in answer.candidates]
    return [*lines, "", "场景：" + "；".join(near)] if near else lines


def _item(item: Finding | Missing, place: str) -> Iterator[str]:
    yield f"{MARKS[item.severity]} {place}：{item.message}"
    yield f"    {item.why}（{item.rule}，《{item.source.document}》{item.source.section}）"
    if item.replacements:
        words = " / ".join(replacement.text for replacement in item.replacements)
        yield f"    可以说：{words}"


def rewrite_lines(rewrite: Rewrite) -> list[str]:
    """The text, how it came to be, and the facts that were kept."""
    if rewrite.text is None:
        return [f"{STATUSES[rewrite.status]}：没有能通过检查的改写。", *report_lines(rewrite.before)]
    lines = [rewrite.text, ""]
    lines.append(
        f"{STATUSES[rewrite.status]}（{ENGINES[rewrite.engine]}），礼貌分 {rewrite.before.score} → "
        f"{rewrite.after.score if rewrite.after else rewrite.before.score}"
    )
    kept = [fact.text for fact in rewrite.facts if fact.kept]
    dropped = [fact.text for fact in rewrite.facts if not fact.kept]
    if kept:
        lines.append("保留：" + "、".join(kept))
    if dropped:
        lines.append("略去：" + "、".join(dropped))
    return lines


def policy_failures(folder: Path) -> tuple[str, list[str]]:
    """The summary line of a policy's own tests, and a line for each failure. Raises `PolicyError`."""
    files = load_policy(folder)
    failures = run(files, compile_policy(files), clean(folder), known_exceptions(folder))
    examples = sum(len(rule.examples.match) + len(rule.examples.no_match) for rule in files.rules)
    counted = f"{len(files.rules)} rules, {examples} examples, {len(files.scenarios)} scenarios"
    return f"{files.head.name} {files.version}: {counted}, {len(failures)} failures", list(failures)
