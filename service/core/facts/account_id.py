"""Accounts of messengers and wallets, with the word that says whose they are."""

import re
from collections.abc import Iterable

from service.core.kinds import always as accept
from service.core.kinds import by_characters as same
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "account_id"
HIDE: Hide = "opaque"
WORD = "ACCOUNT"
STARTS = frozenset({"han", "letter"})
PATTERN = r"(?:QQ|qq|微信|VX|vx|Vx|WX|wx|WeChat|支付宝|旺旺)(?:客服)?(?:群|号码|账号|账户|号|ID|id)?\s?(?:是|为|[:：])?\s?[A-Za-z0-9][A-Za-z0-9_-]{4,19}(?![A-Za-z0-9])"
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each account."""
    return spans(_RE, text)


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
