"""The environment, read once into one frozen `Settings`; nothing else reads it."""

import ipaddress
import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from service.errors import SettingsError

_HERE = Path(__file__).resolve().parents[1]


def _listed(value: Any) -> Any:
    """The parts of a comma-separated value."""
    return (
        tuple(part for part in map(str.strip, value.split(",")) if part) if isinstance(value, str) else value
    )


def _http_url(value: str) -> str:
    if not _is_url(value, ("http", "https")):
        raise ValueError("an address such as https://api.example.com/v1 is expected")
    return value.rstrip("/")


def _redis_url(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("an address that begins with redis://, rediss:// or unix:// is expected")
    return value


def _files_url(value: str) -> str:
    parts = urlsplit(value)
    asked = parse_qs(parts.query, keep_blank_values=True)
    endpoint = asked.get("endpoint", [""])[-1]
    if (
        parts.scheme != "s3" or not parts.hostname or parts.netloc != parts.hostname or parts.fragment
        or set(asked) - {"endpoint", "region"} or (endpoint and not _is_url(endpoint, ("http", "https")))
    ):  # fmt: skip
        raise ValueError("an address such as s3://bucket/prefix?endpoint=https://s3.example.com is expected")
    return value


# A browser's add-on calls from an origin of its own.
_ORIGINS = ("http", "https", "chrome-extension", "moz-extension", "safari-web-extension")


def _origins(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not _is_url(value, _ORIGINS) or urlsplit(value).path or "*" in value:
            raise ValueError(
                "origins such as https://crm.example.com are expected, without a path and without '*'"
            )
    return tuple(value.lower() for value in values)


def _is_url(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        return (
            parts.scheme in schemes and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
        )
    except ValueError:
        return False


Listed = BeforeValidator(_listed)


class Settings(BaseModel):
    """All that an operator can set. An empty value is as good as none."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_by_name=True,
        validate_by_alias=True,
        validate_default=False,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )

    openai_base_url: Annotated[str, AfterValidator(_http_url)] = Field(
        "https://api.openai.com/v1", alias="OPENAI_BASE_URL"
    )
    """The OpenAI-compatible endpoint; `/chat/completions` is added."""
    openai_api_key: SecretStr | None = Field(None, alias="OPENAI_API_KEY")
    """The key for that endpoint; many local servers need none."""
    model: str | None = Field(None, alias="COACH_MODEL")
    """The model that rewrites; without one the phrasebook works alone."""
    model_fallbacks: Annotated[tuple[str, ...], Listed] = Field((), alias="COACH_MODEL_FALLBACKS")
    """Further models, in the order in which they are tried, with commas between."""
    deadline_s: float = Field(8.0, alias="COACH_DEADLINE_S", gt=0, le=600, allow_inf_nan=False)
    """Seconds that a live rewrite may take in all."""
    redis_url: Annotated[SecretStr, AfterValidator(_redis_url)] | None = Field(None, alias="REDIS_URL")
    """The Redis or Valkey to use; without one the service starts its own under the data folder."""
    data_dir: Path = Field(Path(".data"), alias="COACH_DATA_DIR")
    """Where the service keeps its own files: the embedded store, the secret of this installation."""
    api_keys: Path | None = Field(None, alias="COACH_API_KEYS")
    """The YAML file of API keys; without one the service listens on loopback only and asks for no key."""
    allowed_origins: Annotated[tuple[str, ...], Listed, AfterValidator(_origins)] = Field(
        (), alias="COACH_ALLOWED_ORIGINS"
    )
    """Web origins that may call from a browser, with commas between; a browser's add-on is one too."""
    policy_dir: Path = Field(
        _HERE / "policy", alias="COACH_POLICY_DIR", json_schema_extra={"shown": "policy/"}
    )
    """The folder of policies, one folder each."""
    prompts_dir: Path = Field(
        _HERE / "prompts", alias="COACH_PROMPTS_DIR", json_schema_extra={"shown": "prompts/"}
    )
    """The folder of prompts."""
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", alias="COACH_LOG_LEVEL")
    """The least important lines that are written."""
    max_in_flight: int = Field(1024, alias="COACH_MAX_IN_FLIGHT", ge=1, le=100_000)
    """Drafts in work at once in one process; one more is answered 503 with `Retry-After`."""
    replicas: int = Field(1, alias="COACH_REPLICAS", ge=1, le=10_000)
    """How many processes serve together: with Redis away each admits its part of a key's calls per minute."""
    files_url: Annotated[str, AfterValidator(_files_url)] | None = Field(None, alias="COACH_FILES_URL")
    """Where files of bulk jobs are kept, such as `s3://bucket/prefix?endpoint=https://…&region=…`, with keys from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`; without one a folder under the data folder."""
    max_upload_bytes: int = Field(64 * 1024 * 1024, alias="COACH_MAX_UPLOAD_BYTES", ge=1024, le=5 * 1024**3)
    """The largest file that a bulk job takes; a larger one is answered 413."""
    job_days: float = Field(30.0, alias="COACH_JOB_DAYS", gt=0, le=3650, allow_inf_nan=False)
    """Days after which a bulk job and its files are forgotten."""
    model_slots: int = Field(24, alias="COACH_MODEL_SLOTS", ge=1, le=10_000)
    """Calls at once that the model's server takes, over all processes; bulk rows leave a quarter to live requests."""
    bulk_in_flight: int = Field(16, alias="COACH_BULK_IN_FLIGHT", ge=1, le=1_000)
    """Calls to models that one worker makes at once for rows of bulk jobs."""

    @model_validator(mode="after")
    def _fallbacks_follow_a_model(self) -> "Settings":
        if self.model_fallbacks and self.model is None:
            raise ValueError("COACH_MODEL_FALLBACKS needs COACH_MODEL")
        return self


_NAMES = tuple(str(field.alias) for field in Settings.model_fields.values())


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of an environment (the process's own when none is given).

    Raises `SettingsError`, one line without any value, for a wrong value or an unknown `COACH_*` name.
    """
    source = os.environ if environ is None else environ
    for name in source:
        if name.startswith("COACH_") and name not in _NAMES:
            near = get_close_matches(name, _NAMES, n=1)
            hint = f"did you mean {near[0]}?" if near else "known are " + ", ".join(_NAMES)
            raise SettingsError(f"{name}: there is no such setting; {hint}")
    given = {name: value.strip() for name in _NAMES if (value := source.get(name, "")).strip()}
    try:
        return Settings.model_validate(given)
    except ValidationError as mistakes:
        first = mistakes.errors(include_url=False, include_input=False)[0]
    what = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
    raise SettingsError(f"{first['loc'][0]}: {what}" if first["loc"] else what)


def require_loopback(host: str, settings: Settings) -> None:
    """Raises `SettingsError` when `host` can be reached from elsewhere and no key file guards it."""
    if settings.api_keys is None and not _is_loopback(host):
        raise SettingsError(
            f"{host} can be reached from other machines and COACH_API_KEYS is not set; "
            "name a key file, or listen on 127.0.0.1"
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def settings_table() -> str:
    """The settings as a Markdown table: name, default, meaning."""
    rows = ["| Name | Default | Meaning |", "|---|---|---|"]
    for field in Settings.model_fields.values():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        shown = extra.get("shown", field.default)
        default = "" if shown in (None, ()) else f"`{shown:g}`" if isinstance(shown, float) else f"`{shown}`"
        rows.append(f"| `{field.alias}` | {default} | {field.description} |")
    return "\n".join(rows) + "\n"
