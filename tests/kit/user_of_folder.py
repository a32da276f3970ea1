"""A process that uses the embedded store of a data folder, as the service's processes do.

    python -m tests.kit.user_of_folder FOLDER ROUNDS

Enters (ROUNDS times, leaving in between), adds one to `rounds` each time and, once that is acknowledged, a
byte to the file `acknowledged` beside the folder. At last it says `ready`, and leaves on a line of input.
"""

import socket
import sys
from pathlib import Path

from service.adapters.embedded_redis import EmbeddedRedis
from tests.kit.processes import announce


def ask(path: Path, *words: str) -> str:
    """The reply to one command: the first line, or a bulk string as itself."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5.0)
        connection.connect(str(path))
        connection.sendall((f"*{len(words)}\r\n" + "".join(f"${len(w)}\r\n{w}\r\n" for w in words)).encode())
        with connection.makefile("rb") as reply:
            line = reply.readline().rstrip().decode()
            return reply.read(int(line[1:])).decode() if line[:1] == "$" and line != "$-1" else line


def main(folder: str, rounds: str) -> None:
    """Use the folder."""
    for left in reversed(range(int(rounds))):
        with EmbeddedRedis(Path(folder)) as store:
            ask(store.socket_path, "INCR", "rounds")
            with (Path(folder).parent / "acknowledged").open("ab", buffering=0) as acknowledged:
                acknowledged.write(b".")
            if not left:
                announce()


if __name__ == "__main__":
    main(*sys.argv[1:])
