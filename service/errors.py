"""Every exception the service raises, as one tree.

    CoachError
    +- InputError        DraftTooLong  BadTable  OtherBody  UnknownScenario  UnknownPolicy  NoModel  BadBody  BadMediaType
    +- AccessError       Unauthorized  NotFound  JobNotFound  Conflict  TooManyRequests
    +- ModelError        ModelTimeout  ModelRateLimited  ModelUnavailable  ModelReplyInvalid  ModelMisconfigured
    +- StoreError        CacheUnavailable  JobsUnavailable  StorageFull  Overloaded
    +- SetupError        PolicyError  PromptError  SettingsError

Status codes live in `web/problems.py`, exit codes in `cli.py`; neither stands here.
"""

import errno
from typing import NamedTuple

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class InputProblem(NamedTuple):
    """One mistake in a request body: an RFC 6901 pointer, a stable code, and a sentence."""

    pointer: str
    code: str
    detail: str


class CoachError(Exception):
    """The root: `detail` is one sentence that is safe to show to a caller."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class InputError(CoachError):
    """The call itself is wrong; the caller can mend it."""


class BadJson(InputError):
    """The body is no JSON text, or one that readers disagree about."""


class BadBody(InputError):
    """The body is JSON, but not the object that the endpoint takes."""

    def __init__(self, detail: str, problems: tuple[InputProblem, ...] = ()) -> None:
        super().__init__(detail)
        self.problems = problems


class BadMediaType(InputError):
    """The body is not declared as `application/json` in UTF-8."""


class DraftTooLong(InputError):
    """A text or the body is over its limit."""

    def __init__(self, detail: str, problems: tuple[InputProblem, ...] = ()) -> None:
        super().__init__(detail)
        self.problems = problems


class BadTable(InputError):
    """A file of macros cannot be read; `row` and `column` count from 1, None where the whole file is meant."""

    def __init__(self, detail: str, row: int | None = None, column: int | None = None) -> None:
        super().__init__(detail)
        self.row = row
        self.column = column


class OtherBody(InputError):
    """The idempotency key came with another body before."""


class UnknownScenario(InputError):
    """The scenario named is not in the policy; the detail lists the known ones."""

    pointer: str | None = None
    """Where in the body it stands, when not in the `context`."""


class UnknownPolicy(InputError):
    """The policy named is not there or not granted to the caller; the detail lists the known ones."""


class NoModel(InputError):
    """The caller asks for the model and none is configured."""


class AccessError(CoachError):
    """The caller may not do this, or not now."""


class Unauthorized(AccessError):
    """No key, or none that is known."""


class NotFound(AccessError):
    """Nothing stands at that address, or nothing that this caller may see."""


class JobNotFound(NotFound):
    """No such job for this caller."""


class Conflict(AccessError):
    """The state of the thing does not allow the call."""


class TooManyRequests(AccessError):
    """Over the caller's rate; `retry_after_s` seconds until the next is taken."""

    def __init__(self, detail: str, retry_after_s: float) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class ModelError(CoachError):
    """One call to a model came to nothing; stays inside `flow/` as an attempt.

    `code` is one of the failure codes of the contract; `retry_after_s` is what the server asked for.
    """

    code = "unavailable"

    def __init__(
        self, detail: str = "", *, code: str | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(detail)
        if code is not None:
            self.code = code
        self.retry_after_s = retry_after_s


class ModelTimeout(ModelError):
    """No whole answer within the time given (`timeout`)."""

    code = "timeout"


class ModelRateLimited(ModelError):
    """The model's server asks us to wait (`rate_limited`)."""

    code = "rate_limited"


class ModelUnavailable(ModelError):
    """The server answers 5xx (`unavailable`), cannot be reached (`connection`) or is given a rest (`breaker_open`)."""

    code = "unavailable"


class ModelMisconfigured(ModelError):
    """Key, address or model name is wrong (`misconfigured`): trying again cannot help."""

    code = "misconfigured"


class ModelReplyInvalid(ModelError):
    """An answer that is none: `malformed`, `truncated` or `too_large`."""

    code = "malformed"


class StoreError(CoachError):
    """The store does not do its part."""


class CacheUnavailable(StoreError):
    """The cache is slow, gone or answers nonsense: always a miss."""


class JobsUnavailable(StoreError):
    """Jobs cannot be kept safely just now."""


class StorageFull(StoreError):
    """There is no room for a file; nothing of it is kept."""

    @staticmethod
    def means(trouble: OSError) -> bool:
        """Whether this is what the file system says where there is no room."""
        return trouble.errno in _NO_ROOM


class Overloaded(StoreError):
    """More work than can be taken; `retry_after_s` seconds until it is worth asking again."""

    def __init__(self, detail: str, retry_after_s: float = 1.0) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class SetupError(CoachError):
    """The service is set up wrongly; only at start and on the command line."""


class PolicyError(SetupError):
    """A mistake in a policy file: one line, `path:line:column: what is wrong - at where`."""


class PromptError(SetupError):
    """A mistake in a prompt file, said like a policy's."""


class SettingsError(SetupError):
    """A wrong or unknown setting."""
