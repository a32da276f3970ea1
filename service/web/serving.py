"""How uvicorn serves the application: its settings, and its own refusal of bad HTTP in our shape."""

import secrets
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.web.problems import MEDIA_TYPE, problem_bytes

KEEP_ALIVE_S = 30
DRAIN_S = 10


class CoachProtocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, but what is no HTTP is refused as a problem like everything else."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words are not ours
        """Refuse what cannot be read as a request, and hang up: where the next would begin is unknown."""
        request_id = f"req_{secrets.token_hex(12)}"
        body = problem_bytes("invalid_body", "This is no HTTP request that can be read.", request_id)
        head = (
            b"HTTP/1.1 400 Bad Request\r\ncontent-type: %s\r\ncontent-length: %d\r\ncache-control: no-store\r\n"
            b"x-request-id: %s\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head % (MEDIA_TYPE, len(body), request_id.encode()) + body)
        self.transport.close()


def server_config(app: Any, host: str, port: int) -> uvicorn.Config:
    """One worker on uvloop and httptools; no access log (it holds paths), no server header, no forwarded headers."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=CoachProtocol,
        loop="uvloop",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=DRAIN_S,
    )
