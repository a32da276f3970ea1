"""The page on scaling tells what the simulation prints, and the simulation behaves as queues do."""

from dataclasses import replace

import pytest

from tests.scale.__main__ import PAGE, page
from tests.scale.figures import kept
from tests.scale.simulation import CALLS, Plan, simulate

SMALL = 100_000


def test_the_page_shows_what_the_command_prints() -> None:
    """Whoever plans by docs/scaling.md plans by the figures that were measured (`python -m tests.scale write`)."""
    text = PAGE.read_text(encoding="utf-8")
    assert page(text, kept()) == text


def test_one_worker_is_bound_by_its_core() -> None:
    """A worker alone takes the time of its rows, to a hundredth."""
    costs = kept()
    course = simulate(Plan(1, rows=SMALL), costs)
    assert course.rows_a_second == pytest.approx(1000 / costs.phrasebook_cpu_ms, rel=0.01)
    assert course.bound == "workers"


def test_twice_the_workers_take_half_the_time() -> None:
    """Workers add up as long as nothing they share is busy."""
    one, two = (simulate(Plan(workers, rows=SMALL), kept()) for workers in (2, 4))
    assert one.hours == pytest.approx(2 * two.hours, rel=0.02)


def test_no_worker_helps_against_the_models_limit() -> None:
    """With enough workers a job takes as long as its calls take in the places that are left to it."""
    plan = Plan(32, slots=24, latency_s=1.0, distinct=1.0, rows=SMALL)
    course = simulate(plan, kept())
    assert plan.places == 18
    assert course.calls == pytest.approx(SMALL * CALLS, rel=0.001)
    assert course.hours * 3600 == pytest.approx(SMALL * CALLS / 18, rel=0.01)
    assert course.bound == "model"


def test_repeats_are_not_paid_for() -> None:
    """With a fifth of the texts distinct a fifth of the calls is made."""
    course = simulate(Plan(8, slots=100, distinct=0.2, rows=SMALL), kept())
    assert course.calls == pytest.approx(0.2 * SMALL * CALLS, rel=0.02)


def test_a_busy_redis_is_named() -> None:
    """When Redis is what everyone waits for, the page says so, and a second shard doubles the pace."""
    costs = replace(kept(), redis_phrasebook_us=5_000.0)
    one, two = (simulate(Plan(64, rows=SMALL, shards=shards), costs) for shards in (1, 2))
    assert one.bound == "Redis"
    assert one.hours == pytest.approx(2 * two.hours, rel=0.02)
