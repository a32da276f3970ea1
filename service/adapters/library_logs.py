"""What the libraries log, in our lines and without what they put into their messages."""

import logging
from typing import Any

from service.adapters.telemetry import LEVELS, Telemetry
from service.adapters.trace_lines import describe


class LibraryLogs(logging.Handler):
    """Lines of the libraries: logger, level and the template of the message, never what was put into it."""

    def __init__(self, telemetry: Telemetry) -> None:
        super().__init__(logging.WARNING)
        self._telemetry = telemetry

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; a message made without a template may hold anything, so only its place is told."""
        fields: dict[str, Any] = {"logger": record.name, "place": f"{record.module}:{record.lineno}"}
        if record.args and isinstance(record.msg, str):
            fields["template"] = record.msg[:300]
        if record.exc_info and record.exc_info[1] is not None:
            fields["exception"], fields["stack"] = describe(record.exc_info[1])
        level = record.levelname.lower()
        self._telemetry.event(level if level in LEVELS else "error", "library", **fields)


def take_over_library_logs(telemetry: Telemetry) -> None:
    """Make the root logger write through `telemetry` alone, warnings and worse, whatever the libraries ask for."""
    root = logging.getLogger()
    root.handlers[:] = [LibraryLogs(telemetry)]
    root.setLevel(logging.WARNING)
    logging.raiseExceptions = False
