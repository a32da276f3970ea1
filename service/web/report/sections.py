"""The parts of the report's page, one function each: from the report's data to HTML, every word escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from service.web.report.pictures import Pictures
from service.web.report.words import JOB_STATUSES, SEVERITIES, STATUSES, VERDICTS, Both, reason

RULES_SHOWN = 15
ROWS_FIRST = 20
"""So many rows for a person stand at the beginning of the page, the others at its end."""
Report = Mapping[str, Any]


def head(report: Report, icon: str) -> str:
    """Title, file, how the job was ordered, and a band when this is not the end of it."""
    status = JOB_STATUSES[report["status"]]
    order = [
        ("文件", "file", report["filename"] or "—"),
        ("格式", "format", report["format"]),
        ("规范", "policy", report["policy"]),
        ("方式", "mode", "仅检查 check only" if report["dry_run"] else report["mode"]),
        ("状态", "status", f"{status.zh} {status.en}"),
        ("时间", "time", _minute(report["finished_at"] or report["created_at"])),
    ]
    facts = "".join(
        f'<div><dt>{zh} <small lang="en">{en}</small></dt><dd>{escape(str(value))}</dd></div>'
        for zh, en, value in order
    )
    band = ""
    if report["partial"]:
        counts = report["counts"]
        band = (
            f'<p class="band" role="status">任务尚未全部完成，以下是已处理的 {counts["done"]:,} 条的结果（共 {counts["total"]:,} 条）。'
            f'<small lang="en">Not all rows are done yet: these are {counts["done"]:,} of {counts["total"]:,}.'
            "</small></p>"
        )
    return (
        f'<header class="cover"><p class="brand">{icon} 话术教练 <small lang="en">Script coach</small></p>'
        '<h1>话术体检报告 <small lang="en">Bulk report</small></h1>'
        f'<dl class="order">{facts}</dl></header>{band}'
    )


def headline(report: Report, pictures: Pictures) -> str:
    """What came of the file in one sentence, four figures and a strip."""
    counts = report["counts"]
    ready, person = counts["unchanged"] + counts["rewritten"], report["review"]["total"]
    zh = f"{counts['done']:,} 条话术中，<strong>{ready:,}</strong> 条可以直接使用"
    en = f"{ready:,} of {counts['done']:,} texts are ready to use"
    if person:
        zh += f"，<strong>{person:,}</strong> 条需要人工处理"
        en += f"; {person:,} need a person"
    tiles = "".join(
        f'<li class="{name}"><b>{counts[name]:,}</b><span>{words.zh} <small lang="en">{words.en}</small></span>'
        f"<i>{escape(_share(counts[name], counts['done']))}</i></li>"
        for name, words in STATUSES.items()
    )
    parts = [(name, words, counts[name]) for name, words in STATUSES.items()]
    blank = (
        f'<p class="note">其中 {report["blank"]:,} 条为空白，保持原样。'
        f'<small lang="en">{report["blank"]:,} of them are blank and stay as they are.</small></p>'
        if report["blank"]
        else ""
    )
    return (
        f'<section class="headline"><p class="lead">{zh}。</p><p class="under" lang="en">{en}.</p>'
        f'{pictures.strip(Both("处理结果", "what came of the rows"), parts)}<ul class="tiles">{tiles}</ul>{blank}</section>'
    )


def review(report: Report) -> str:
    """The rows that a person has to look at, those that no engine could rewrite first; a long list goes on in `rest`."""
    found = report["review"]
    if not found["total"]:
        return _section(
            "需要人工处理",
            "Needs a person",
            '<p class="fine">没有需要人工处理的话术。<small lang="en">None.</small></p>',
        )
    more = ""
    if len(found["rows"]) > ROWS_FIRST:
        more = '<p class="note"><a href="#rest">其余的列在文末</a>。<small lang="en">The others are listed at the end.</small></p>'
    return _section("需要人工处理", "Needs a person", _table(report, found["rows"][:ROWS_FIRST]) + more)


def rest(report: Report) -> str:
    """The rows for a person that did not find room at the beginning."""
    found = report["review"]
    rows = found["rows"][ROWS_FIRST:]
    if not rows:
        return ""
    more = ""
    if found["total"] > len(found["rows"]):
        more = (
            f'<p class="note">此处列到 {len(found["rows"]):,} 条，共 {found["total"]:,} 条。'
            f'<small lang="en">{len(found["rows"]):,} of {found["total"]:,} are listed.</small></p>'
        )
    return _section(
        "需要人工处理（续）", "Needs a person, continued", _table(report, rows) + more, ' id="rest"'
    )


def _table(report: Report, rows: Sequence[Report]) -> str:
    titles = {rule["rule"]: rule["title"] or rule["rule"] for rule in report["rules"]}
    listed = "".join(_review_row(row, titles) for row in rows)
    return (
        '<table class="review"><thead><tr><th scope="col">行 <small lang="en">row</small></th>'
        '<th scope="col">话术 <small lang="en">text</small></th>'
        '<th scope="col">原因 <small lang="en">why</small></th></tr></thead>'
        f"<tbody>{listed}</tbody></table>"
    )


def _review_row(row: Report, titles: Mapping[str, str]) -> str:
    named = "".join(
        f"<span>{escape(str(part))}</span>"
        for part in dict.fromkeys((row["title"], row["custom_id"]))
        if part
    )
    said = [reason(code) for code in row["reasons"]]
    if not said and row["verdict"] is not None:
        said = [VERDICTS[row["verdict"]]]
    why = "".join(f'<li>{escape(one.zh)} <small lang="en">{escape(one.en)}</small></li>' for one in said)
    fired = "、".join(escape(titles.get(rule, rule)) for rule in row["rules"])
    score = "" if row["score"] is None else f" · {row['score']} 分"
    return (
        f'<tr class="{row["status"]}"><th scope="row">{row["index"] + 1:,}</th>'
        f'<td><p class="named">{named}</p><p class="text">{escape(row["draft"])}</p></td>'
        f'<td><ul>{why}</ul><p class="points">{fired}{score}</p></td></tr>'
    )


def scores(report: Report, pictures: Pictures) -> str:
    """Scores and verdicts before and after, as pictures with their figures."""
    before, after = report["scores"]["before"], report["scores"]["after"]
    if before["mean"] is None:
        return ""
    strips = "".join(
        f'<div class="versus"><h3>{zh} <small lang="en">{en}</small></h3>'
        f"{pictures.strip(Both(f'{zh}的结论', f'verdicts {en}'), _parts(report['verdicts'][side]))}{_legend(report['verdicts'][side])}</div>"
        for side, zh, en in (("before", "改写前", "before"), ("after", "改写后", "after"))
    )
    gain = after["mean"] - before["mean"]
    figures = (
        f'<p class="means"><span class="old"><b>{before["mean"]:g}</b> 改写前 <small lang="en">before</small></span>'
        f'<span class="arrow" aria-hidden="true">→</span><span class="new"><b>{after["mean"]:g}</b> 改写后 '
        f'<small lang="en">after</small></span><span class="gain">平均礼貌分 {gain:+.1f} '
        '<small lang="en">average score</small></span></p>'
    )
    picture = pictures.columns(
        Both("礼貌分的分布，改写前后", "scores before and after"), before["bands"], after["bands"]
    )
    return _section(
        "改写前后",
        "Before and after",
        f'{figures}<figure>{picture}</figure><div class="pair">{strips}</div>',
    )


def _parts(verdicts: Report) -> list[tuple[str, Both, int]]:
    return [(name, words, verdicts[name]) for name, words in VERDICTS.items()]


def _legend(verdicts: Report) -> str:
    rows = "".join(
        f'<li class="{name}">{words.zh} <small lang="en">{words.en}</small> <b>{verdicts[name]:,}</b></li>'
        for name, words in VERDICTS.items()
    )
    return f'<ul class="legend">{rows}</ul>'


def rules(report: Report) -> str:
    """The rules most broken, each with examples: the words, and the text in their place."""
    broken = [rule for rule in report["rules"] if rule["severity"] != "info"]
    if not broken:
        return _section(
            "最常触犯的规则",
            "Rules most broken",
            '<p class="fine">没有触犯规则。<small lang="en">None.</small></p>',
        )
    most = broken[0]["rows"]
    listed = "".join(_rule(rule, most) for rule in broken[:RULES_SHOWN])
    more = ""
    if len(broken) > RULES_SHOWN:
        more = (
            f'<p class="note">另有 {len(broken) - RULES_SHOWN} 条规则较少触犯。'
            f'<small lang="en">{len(broken) - RULES_SHOWN} more rules were broken less often.</small></p>'
        )
    return _section("最常触犯的规则", "Rules most broken", f'<ol class="rules">{listed}</ol>{more}')


def _rule(rule: Report, most: int) -> str:
    words = SEVERITIES[rule["severity"]]
    share = 100 * rule["rows"] / most
    left = (
        f'<span class="left">仍有 {rule["left"]:,} 条 <small lang="en">left</small></span>'
        if rule["left"]
        else ""
    )
    examples = "".join(_example(one) for one in rule["examples"])
    return (
        f'<li class="{rule["severity"]}"><div class="rule"><h3>{escape(rule["title"] or rule["rule"])} '
        f"<code>{escape(rule['rule'])}</code></h3>"
        f'<p><span class="tag">{words.zh} <small lang="en">{words.en}</small></span>'
        f'<b>{rule["rows"]:,}</b> 条 <small lang="en">rows</small> {left}</p></div>'
        f'<svg class="length" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{share:.1f}" height="4"/></svg>{examples}</li>'
    )


def _example(example: Report) -> str:
    after = example["after"]
    new = (
        f"<dd>{escape(after)}</dd>"
        if after is not None
        else '<dd class="none">待人工改写 <small lang="en">waits for a person</small></dd>'
    )
    return (
        f'<dl class="example"><dt>第 {example["index"] + 1:,} 行 <small lang="en">row</small></dt>'
        f'<dd class="was">{_marked(example["before"], example["words"])}</dd>{new}</dl>'
    )


def _marked(text: str, words: str) -> str:
    """The text with the words that the rule fired on marked."""
    start, found, rest = text.partition(words) if words else (text, "", "")
    return escape(start) + (f"<mark>{escape(found)}</mark>" if found else "") + escape(rest)


def cost(report: Report) -> str:
    """What the job took."""
    spent, engines = report["cost"], report["engines"]
    told = (
        ("模型调用", "model calls", spent["calls"]),
        ("输入词元", "input tokens", spent["input_tokens"]),
        ("输出词元", "output tokens", spent["output_tokens"]),
        ("缓存命中", "cache hits", spent["hits"]),
        ("重复话术", "repeats", spent["repeats"]),
        ("模型改写", "by model", engines["model"]),
        ("话术库改写", "by phrasebook", engines["phrasebook"]),
    )
    rows = "".join(
        f'<div><dt>{zh} <small lang="en">{en}</small></dt><dd>{value:,}</dd></div>' for zh, en, value in told
    )
    return _section("用量", "What it cost", f'<dl class="cost">{rows}</dl>')


def foot(report: Report) -> str:
    """Which versions of the policy spoke, and what the figures mean."""
    versions = "；".join(
        f"<code>{escape(one['version'])}</code>（{one['rows']:,} 条）" for one in report["policy_versions"]
    )
    job = f"<p>任务 <code>{escape(report['id'])}</code></p>" if report["id"] else ""
    return (
        f'<footer><p>规范版本 <small lang="en">policy versions</small>：{versions or "—"}</p>{job}'
        "<p>改写稿都已按同一规范逐条核对，事实与占位符保持原样；没有改写的话术按原文计入“改写后”。"
        '<small lang="en">Every rewrite was verified against the same policy with its facts kept; texts that were not '
        "rewritten count as they are in “after”.</small></p></footer>"
    )


def _section(zh: str, en: str, inner: str, more: str = "") -> str:
    return f'<section{more}><h2>{zh} <small lang="en">{en}</small></h2>{inner}</section>'


def _share(rows: int, of: int) -> str:
    """The share in percent, one digit; what is there is never shown as nothing."""
    if not of:
        return "—"
    return "<0.1%" if 0 < 1000 * rows < of else f"{100 * rows / of:.1f}%"


def _minute(instant: str | None) -> str:
    """An RFC 3339 instant as people read it, to the minute."""
    return "—" if instant is None else instant[:16].replace("T", " ") + " UTC"
