"""What an error status of a model's server means, and how long it asks us to wait."""

import math
import time
from collections.abc import Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime

from pydantic_core import from_json

from service.adapters.model_replies import malformed, too_large
from service.errors import ModelError, ModelMisconfigured, ModelRateLimited, ModelUnavailable

_TRY_LATER = frozenset({408, 409, 425})
_BAD_REQUEST = frozenset({400, 422})
_TOO_LARGE = 413
_TOO_MANY = 429
_SERVER_ERROR = 500
_WRONG_MODEL = frozenset({"model_not_found", "invalid_api_key", "DeploymentNotFound"})


class Filtered(Exception):
    """The server's content filter stopped the request itself; some say so with status 400."""


def refusal(status: int, headers: Mapping[str, str], body: bytes) -> ModelError | Filtered:
    """The exception for a status that is not 2xx; a redirect counts as a wrong address, for none is followed."""
    wait_s = retry_after_s(headers, time.time())
    said = f"The model's server answers with status {status}."
    if status == _TOO_MANY:
        return ModelRateLimited(said, retry_after_s=wait_s)
    if status >= _SERVER_ERROR or status in _TRY_LATER:
        return ModelUnavailable(said, retry_after_s=wait_s)
    code = _error_code(body)
    if code == "content_filter":
        return Filtered()
    if status == _TOO_LARGE or code == "context_length_exceeded":
        return too_large(said)
    if status in _BAD_REQUEST and code not in _WRONG_MODEL:
        # One draft that the server will not take must not close the model to all others.
        return malformed(said)
    return ModelMisconfigured(said)


def retry_after_s(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait by `retry-after-ms` or `Retry-After` (seconds or an HTTP date; `now` is Unix time).

    None when there is none, or none that makes sense.
    """
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(name)
        if value is None:
            continue
        with suppress(ValueError):
            return _sensible(float(value) / scale)
        with suppress(ValueError, TypeError, OverflowError):
            return _sensible(parsedate_to_datetime(value).timestamp() - now)
    return None


def _sensible(seconds: float) -> float | None:
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _error_code(body: bytes) -> str:
    """The error's stable code in an OpenAI-style error body, else ''."""
    with suppress(ValueError):
        value = from_json(body)
        error = value.get("error") if isinstance(value, dict) else None
        code = error.get("code") if isinstance(error, dict) else None
        return code if isinstance(code, str) else ""
    return ""
