"""The company's decisions in `policy.yaml`: rules that are made for one of them are in force only there."""

from typing import get_args

from service.core.checking import check
from service.core.compiling import Policy, compile_policy
from service.core.policy import Switch, Switches
from service.core.reading import Reading, read
from service.core.results import Draft
from tests.kit.default_policy import default_policy

_OPENING = Draft(text="您好，请问有什么可以帮您？", stage="opening", agent_id="1024")


def _decided(switch: Switch, *, on: bool) -> Policy:
    files = default_policy().files
    head = files.head.model_copy(update={"switches": files.head.switches.model_copy(update={switch: on})})
    return compile_policy(files.model_copy(update={"head": head}))


def _asked_for(policy: Policy, reading: Reading) -> set[str]:
    return {item.rule for item in check(policy, reading).missing}


def test_the_number_in_the_greeting_is_asked_for_only_where_the_company_wants_it() -> None:
    """A company that leaves its agents' numbers out of the greeting is not told about it; one that wants them is."""
    reading = read(_OPENING, None)
    assert "structure.number-in-greeting" not in _asked_for(default_policy(), reading)
    assert "structure.number-in-greeting" in _asked_for(_decided("number_in_greeting", on=True), reading)


def test_every_decision_has_its_field() -> None:
    """A decision that a rule may name can be taken in `policy.yaml`."""
    assert set(get_args(Switch)) <= Switches.model_fields.keys()
