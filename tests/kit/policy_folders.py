"""Policies as folders on disk: one small policy that is right in every way, and a way to put mistakes into it."""

from pathlib import Path

FILES = {
    "policy.yaml": """\
name: default
title: 测试用规范
version: "1"
score:
  base: 70
  error: 40
  warning: 12
  courtesies:
    - {id: you, any: [您], points: 8}
offers: [核实, 记录]
commitments:
  - {kind: promise, any: [保证, 一定]}
company: {name: 晨光家居, hotline: 4000-123-123}
""",
    "rules/promises.yaml": """\
# yaml-language-server: $schema=../../schema/rules.schema.json
theme: promises
rules:
  - id: promises.guarantee
    title: 绝对保证
    status: stable
    severity: error
    category: 承诺
    message: "“{text}”是绝对承诺，客服无权作出。"
    why: 承诺落空是投诉升级的首因。
    source: {document: 客服人员服务技巧, section: 心理素质, item: 不轻易承诺, manual_id: P27}

    check: {kind: phrase, any: [保证, 百分之百], unless: [保证金]}
    replacements: [我们会尽快]
    examples:
      match:    [我们<<保证>>明天到货。]
      no_match: [您的保证金会原路退回。]
""",
    "rules/refusal.yaml": """\
theme: refusal
rules:
  - id: refusal.apology
    title: 拒绝前没有致歉
    severity: warning
    category: 拒绝
    message: 拒绝前请先致歉。
    why: 先体谅再说明，顾客更容易接受。
    source: {document: 客服人员服务技巧}
    check:
      kind: require
      any: [抱歉, 对不起]
      because_of: {any: [不能, 无法]}
      insert_at: trigger
    replacements: [很抱歉，]
    examples:
      match:    ["您好，^这款<<不能>>退。", 我们<<无法>>上门。]
      no_match: [很抱歉，这款不能退。]
""",
    "scenarios/refund.yaml": """\
theme: refund
scenarios:
  - id: refund-late
    title: 退款还没到
    source: {document: 客服沟通技巧培训}
    cues: [{any: [退款, 退钱], weight: 0.6}]
    requires: [致歉, 说明会核实]
    avoid: [推给银行]
    replies:
      - {text: "${customer}，很抱歉让您久等，我帮您核实一下退款的进度。", does: take-over}
""",
    "phrasebook.yaml": """\
openings: [{text: 您好！}]
apologies: [{text: 很抱歉，}]
empathy: [{text: 我理解您的心情。}]
thanks: [{text: 感谢您的理解。}]
offers: [{text: 我帮您核实一下。}]
closings: [{text: 祝您生活愉快！}]
turns:
  - anchors: [等着]
    pattern: ^等着$
    to: 请您稍等片刻
    examples: [[等着, 请您稍等片刻]]
""",
    "spellings.yaml": """\
spellings:
  - {of: 保证, also: [保正, baozheng]}
""",
    "clean.yaml": """\
- 您好，我帮您核实一下。
- {text: 很抱歉，这款暂时不能退。, context: {channel: phone}}
""",
    "known-exceptions.yaml": "[]\n",
    "not-in-text.yaml": "- {manual_id: Z01, why: 说的是语速。}\n",
}


def write_policy(root: Path, **changes: str | None) -> Path:
    """The folder `root/default` of the small policy; a change names a file by its stem: other text, or None for none."""
    folder = root / "default"
    for name, text in FILES.items():
        write(folder / name, changes.get(Path(name).stem.replace("-", "_"), text))
    return folder


def write(path: Path, text: str | None) -> None:
    """Put a text into a file, or take the file away."""
    if text is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def changed(name: str, old: str, new: str) -> str:
    """The small policy's file with one place of it changed."""
    assert FILES[name].count(old) >= 1, old
    return FILES[name].replace(old, new, 1)


def many_rules(count: int, first: int = 0) -> str:
    """A file of theme `promises` with so many rules, numbered from `first`."""
    head, rule = FILES["rules/promises.yaml"].split("rules:\n")
    made = (
        rule.replace("promises.guarantee", f"promises.guarantee-{number}").replace("保证", f"保证{number}号")
        for number in range(first, first + count)
    )
    return f"{head}rules:\n{''.join(made)}"
