"""Steps 1 and 2 of every request: the reading of a draft, and what the policy says of it."""

from service.core import scenarios
from service.core.checking import check
from service.core.compiling import Policy
from service.core.reading import Reading, context_of, read
from service.core.results import Checked, Draft, Report, ScenarioMatch
from service.errors import UnknownScenario
from service.flow.recall import Recall


def examine(draft: Draft, policy: Policy) -> tuple[Reading, Report]:
    """The reading of a draft and the report on it, both made anew. Raises `UnknownScenario`."""
    reading = read(draft, _scenario(draft, policy), policy.company_known)
    return reading, check(policy, reading)


def examine_again(draft: Draft, policy: Policy, tenant: str, recall: Recall) -> tuple[Reading, Report]:
    """The same; the report from memory if it is there."""
    reading = read(draft, _scenario(draft, policy), policy.company_known)
    report = recall.report(
        tenant, policy, draft, reading.scenario, draft.text, lambda: check(policy, reading)
    )
    return reading, report


def checked(draft: Draft, policy: Policy, tenant: str, recall: Recall) -> Checked:
    """The report on a draft; one whose report is in memory is not even read. Raises `UnknownScenario`."""
    scenario = _scenario(draft, policy)

    def make() -> Report:
        return check(policy, read(draft, scenario, policy.company_known))

    return Checked(recall.report(tenant, policy, draft, scenario, draft.text, make), scenario, policy.stamp)


def known_scenario(draft: Draft, policy: Policy) -> None:
    """Raises `UnknownScenario` for one that the policy has not."""
    if draft.scenario is not None and draft.scenario not in policy.scenarios:
        raise UnknownScenario("Unknown scenario. Known: " + ", ".join(sorted(policy.scenarios)))


def _scenario(draft: Draft, policy: Policy) -> ScenarioMatch | None:
    known_scenario(draft, policy)
    message, _ = context_of(draft)
    return scenarios.match(policy, draft, message)
