"""The default policy against the manual that it stands for: every entry has its rule, or a reason why none can."""

from functools import cache
from pathlib import Path

import pytest

from service.adapters.policy_files import load_policy, not_in_text
from service.core import scenarios
from service.core.checking import check
from service.core.compiling import Policy, compile_policy
from service.core.policy import PolicyFiles, Rule
from service.core.reading import read
from service.core.results import Draft, Verdict

FOLDER = Path(__file__).parents[2] / "policy" / "default"
MANUAL_IDS = Path(__file__).with_name("manual_ids.txt").read_text(encoding="utf-8").split()
"""All entries of the manual: forbidden (F) and discouraged (D) phrases, behaviours (B), politeness (P), methods (M),
the lists of courteous words (lex) and the situations (by name)."""
PHRASE_IDS = {one for one in MANUAL_IDS if one[0] in "FD"}
# The manual's set phrases, with its blanks filled in; the entries that no text can show are left out.
PHRASES = {
    "F001": "不清楚，你自己打他的手机！",
    "F002": "公司规定上班不能听电话",
    "F003": "喂，这里是星河，你打错电话了！查清楚后再拨。",
    "F004": "我没有工号，有什么事你就说",
    "F005": "喂，不可能的吧。",
    "F006": "不可以，完全不可以！",
    "F007": "我不知道，你查清再打！",
    "F008": "有没有搞错，这里是星河客服中心。",
    "F009": "清楚了吗？",
    "F010": "您记下了没有，没有我再重复一遍。",
    "F011": "这些意见早就有人提过了",
    "F012": "我们公司的规定不可以随便修改的",
    "F013": "这是那个部门的责任",
    "F015": "你去投诉啊，随便投诉哪都行。",
    "F016": "你找领导去。",
    "F017": "要投诉你就去投诉吧，我还怕你！",
    "F018": "我就这态度，你又能怎样！",
    "F019": "你问我，我问谁？",
    "F020": "我又不是神仙我怎么知道。",
    "F021": "不会用就别用。",
    "F022": "这么简单都不知道。",
    "F023": "公司是绝对不会出错的。",
    "F024": "不知道。",
    "F025": "喂、喂、喂、喂，怎么不说话呢？",
    "F026": "喂，再不说话我就挂了。",
    "F027": "听不到，大声一点。",
    "F028": "你快点讲。",
    "F029": "你不要说话，听我讲完。",
    "F030": "你的电话声很刺耳，我的耳朵受不了，你小声点，或者换个电话打。",
    "F031": "不是我受理的，我不清楚。",
    "F032": "你找别人吧！我帮不了你。",
    "F033": "这不是我的错，我帮不了。",
    "F034": "我也没有办法啊！",
    "F035": "不行就是不行。",
    "F036": "不行",
    "F037": "不可以",
    "F038": "不能",
    "F039": "刚才不是跟你说了，怎么还不清楚？",
    "F040": "我讲了那么半天，你怎么还不明白？",
    "F041": "你到底明不明白我在说什么？",
    "F042": "要我说多少遍你才明白啊？",
    "F043": "你有没有搞懂我的意思？",
    "F044": "难道你还不清楚？",
    "F045": "我刚才已经讲过了，你没有听明白吗？",
    "F046": "喽",
    "F047": "嘛",
    "F048": "不清楚",
    "F049": "你没看见我忙着吗？",
    "F050": "您好，什么事情？",
    "F051": "是的，什么事？",
    "F052": "喂、喂、听不见！",
    "F053": "请讲话，不说话就挂了。",
    "F054": "喂，大点声！",
    "F055": "你会不会讲普通话？",
    "F056": "现在好了吧？能听到了吧？",
    "F057": "什么？你再说一遍？",
    "F058": "打错电话了",
    "F059": "我也没办法，线路忙",
    "F060": "嘴巴放干净一点，这不是我的错！",
    "F061": "再等等！",
    "F062": "刚才电话不是我接的，不要这个态度。",
    "F063": "我不清楚，那您想怎么样？",
    "F064": "喂，听懂了吧？",
    "F065": "如果没有其他的事，请挂机。",
    "F066": "我不能這么這么做，我只能這么做。",
    "F067": "你說得不錯，這個部門表現很差勁",
    "F068": "我沒辦法",
    "F069": "我試試看吧",
    "F070": "一塌糊涂",
    "F071": "不會啦",
    "D01": "您什么時候買的",
    "D02": "您的發票是什么時候開的呀",
    "D03": "當時發票開的抬頭是什么呀",
    "D04": "當時是誰接待的呀",
    "D05": "那這樣吧，給您換一個吧？",
}


@cache
def _files() -> PolicyFiles:
    return load_policy(FOLDER)


@cache
def _policy() -> Policy:
    return compile_policy(_files())


@cache
def _elsewhere() -> frozenset[str]:
    return frozenset(entry.manual_id for entry in not_in_text(FOLDER))


def _carries(rule: Rule) -> set[str]:
    return {rule.source.manual_id, *(source.manual_id for source in rule.also)}


def test_every_entry_of_the_manual_has_its_place() -> None:
    """Nothing of the manual is forgotten: each entry has its rule or scenario, or a reason why it has none."""
    carried = set[str]().union(*(_carries(rule) for rule in _files().rules if rule.status == "stable"))
    carried |= {scenario.source.manual_id for scenario in _files().scenarios}
    assert [one for one in MANUAL_IDS if one not in carried and one not in _elsewhere()] == []


def test_what_no_text_can_show_has_no_rule() -> None:
    """An entry is either a rule or out of reach of a text, not both."""
    carried = set[str]().union(*(_carries(rule) for rule in _files().rules))
    assert carried.isdisjoint(_elsewhere())


def test_every_phrase_stands_for_its_entry() -> None:
    """The phrases looked for here are all those of the manual that a text can show."""
    assert PHRASES.keys() | (_elsewhere() & PHRASE_IDS) == PHRASE_IDS


def test_what_no_text_can_show_is_in_the_manual() -> None:
    """A reason why no rule can is given for entries that there are, once for each."""
    named = [entry.manual_id for entry in not_in_text(FOLDER)]
    assert len(named) == len(set(named))
    assert set(named) <= set(MANUAL_IDS)


@pytest.mark.parametrize("manual_id", PHRASES)
def test_the_manuals_own_phrase_is_found(manual_id: str) -> None:
    """An agent who writes what the manual forbids is told so, with a warning at least."""
    draft = Draft(text=PHRASES[manual_id])
    report = check(_policy(), read(draft, scenarios.match(_policy(), draft, None)))
    assert report.verdict is not Verdict.PASS, report
