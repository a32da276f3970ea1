"""Flights of rows within one worker: equal masked texts cost one call, and nobody waits for a leader who is gone."""

import asyncio

from service.adapters.flights_here import FlightsHere
from service.core.cache_key import cache_key
from service.ports import CachedText, Landed, Lead

KEY, OTHER = cache_key("acme", b"s" * 32, ("a",)), cache_key("acme", b"s" * 32, ("b",))
TEXT = CachedText("您好", "m")


async def leads(flights: FlightsHere) -> Lead:
    """The lead, which must be free."""
    lead = await flights.join(KEY, 1.0)
    assert not isinstance(lead, Landed)
    return lead


async def test_followers_hear_how_it_ended() -> None:
    """All who ask the same meanwhile get the leader's text; who comes after it leads anew."""
    flights = FlightsHere()
    lead = await leads(flights)
    followers = [asyncio.create_task(flights.join(KEY, 9.0)) for _ in range(5)]
    assert not isinstance(await flights.join(OTHER, 9.0), Landed)
    await asyncio.sleep(0)
    await lead.land(TEXT)
    await lead.release()
    assert await asyncio.gather(*followers) == [Landed(TEXT)] * 5
    await leads(flights)


async def test_one_follower_takes_over() -> None:
    """A leader that gives up, or is called off, is followed by exactly one."""
    flights = FlightsHere()
    lead = await leads(flights)
    followers = [asyncio.create_task(flights.join(KEY, 9.0)) for _ in range(3)]
    await asyncio.sleep(0)
    followers[2].cancel()
    await lead.release()
    done, waiting = await asyncio.wait(followers[:2], timeout=0.05)
    assert (len(done), len(waiting)) == (1, 1)
    second = done.pop().result()
    assert not isinstance(second, Landed)
    await second.land(None)
    assert await waiting.pop() == Landed(None)


async def test_waiting_has_an_end() -> None:
    """After the time given a follower goes on without."""
    flights = FlightsHere()
    await leads(flights)
    assert await flights.join(KEY, 0.01) == Landed(None)
