"""A client that shares its event loop with the application: calls of one test go on side by side."""

from typing import Any

import httpx


def client_of(app: Any) -> httpx.AsyncClient:
    """A client of an application; nothing is started, and what goes wrong behind the head of an answer is raised."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://coach.test", timeout=30.0)
