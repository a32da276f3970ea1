"""Whether what a draft forbids in words that are no denial (别拆, 禁止退货) is allowed by a candidate."""

import re
from collections.abc import Iterator

from service.core.results import Reason
from service.core.text import Normalized

# 别 is mostly a rebuke (别催), of which a rewrite keeps nothing: only what is allowed in so many words counts.
_FORBIDS = re.compile(
    r"(?:(?<![分特区个级性类告识送离])别|禁止|严禁|切勿)(?:再|让|随便|自己)?(?P<what>[一-鿿])"
)


def lifted(draft: Normalized, text: Normalized) -> Iterator[Reason]:
    """One reason for each prohibition of a draft that a candidate turns into a permission."""
    for match in _FORBIDS.finditer(draft.plain):
        allows = re.compile(rf"(?<![不勿别])(?:可以?|能够?|允许|支持|欢迎){match['what']}")
        if allows.search(text.plain) is not None and allows.search(draft.plain) is None:
            yield Reason("fact_changed", f"原文的“{match.group()}”变成了肯定")
