"""`make image-steps`: what `docker build` and `docker run` would do, done by hand in a temporary folder.

Each COPY, RUN and CMD of the Dockerfile is carried out below a folder that stands for the root of the image. Two
things need an engine and are said to be left out: the base image (this machine's Python stands in) and the user.
"""

import contextlib
import http.client
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.kit.dockerfile import Instruction, Stage, read_dockerfile
from tests.kit.service_process import ROOT, clean_environ, free_port

HEALTHY_S = 60.0


class Image:
    """The folder that stands for the image's root, through all stages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # A virtual environment holds its own path, so every stage is made at the same place and then set aside.
        self.root = folder / "root"
        self.bin = folder / "bin"
        self.bin.mkdir()
        (self.bin / "python").symlink_to(Path(sys.executable).resolve())
        self.workdir = self.root

    def inside(self, words: str) -> str:
        """A command line with the image's own folders moved below the root."""
        return re.sub(r"(?<![\w/.])/(app|data)\b", lambda match: str(self.root / match[1]), words)

    def environment(self, stage: Stage) -> dict[str, str]:
        """What a process of the image sees."""
        found = {**clean_environ(self.root / "data"), "PATH": f"{self.bin}:{os.defpath}"}
        for name, value in stage.environment.items():
            found[name] = self.inside(value).replace("$PATH", found["PATH"])
        return found

    def build(self, stage: Stage) -> None:
        """Carry out the instructions of one stage in a new root."""
        self.root.mkdir()
        for instruction in stage.instructions:
            self._step(stage, instruction)

    def set_aside(self, stage: Stage) -> None:
        """Make room for the next stage, which may still copy from this one."""
        self.root.rename(self.folder / f"stage-{stage.name}")

    def _step(self, stage: Stage, instruction: Instruction) -> None:
        print(f"image-steps: {instruction.word} {instruction.rest}", flush=True)
        if instruction.word == "WORKDIR":
            self.workdir = Path(self.inside(instruction.rest))
            self.workdir.mkdir(parents=True, exist_ok=True)
        elif instruction.word == "COPY":
            self._copy(shlex.split(instruction.rest))
        elif instruction.word == "RUN" and instruction.rest.startswith("useradd"):
            print("image-steps:   left out: the user; /data is a plain folder here")
            (self.root / "data").mkdir()
        elif instruction.word == "RUN":
            subprocess.run(
                ["sh", "-c", self.inside(instruction.rest)],
                cwd=self.workdir, env=self.environment(stage), check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip

    def _copy(self, words: list[str]) -> None:
        source_root = ROOT
        if words[0].startswith("--from="):
            source_root = self.folder / f"stage-{words.pop(0).removeprefix('--from=')}"
        *sources, target = words
        for source in sources:
            found = source_root / source.lstrip("/")
            into = self.workdir / target
            if found.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(found, into, symlinks=True, dirs_exist_ok=True, ignore=ignored)
                continue
            if target.endswith("/"):
                into = into / found.name
            into.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(found, into)

    def run(self, stage: Stage) -> None:
        """Start the image's command with a key file; wait for its own health check, a draft checked and a job done.

        RuntimeError when one of them does not come. The port is a free one instead of 8000.
        """
        port = str(free_port())
        environ = self.environment(stage)
        make_key = ["script-coach", "key", "shop"]
        printed = subprocess.run(
            make_key, cwd=self.workdir, env=environ, check=True, capture_output=True, text=True
        ).stdout
        keys = self.folder / "keys.yaml"
        keys.write_text(printed[printed.index("keys:") :], encoding="utf-8")
        environ["COACH_API_KEYS"] = str(keys)
        health = Instruction("CMD", stage.last("HEALTHCHECK").rest.partition("CMD ")[2]).exec_form
        command = [*stage.last("CMD").exec_form, "--port", port]
        print(f"image-steps: {shlex.join(command)}", flush=True)
        with subprocess.Popen(command, cwd=self.workdir, env=environ, stdout=subprocess.DEVNULL) as server:
            try:
                last = time.monotonic() + HEALTHY_S
                asked = [word.replace(":8000/", f":{port}/") for word in health]
                while subprocess.run(asked, env=environ, check=False, capture_output=True).returncode:
                    if server.poll() is not None or time.monotonic() > last:
                        raise RuntimeError("the image does not become healthy")
                    time.sleep(0.2)
                key = printed.split("\n")[1].strip()
                draft = {"draft": "您好"}
                answers = [_ask(int(port), "/check", one, draft)[0] for one in (None, key)]
                job = _ask(int(port), "/bulk", key, {"items": [draft]})[1]
                while job.get("status") in {"queued", "running"} and time.monotonic() < last:
                    time.sleep(0.2)
                    job = _ask(int(port), job["links"]["self"], key)[1]
            finally:
                server.terminate()
        if answers != [401, 200]:
            raise RuntimeError(f"a check without and with a key is answered {answers}")
        if job.get("status") != "completed":
            raise RuntimeError(f"nobody has worked on a job: {job}")
        print("image-steps: healthy, and a draft was checked and a job done for the holder of a key")


def _ask(port: int, path: str, key: str | None, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
    """Status and answer of a call with a key or without one; a body is posted."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    sent = None if body is None else json.dumps(body)
    with contextlib.closing(connection):
        connection.request("GET" if body is None else "POST", path, sent, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def main() -> None:
    """Build every stage, and run the last."""
    *others, image_stage = read_dockerfile(ROOT / "Dockerfile")
    # Resolved, as a virtual environment resolves it too.
    with tempfile.TemporaryDirectory() as folder:
        image = Image(Path(folder).resolve())
        for stage in others:
            image.build(stage)
            image.set_aside(stage)
        image.build(image_stage)
        image.run(image_stage)


if __name__ == "__main__":
    main()
