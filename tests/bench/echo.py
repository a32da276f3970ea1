"""The baseline: a bare Litestar handler that gives its JSON back, served by uvicorn as the service is.

`python -m tests.bench.echo PORT`.
"""

import sys
from typing import Any

import uvicorn
from litestar import Litestar, post


@post(["/check", "/rewrite"], status_code=200)
async def echo(data: dict[str, Any]) -> dict[str, Any]:
    """The body as it came."""
    return data


def main(port: int) -> None:
    """Serve until killed."""
    app = Litestar([echo], openapi_config=None, logging_config=None)
    uvicorn.run(
        app, host="127.0.0.1", port=port, loop="uvloop", http="httptools", access_log=False, log_config=None
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
