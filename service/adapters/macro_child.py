"""The process that reads and writes files of macros from outside, within limits that it sets itself first."""

import gc
import json
import resource
import struct
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from service.adapters.macros import FORMATS, Options
from service.errors import BadTable, StorageFull

MEMORY_BYTES = 512 * 1024 * 1024


def main() -> None:
    """Does the one step that the first argument asks for; answers are lines of JSON; `done`, `error` or `full` comes last."""
    job = json.loads(sys.argv[1])
    # The process is short and makes no cycles: looking for them would double its time.
    gc.disable()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    seconds = int(job["seconds"]) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        for answer in _answers(job):
            _say({"answer": answer})
    except BadTable as refused:
        _say({"error": [refused.detail, refused.row, refused.column]})
    except MemoryError:
        _say(
            {"error": ["The file needs more memory than a file of macros may; send it in parts.", None, None]}
        )
    except OSError as failed:
        if StorageFull.means(failed):
            # Not the file's mistake: the same step will do once there is room.
            _say({"full": True})
        else:
            _say({"error": [f"The file cannot be read or written here: {failed.strerror}.", None, None]})
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError, struct.error):
        # Whatever a broken file makes a reader stumble over is the file's mistake; its words stay in here.
        _say({"error": [f"The file cannot be read as {job['format']}.", None, None]})
    else:
        _say({"done": True})


def _answers(job: dict[str, Any]) -> Iterator[Any]:
    made, source = FORMATS[job["format"]], Path(job["source"])
    options = Options(job["options"]["text_field"], tuple(job["options"]["context_fields"]))
    if job["step"] == "preview":
        yield asdict(made.preview(source, options))
    elif job["step"] == "rows":
        # A list, not `asdict`: there may be a million of them.
        for row in made.rows(source, options):
            yield [row.index, row.text, row.custom_id, row.context, row.title]
    else:
        made.write(source, Path(job["target"]), options, _told())


def _told() -> Iterator[tuple[int, str]]:
    """The texts that the parent sends; a parent that is gone does not say `end`, and nothing is written."""
    for line in sys.stdin.buffer:
        if line == b"end\n":
            return
        index, text = json.loads(line)
        yield index, text
    raise BadTable("The texts broke off.")


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
