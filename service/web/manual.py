"""`GET /policy` and below: the manual as loaded."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from service.core.compiling import Policy
from service.errors import NotFound, Unauthorized
from service.web import manual_answers as shapes
from service.web.answers import Answer
from service.web.front import call_of
from service.web.operations import KEY_ERRORS, Operation, Parameter
from service.web.seam import Coach

_encode = msgspec.json.Encoder().encode
_NAME = Parameter("policy", "query", "The name of a policy granted to the caller.", "default")
_ERRORS = (*KEY_ERRORS, "unknown_policy")


def _operation(
    path: str, summary: str, description: str, answer: type[Answer], *more: Parameter
) -> Operation:
    errors = (*_ERRORS, "not_found") if more else _ERRORS
    return Operation(
        "GET", path, "Policy", summary, description, answer, errors=errors, parameters=(*more, _NAME)
    )


OPERATIONS = (
    _operation("/policy", "The policy at a glance", "Name, version, company data, offers.", shapes.ManualOut),
    _operation("/policy/rules", "All rules", "In the order of the files.", shapes.RuleListOut),
    _operation(
        "/policy/rules/{id}", "One rule", "Everything that its file says, its own examples included.",
        shapes.RuleOut, Parameter("id", "path", "The id of a rule.", "forbidden.ignorance-as-answer"),
    ),
    _operation("/policy/scenarios", "All scenarios", "In the order of the files.", shapes.ScenarioListOut),
    _operation(
        "/policy/scenarios/{id}", "One scenario", "Its cues, what a reply conveys, and replies that pass.",
        shapes.ScenarioDetailOut, Parameter("id", "path", "The id of a scenario.", "cannot-answer-now"),
    ),
)  # fmt: skip


def manual_routes(coach: Coach) -> list[HTTPRouteHandler]:
    """The routes over one coach."""

    def policy_of(request: Request[Any, Any, Any]) -> Policy:
        caller = call_of(request.scope).caller
        if caller is None:
            raise Unauthorized
        return coach.policy(request.query_params.get("policy", "default"), caller)

    @get("/policy")
    async def policy(request: Request[Any, Any, Any]) -> ASGIResponse:
        return _answer(shapes.manual(policy_of(request)))

    @get("/policy/rules")
    async def rules(request: Request[Any, Any, Any]) -> ASGIResponse:
        found = policy_of(request)
        return _answer(
            {"policy": shapes.stamp(found), "rules": [shapes.rule_line(rule) for rule in found.files.rules]}
        )

    @get("/policy/rules/{id:str}")
    async def rule(request: Request[Any, Any, Any]) -> ASGIResponse:
        return _answer(_pick(request, policy_of(request).files.rules, shapes.rule_detail))

    @get("/policy/scenarios")
    async def scenarios(request: Request[Any, Any, Any]) -> ASGIResponse:
        found = policy_of(request)
        lines = [shapes.scenario_line(scenario) for scenario in found.files.scenarios]
        return _answer({"policy": shapes.stamp(found), "scenarios": lines})

    @get("/policy/scenarios/{id:str}")
    async def scenario(request: Request[Any, Any, Any]) -> ASGIResponse:
        return _answer(_pick(request, policy_of(request).files.scenarios, shapes.scenario_detail))

    return [policy, rules, rule, scenarios, scenario]


def _pick(
    request: Request[Any, Any, Any], things: Iterable[Any], show: Callable[[Any], dict[str, Any]]
) -> dict[str, Any]:
    """The thing that the path names; what was asked for is not repeated, it may be anything."""
    wanted = request.path_params["id"]
    for thing in things:
        if thing.id == wanted:
            return show(thing)
    raise NotFound("The policy has nothing of that id.")


def _answer(value: dict[str, Any]) -> ASGIResponse:
    return ASGIResponse(
        body=_encode(value), media_type="application/json", headers={"cache-control": "no-store"}
    )
