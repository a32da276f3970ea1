"""A long draft is worked on in a thread, so that nobody else waits for it."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from service.core.results import Draft

LONG = 2_000
"""A draft of more characters takes milliseconds."""

P = ParamSpec("P")
T = TypeVar("T")


async def aside(draft: Draft, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What the work returns or raises."""
    if len(draft.text) <= LONG:
        return work(*args, **kwargs)
    return await asyncio.to_thread(work, *args, **kwargs)
