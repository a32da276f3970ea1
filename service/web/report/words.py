"""The report's closed words for people: statuses, verdicts, engines and the reasons why a row needs a person."""

from collections.abc import Mapping
from typing import NamedTuple


class Both(NamedTuple):
    """A word in Chinese, and in English beside it."""

    zh: str
    en: str


STATUSES: Mapping[str, Both] = {
    "unchanged": Both("原稿可用", "unchanged"),
    "rewritten": Both("已改写", "rewritten"),
    "needs_review": Both("需要人工处理", "need review"),
    "failed": Both("处理失败", "failed"),
}
VERDICTS: Mapping[str, Both] = {
    "pass": Both("可以发送", "pass"),
    "revise": Both("建议修改", "revise"),
    "block": Both("不能发送", "block"),
}
SEVERITIES: Mapping[str, Both] = {
    "error": Both("错误", "error"),
    "warning": Both("警告", "warning"),
    "info": Both("提示", "info"),
}
JOB_STATUSES: Mapping[str, Both] = {
    "queued": Both("排队中", "queued"),
    "running": Both("进行中", "running"),
    "paused": Both("已暂停", "paused"),
    "completed": Both("已完成", "completed"),
    "failed": Both("未能完成", "failed"),
    "cancelled": Both("已取消", "cancelled"),
}
REASONS: Mapping[str, Both] = {
    "policy_breach": Both("改写稿仍不合规范", "still breaks a rule"),
    "fact_missing": Both("改写稿会漏掉事实", "loses a fact"),
    "fact_changed": Both("改写稿会改动事实", "changes a fact"),
    "fact_invented": Both("改写稿会添加事实", "adds a fact"),
    "commitment_invented": Both("改写稿会多作承诺", "promises more"),
    "token_misused": Both("改写稿用错了单号、链接等内容", "misplaces a number or link"),
    "refusal": Both("模型拒绝作答", "the model refused"),
    "wrong_language": Both("改写稿不是中文", "other language"),
    "script_changed": Both("改写稿换了繁简", "other script"),
    "echo": Both("改写稿只是重复原稿", "only repeats"),
    "preamble": Both("改写稿带有多余说明", "has a preamble"),
    "markup": Both("改写稿带有格式标记", "has markup"),
    "too_long": Both("篇幅过长，只检查、不改写", "too long to be rewritten"),
    "empty": Both("没有合适的改写", "no rewrite was found"),
    "timeout": Both("模型超时", "the model timed out"),
    "rate_limited": Both("模型限流", "rate limited"),
    "unavailable": Both("模型暂不可用", "model unavailable"),
    "connection": Both("连不上模型", "model not reached"),
    "malformed": Both("模型答复无法识别", "malformed answer"),
    "truncated": Both("模型答复不完整", "answer cut off"),
    "too_large": Both("模型答复过大", "answer too large"),
    "misconfigured": Both("模型配置有误", "model set up wrongly"),
    "breaker_open": Both("模型暂停使用", "model given a rest"),
    "crashed": Both("处理时多次中断", "crashed three times"),
    "internal": Both("处理时出错", "an unexpected error"),
}


def reason(code: str) -> Both:
    """The words for a reason; an unknown one stands as it is."""
    return REASONS.get(code, Both(code, code))
