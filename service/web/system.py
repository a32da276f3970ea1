"""Health, readiness, metrics and the contract itself."""

from typing import Any, Literal

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse
from prometheus_client import CollectorRegistry, Gauge

from service.adapters.bulk_gauges import BulkGauges
from service.adapters.telemetry import Telemetry
from service.errors import Overloaded
from service.web.access import Slots
from service.web.answers import Answer
from service.web.operations import Operation
from service.web.seam import Coach, Keys, Readiness

_encode = msgspec.json.Encoder().encode
# Litestar adds the charset to text.
PROMETHEUS = "text/plain; version=0.0.4"
YAML = "application/yaml"


class LiveOut(Answer):
    """The process answers."""

    status: Literal["live"]


class LoadedOut(Answer):
    """The policy in force."""

    version: str
    reload_error: str | None
    """Why the newest files are not in force, as one line; null when they are."""


class ReadyOut(Answer):
    """How the service is doing; `degraded` still answers every check and rewrite."""

    status: Literal["ready", "degraded"]
    cache: Literal["up", "down"]
    jobs: Literal["up", "down"]
    """`down` also while the store does not keep what it takes (no journal, or no writes): then `POST /bulk` is a 503."""
    model: Literal["up", "down", "none", "open"]
    """`none`: not configured. `open`: given a rest after failures; the phrasebook answers."""
    policy: LoadedOut


OPERATIONS = (
    Operation("GET", "/health/live", "Service", "Is the process alive", "", LiveOut, is_open=True),
    Operation(
        "GET", "/health/ready", "Service", "Is the service ready",
        "200 while drafts are answered, also when the cache, the model or a reload is in trouble; 503 only while "
        "starting or stopping.",
        ReadyOut, errors=("overloaded",), is_open=True,
    ),
    Operation(
        "GET", "/metrics", "Service", "Metrics for Prometheus",
        "The figures of bulk jobs are of all tenants and at most a few seconds old; they are absent while the store of "
        "jobs does not answer.",
        "text/plain", is_open=True,
    ),
    Operation("GET", "/openapi.yaml", "Service", "This contract", "", YAML, is_open=True),
)  # fmt: skip


def system_routes(coach: Coach, telemetry: Telemetry, contract: str) -> list[HTTPRouteHandler]:
    """The routes over one coach; `contract` is the text of `/openapi.yaml`."""
    contract_bytes = contract.encode()

    @get("/health/live", sync_to_thread=False)
    def live() -> ASGIResponse:
        return _answer(b'{"status":"live"}', "application/json")

    @get("/health/ready", sync_to_thread=False)
    def ready() -> ASGIResponse:
        now = coach.ready()
        if now.phase != "running":
            raise Overloaded(f"The service is {now.phase}.")
        return _answer(_encode(_ready(now)), "application/json")

    @get("/metrics", sync_to_thread=False)
    def metrics() -> ASGIResponse:
        return _answer(telemetry.render(), PROMETHEUS)

    @get("/openapi.yaml", sync_to_thread=False)
    def openapi() -> ASGIResponse:
        return _answer(contract_bytes, f"{YAML}; charset=utf-8")

    return [live, ready, metrics, openapi]


def watch(registry: CollectorRegistry, coach: Coach, slots: Slots, keys: Keys) -> None:
    """Gauges that are read when somebody asks for the metrics; they ask nobody else."""

    def gauge(name: str, text: str) -> Gauge:
        return Gauge(name, text, registry=registry)

    gauge("coach_in_flight", "Drafts in work that wait for a model.").set_function(lambda: slots.used)
    gauge("coach_cache_up", "1 while the cache answers.").set_function(lambda: coach.ready().cache == "up")
    gauge("coach_jobs_up", "1 while the store of jobs answers and keeps what it takes.").set_function(
        lambda: coach.ready().jobs == "up"
    )
    gauge("coach_model_up", "1 while the model is up, or none is configured.").set_function(
        lambda: coach.ready().model in ("up", "none")
    )
    gauge("coach_policy_reload_failed", "1 while the newest policy files are not in force.").set_function(
        lambda: coach.ready().reload_error is not None
    )
    gauge("coach_keys_reload_failed", "1 while the newest key file is not in force.").set_function(
        lambda: keys.error is not None
    )
    registry.register(BulkGauges(lambda: coach.ready().bulk))


def _ready(now: Readiness) -> dict[str, Any]:
    fine = now.cache == "up" and now.jobs == "up" and now.model in ("up", "none") and now.reload_error is None
    return {
        "status": "ready" if fine else "degraded",
        "cache": now.cache,
        "jobs": now.jobs,
        "model": now.model,
        "policy": {"version": now.policy_version, "reload_error": now.reload_error},
    }


def _answer(body: bytes, media_type: str) -> ASGIResponse:
    return ASGIResponse(body=body, media_type=media_type, headers={"cache-control": "no-store"})
