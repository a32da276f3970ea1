"""The deterministic engine: rude and curt drafts become courteous ones that say the same."""

import json
import re
import unicodedata
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core import masking, phrasebook
from service.core.checking import check
from service.core.phrasebook.pieces import split
from service.core.phrasebook.slots import fill
from service.core.phrasebook.turns import Turns
from service.core.phrasing import Turn
from service.core.reading import read
from service.core.results import Draft, Verdict
from service.core.results import Turn as Said
from service.core.verifying import judge
from tests.kit.default_policy import default_policy, read_masked, rewritten
from tests.kit.small_policy import policy_of, rule

CORPUS = Path(__file__).parents[1] / "corpora" / "drafts.jsonl"
ROWS: list[dict[str, Any]] = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
HELD_OUT: list[dict[str, Any]] = [
    json.loads(line)
    for line in CORPUS.with_name("drafts_held_out.jsonl").read_text(encoding="utf-8").splitlines()
]
ONLY_OFFENCES = ("不知道，你找领导去。", "有完没完，烦死了。", "爱要不要，随便你。")


def _draft(row: dict[str, Any]) -> Draft:
    context = row["context"]
    customer, agent = context.get("customer", {}), context.get("agent", {})
    return Draft(
        text=row["draft"],
        customer_message=context["customer_message"],
        channel=context["channel"],
        stage=context.get("stage"),
        surname=customer.get("surname"),
        title=customer.get("title"),
        agent_id=agent.get("id"),
    )


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_curt_draft_becomes_a_courteous_one_that_may_leave(row: dict[str, Any]) -> None:
    """The answer passes the policy and every promise about facts, holds what must stay and drops what must go."""
    policy = default_policy()
    reading, masked = read_masked(_draft(row))
    answer = phrasebook.rewrite(policy, masked, reading)
    assert answer is not None
    text = masking.unmask(answer, masked)
    assert check(policy, reading.with_draft(text)).verdict is Verdict.PASS
    assert judge(policy, masked, answer, reading, check(policy, reading)).reasons == ()
    assert [fact for fact in row["facts"] if _bare(fact) not in _bare(text)] == []
    assert [words for words in row["must_drop"] if _bare(words) in _bare(text)] == []


@pytest.mark.parametrize("row", HELD_OUT, ids=lambda row: row["id"])
def test_a_draft_that_nobody_tuned_on_gets_an_answer_that_may_leave(row: dict[str, Any]) -> None:
    """One of the first three candidates passes the policy and keeps every promise about facts."""
    policy = default_policy()
    reading, masked = read_masked(_draft(row))
    before = check(policy, reading)
    offered = list(islice(phrasebook.candidates(policy, masked, reading), 3))
    assert any(judge(policy, masked, text, reading, before).reasons == () for text in offered)
    assert len(set(offered)) == len(offered)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_nobody_is_greeted_or_apologised_to_twice(row: dict[str, Any]) -> None:
    """A courteous answer says 您好 once at most, apologises once at most and repeats no courtesy word by word."""
    text = rewritten(row["draft"], **_context(row))
    assert text is not None
    assert len(re.findall("您好", text)) <= 1
    assert len(re.findall("抱歉", text)) <= 1
    assert re.search(r"您您|请请|请麻烦|，，|。。|，。|^[，。]", text) is None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_an_answer_is_not_rewritten_again(row: dict[str, Any]) -> None:
    """A text that the engine made comes back unchanged when it is sent in once more."""
    text = rewritten(row["draft"], **_context(row))
    assert text is not None
    assert rewritten(text, **_context(row)) == text


def _context(row: dict[str, Any]) -> dict[str, Any]:
    draft = _draft(row)
    return {
        name: getattr(draft, name) for name in ("customer_message", "channel", "stage", "surname", "title")
    }


@pytest.mark.parametrize(
    "text",
    [
        "您好，您的订单已发货，请您留意查收。",
        "很抱歉，这款商品不支持七天无理由退货，建议您下单前确认尺码，好吗？",
        "好的，我来为您查询。",
    ],
)
def test_a_good_draft_is_left_alone(text: str) -> None:
    """A draft that passes and says nothing curt comes back to the letter."""
    assert rewritten(text) == text


def test_a_facts_place_and_words_are_kept() -> None:
    """Number and refusal stay, the order to fend for oneself becomes advice."""
    text = rewritten("你这个订单20260301-0457不支持改颜色，自己联系卖家去。")
    assert text is not None
    assert "您的订单20260301-0457目前不支持改颜色" in text
    assert "建议您联系卖家沟通" in text


@pytest.mark.parametrize("text", ONLY_OFFENCES)
def test_where_nothing_useful_is_said_effort_is_offered(text: str) -> None:
    """A draft of nothing but offence becomes an apology with an offer of the agent's own effort."""
    answer = rewritten(text)
    assert answer is not None
    assert "抱歉" in answer
    assert "核实" in answer


def test_an_empty_answer_is_filled_from_the_scenario() -> None:
    """When the situation is known, its own reply takes the place of an offence."""
    answer = rewritten("不知道，别问我。", scenario="asks-other-department-number")
    assert answer is not None
    assert "转告" in answer


def test_a_scenario_reply_with_an_unknown_slot_is_passed_over() -> None:
    """A reply that needs a number nobody gave is never sent with a hole in it."""
    unknown = rewritten("少废话。", scenario="asks-employee-number", channel="phone")
    known = rewritten("少废话。", scenario="asks-employee-number", channel="phone", agent_id="1024")
    assert unknown is not None
    assert "$" not in unknown
    assert known is not None
    assert "1024" in known


@pytest.mark.parametrize(
    ("draft", "said", "gone"),
    [
        ("老板抠门，不肯加人手，您多包涵。", "", ("人手", "包涵")),
        ("第一项已排期，第三项说实话有点异想天开，附件是说明。", "第一项已排期", ("说实话", "异想天开")),
        ("你瞎了吗，重启。不行再说。", "请您先重启一下试试。如果还不行，请您再告诉我", ("再说",)),
        ("谁让你磨蹭，你才刷2次怪我咯。", "您目前刷了2次", ("怪我",)),
        ("快点，身份证后四位。", "麻烦您提供一下身份证后四位", ("快点",)),
    ],
)
def test_beside_an_offence_only_what_helps_is_left(draft: str, said: str, gone: tuple[str, ...]) -> None:
    """What rudeness leaves behind goes with it; a fact keeps its clause, an order becomes a request."""
    answer = rewritten(draft)
    assert answer is not None
    assert said in answer
    assert [words for words in gone if words in answer] == []


def test_a_question_that_the_agent_answers_at_once_is_not_put_to_the_customer() -> None:
    """羊毛衫能机洗吗 as a reproach goes, the answer to it stays; a question to the customer stays too."""
    answer = rewritten("羊毛衫能机洗吗？洗标写着手洗，你自己不看。")
    assert answer is not None
    assert "机洗吗" not in answer
    assert "手洗" in answer
    asked = rewritten("快点说，您方便接听电话吗？")
    assert asked is not None
    assert "您方便接听电话吗？" in asked


def test_the_answer_to_nothing_fits_what_was_asked() -> None:
    """Price, price; waiting, progress: and nobody is asked for a telephone number in a chat."""
    price = rewritten("随便你，爱买不买。", customer_message="能便宜点吗", channel="chat")
    late = rewritten("催什么催。", customer_message="师傅怎么还没来", channel="chat")
    other = rewritten("随便你。", customer_message="嗯", channel="chat")
    assert price is not None
    assert "价格" in price
    assert late is not None
    assert "久等" in late
    assert other is not None
    assert "联系方式" not in other


def test_a_draft_that_passes_keeps_what_it_denies() -> None:
    """Where the policy finds nothing, not even a quarrel takes a denial with it."""
    answer = rewritten("您好，检修到18点，水箱里存了水，又不是停电，请您放心使用。")
    assert answer is not None
    assert "不是停电" in answer


@pytest.mark.parametrize(
    "text",
    [
        "您可别说自己笨，这一页的步骤确实多，我录一段小视频给您。",
        "没关系，您多说几遍都可以，我慢慢记。",
        "让您气成这样是我们没做好，您先说说订单，我来处理。",
    ],
)
def test_a_kind_reply_that_passes_loses_no_clause(text: str) -> None:
    """Words that remind of a quarrel take nothing out of a reply that means well and that no rule objects to."""
    answer = rewritten(text)
    assert answer is not None
    assert len(re.findall("[，。]", answer)) >= len(re.findall("[，。]", text))


def test_a_promise_becomes_what_can_be_done() -> None:
    """A customer who was promised a refund is told what happens with the refund, and nothing is promised."""
    answer = rewritten("放心，百分百给你退，单号TK20260118。", customer_message="能退款吗", channel="chat")
    assert answer is not None
    assert "TK20260118" in answer
    assert "退款的情况我先为您核实" in answer
    assert "百分" not in answer


def test_not_every_answer_ends_alike() -> None:
    """Over all drafts no sentence ends more than a fifth of the answers."""
    ends = Counter(
        re.split("[。？]", answer.rstrip("。？"))[-1]
        for row in ROWS
        if (answer := rewritten(row["draft"], **_context(row))) is not None
    )
    assert ends.most_common(1)[0][1] < len(ROWS) / 5


def test_an_explanation_is_announced_only_where_one_follows() -> None:
    """给您说明一下： stands before statements, never before a request or a question."""
    told = rewritten("你家用了612度，比5月多210度，自己看。", customer_message="电费怎么这么高")
    asked = rewritten("别吵，户号报来，我才查得了。", customer_message="电费怎么这么高")
    assert told is not None
    assert "给您说明一下：" in told
    assert asked is not None
    assert "：" not in asked


def test_what_the_customer_said_is_not_asked_back() -> None:
    """质量差？ is no answer to a customer who finds the quality bad."""
    answer = rewritten("质量差？你懂什么，7天内可以退。", customer_message="你们质量太差了", channel="chat")
    assert answer is not None
    assert "质量差" not in answer
    assert "7天内可以退" in answer


def test_a_customer_with_surname_and_title_is_addressed() -> None:
    """Surname and title together make the address; a surname alone is no reason to guess a title."""
    named = rewritten("别催，包裹在处理。", surname="苏", title="女士")
    guessed = rewritten("别催，包裹在处理。", surname="苏")
    assert named is not None
    assert named.startswith("苏女士您好")
    assert guessed is not None
    assert "苏" not in guessed


def test_nobody_is_greeted_in_the_middle_of_a_conversation() -> None:
    """Where the agent has spoken before, or the talk is under way, no new greeting is added."""
    history = (Said("customer", "我的包裹呢"), Said("agent", "您好，我帮您查一下。"))
    later = rewritten("别催，包裹在路上。", history=history)
    middle = rewritten("别催，包裹在路上。", stage="middle")
    assert later is not None
    assert middle is not None
    assert "您好" not in later + middle


def test_a_traditional_draft_gets_traditional_words() -> None:
    """What is added to a Traditional draft is Traditional; the draft's own words stay as they are."""
    answer = rewritten("您的存摺照片糊掉了重傳，圖檔不要超過 5MB，不然作廢。")
    assert answer is not None
    assert "存摺照片較為模糊，麻煩您重新上傳" in answer
    assert "请" not in answer


def test_tags_and_lines_survive() -> None:
    """Markup and line breaks come back where they were, also around a clause that is dropped."""
    draft = "<p>尊敬的{{guest_name}},</p><p>您的讲座<b>《{{talk}}》</b>取消了，怪谁。</p>"
    answer = rewritten(draft, channel="email")
    assert answer is not None
    assert re.findall(r"</?\w+>", answer) == re.findall(r"</?\w+>", draft)
    assert answer.startswith("<p>尊敬的{{guest_name}}您好")
    listed = rewritten("1. 身份证复印件\n2. 银行卡号\n缺一样都不办，自己对照。")
    assert listed is not None
    assert listed.splitlines()[1:3] == ["1. 身份证复印件", "2. 银行卡号"]


def test_half_width_marks_stay_half_width() -> None:
    """An agent who writes half-width commas gets half-width commas back."""
    answer = rewritten("您的座位保留到18:00,过时就给别人了,到时候别怪我们。")
    assert answer is not None
    assert "，" not in answer


def test_a_disclosure_goes_with_its_figures() -> None:
    """An internal limit is not told in courteous words either."""
    answer = rewritten("内部标准满800才给上门，你这单才85，不给弄。", channel="phone")
    assert answer is not None
    assert "800" not in answer
    assert "85" in answer


def test_a_promise_is_not_turned_into_a_courteous_promise() -> None:
    """What an agent may not promise is gone, the order it was about is not."""
    answer = rewritten("百分百能修好，报修单 BX-20260105-7。")
    assert answer is not None
    assert "BX-20260105-7" in answer
    assert "百分百" not in answer
    assert "修好" not in answer


def test_without_words_of_its_own_the_engine_is_silent() -> None:
    """A policy that gives neither lines nor replies gets no invented answer to an offence."""
    policy = policy_of(rule("forbidden.ignorance", {"kind": "phrase", "any": ["不知道"]}))
    reading = read(Draft(text="不知道。"), None)
    assert phrasebook.rewrite(policy, masking.mask(reading, ()), reading) is None


def test_the_same_draft_gives_the_same_text() -> None:
    """The engine is deterministic, so that two agents with the same draft read the same advice."""
    assert len({rewritten("别催，19:30开演，晚了没停车位。") for _ in range(3)}) == 1


def _turns(*turns: tuple[str, str, str]) -> Turns:
    return Turns(
        tuple(Turn(anchors=(a,), pattern=p, to=to, examples=(("例", "例"),)) for a, p, to in turns), str
    )


def test_turns_follow_one_another_in_order() -> None:
    """A later turn works on what an earlier one made; an earlier one is not asked again."""
    turns = _turns(("自己", "^自己(.+)去$", r"你可以\1"), ("你", "你", "您"), ("您可以", "您可以", "你"))
    assert turns.turn("自己凑单去", read(Draft(text="好"), None)).words == "你凑单"


def test_a_group_is_cut_out_of_the_words_as_written() -> None:
    """The pattern reads the plain script, what it keeps stays in the draft's own."""
    turns = _turns(("订单", "^你的(订单.*)$", r"关于\1"))
    assert turns.turn("你的訂單Ａ１", read(Draft(text="好"), None)).words == "关于訂單Ａ１"


@given(st.text(alphabet="您好，。！？,.:~ \n[]TAG_1ORDE2《》<>“”a3、-", max_size=60))
def test_the_pieces_are_the_draft(text: str) -> None:
    """Cutting a draft into clauses loses no character of it."""
    assert "".join(piece.lead + piece.words + piece.mark for piece in split(text)) == text


def test_a_slot_without_a_value_leaves_the_line_out() -> None:
    """A line with an unknown slot is no line."""
    assert fill("您好，${company}为您服务", {}) is None
    assert fill("您好，${company}为您服务", {"company": "云桥"}) == "您好，云桥为您服务"
