"""What is worked out once: an attribute of a value, and what is made of a policy."""

from dataclasses import dataclass, field

from service.core.compiling import Policy
from service.core.lazy import lazy
from service.core.once import once_per_policy
from tests.kit.default_policy import default_policy
from tests.kit.policies import POLICY


@dataclass(frozen=True)
class _Value:
    asked: list[str] = field(default_factory=list)

    @lazy
    def answer(self) -> int:
        """Worked out."""
        self.asked.append("answer")
        return 42


def test_an_attribute_is_worked_out_once_for_each_value() -> None:
    """A value that is asked twice does the work once, and another value does its own."""
    one, other = _Value(), _Value()
    assert (one.answer, one.answer, other.answer) == (42, 42, 42)
    assert one.asked == other.asked == ["answer"]
    assert _Value.answer.__doc__ == "Worked out."


def test_what_is_made_of_a_policy_is_made_once_for_each_snapshot() -> None:
    """A new snapshot never answers with what was made of the old one."""
    made: list[Policy] = []

    @once_per_policy
    def name(policy: Policy) -> str:
        made.append(policy)
        return policy.stamp.version

    assert [name(POLICY), name(POLICY), name(default_policy())] == [
        POLICY.stamp.version,
        POLICY.stamp.version,
        default_policy().stamp.version,
    ]
    assert made == [POLICY, default_policy()]
