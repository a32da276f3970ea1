"""An attribute worked out when it is first asked for, as `functools.cached_property` does from Python 3.12 on.

Python 3.11's takes a lock each time, which on the hot path costs more than most of what it guards.
"""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class lazy(Generic[T]):  # noqa: N801 - it reads like `property`
    """A decorator for methods without arguments; two threads may both work it out, with the same outcome."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object | None, owner: type) -> Self | T:
        if instance is None:
            return self
        # From now on the instance's own attribute is found first.
        found = instance.__dict__[self._name] = self._make(instance)
        return found
