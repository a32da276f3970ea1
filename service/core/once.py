"""What is made of a policy once and kept as long as its snapshot lives."""

from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

from service.core.compiling import Policy

T = TypeVar("T")


def once_per_policy(make: Callable[[Policy], T]) -> Callable[[Policy], T]:
    """The function itself, called at most once for a snapshot (twice if two threads meet, with the same outcome)."""
    kept: WeakKeyDictionary[Policy, T] = WeakKeyDictionary()

    def made(policy: Policy) -> T:
        found = kept.get(policy)
        if found is None:
            found = kept[policy] = make(policy)
        return found

    return made
