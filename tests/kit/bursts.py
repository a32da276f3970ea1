"""Many rewrites at once over sockets of their own: a client that costs next to nothing beside the service."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from tests.kit.service import Service


async def burst(asked: Iterable[tuple[Service, str]]) -> list[dict[str, Any]]:
    """The rewrites of drafts that all arrive together, each of which must be a 200."""
    return await asyncio.gather(*(_rewrite(coach.port, draft) for coach, draft in asked))


async def _rewrite(port: int, draft: str) -> dict[str, Any]:
    body = json.dumps({"draft": draft}).encode()
    head = b"POST /rewrite HTTP/1.1\r\nhost: coach\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(head % len(body) + body)
        answered = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert answered.startswith(b"http/1.1 200"), answered
        length = int(answered.partition(b"content-length: ")[2].split(b"\r\n")[0])
        found: dict[str, Any] = json.loads(await reader.readexactly(length))
        return found
    finally:
        writer.close()
