"""A model that means well and writes decently: it does to the draft in our prompt what the prompt asks for.

It stands in for a good chat model wherever a test or an example needs one. It knows nothing but the prompt; its
way with words is borrowed from the phrasebook, and its parting words are its own.
"""

import json
import re
from typing import Any, cast, get_args

from service.core import masking, phrasebook, scenarios
from service.core.facts import extract
from service.core.reading import read
from service.core.results import Channel, Draft
from tests.kit.default_policy import default_policy
from tests.kit.model_scripts import Reply, Script, answer

_FIELD = re.compile(r"^(?P<name>渠道|草稿|顾客的话)：(?P<value>.*)$", re.MULTILINE)
_CHANNELS = {"电话": "phone", "在线聊天": "chat", "邮件": "email", "工单回复": "ticket"}
_OWN_WORDS = {"如有疑问，请随时告诉我。": "还有需要帮忙的地方，您随时告诉我。"}


def honest(delay_s: float = 0.0) -> Script:
    """Answers each call with an honest rewrite of the draft in it."""

    def script(request: dict[str, Any], _: int) -> Reply:
        question = next(m["content"] for m in request["messages"] if m["role"] == "user")
        return answer(rewritten(question), request, delay_s=delay_s)

    return script


def rewritten(question: str) -> str:
    """The rewrite of the draft that a user message of the rewrite prompt holds."""
    fields = {match["name"]: match["value"] for match in _FIELD.finditer(question)}
    channel = _CHANNELS.get(fields.get("渠道", "").partition("。")[0], "chat")
    assert channel in get_args(Channel)
    customer = fields.get("顾客的话", "")
    draft = Draft(
        json.loads(fields["草稿"]),
        customer_message=json.loads(customer) if customer.startswith('"') else None,
        channel=cast("Channel", channel),
    )
    policy = default_policy()
    reading = read(draft, scenarios.match(policy, draft, draft.customer_message), policy.company_known)
    masked = masking.mask(reading, extract(reading.draft))
    text = phrasebook.rewrite(policy, masked, reading)
    if text is None:
        return draft.text.replace("你", "您")
    for ours, own in _OWN_WORDS.items():
        text = text.replace(ours, own)
    return masking.unmask(text, masked)
