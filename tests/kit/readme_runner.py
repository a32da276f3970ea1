"""Runs the README's commands as a reader would: in bash, in the repository, beside a running service.

`python -m tests.kit.readme_runner` writes the outputs anew (`make docs`).
"""

import contextlib
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.kit.readme import READMES, with_outputs
from tests.kit.service_process import ROOT, clean_environ, served


@contextlib.contextmanager
def reader(folder: Path) -> Iterator[Callable[[str], str]]:
    """A function from a command to all that it prints, error lines included; the service runs meanwhile."""
    with served(folder / "served") as port:
        shims = folder / "bin"
        shims.mkdir()
        curl = shims / "curl"
        module = f"{shlex.quote(sys.executable)} -m tests.kit.curl {port}"
        curl.write_text(f'#!/bin/sh\nexec {module} "$@"\n', encoding="utf-8")
        curl.chmod(0o755)
        environ = clean_environ(folder / "data")
        environ["PATH"] = f"{shims}:{Path(sys.executable).parent}:{environ['PATH']}"

        def run(command: str) -> str:
            done = subprocess.run(
                ["bash", "-c", command],
                cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False,
            )  # fmt: skip
            return done.stdout.decode()

        yield run


def refresh() -> None:
    """Write what the commands of both READMEs print today."""
    with tempfile.TemporaryDirectory() as folder, reader(Path(folder)) as run:
        for name in READMES:
            file = ROOT / name
            text = file.read_text(encoding="utf-8")
            made = with_outputs(text, run)
            if made != text:
                file.write_text(made, encoding="utf-8")
                print(f"written: {name}")


if __name__ == "__main__":
    refresh()
