"""The settings: what is read, what is refused, and what the refusal says."""

from pathlib import Path

import pytest

from service.errors import SettingsError
from service.settings import Settings, read_settings, require_loopback, settings_table


def test_nothing_need_be_set() -> None:
    """The service starts with an empty environment: no model, no key, an own store, eight seconds."""
    settings = read_settings({})
    assert settings.model is None
    assert settings.redis_url is None
    assert settings.api_keys is None
    assert settings.allowed_origins == ()
    assert settings.deadline_s == 8
    assert settings.data_dir == Path(".data")


def test_everything_can_be_set() -> None:
    """Each documented name reaches its setting; lists are written with commas."""
    settings = read_settings(
        {
            "OPENAI_BASE_URL": "https://models.example.com/v1/",
            "OPENAI_API_KEY": "k",
            "COACH_MODEL": "one",
            "COACH_MODEL_FALLBACKS": "two, three",
            "COACH_DEADLINE_S": "2.5",
            "REDIS_URL": "redis://cache:6379/1",
            "COACH_DATA_DIR": "/srv/data",
            "COACH_API_KEYS": "keys.yaml",
            "COACH_ALLOWED_ORIGINS": "https://CRM.example.com,http://localhost:3000",
            "COACH_POLICY_DIR": "/srv/policy",
            "COACH_PROMPTS_DIR": "/srv/prompts",
            "COACH_LOG_LEVEL": "warning",
            "COACH_MAX_IN_FLIGHT": "10",
            "COACH_REPLICAS": "4",
        }
    )
    assert settings.openai_base_url == "https://models.example.com/v1"
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "k"
    assert settings.model_fallbacks == ("two", "three")
    assert settings.deadline_s == 2.5
    assert settings.redis_url is not None
    assert settings.redis_url.get_secret_value() == "redis://cache:6379/1"
    assert settings.allowed_origins == ("https://crm.example.com", "http://localhost:3000")
    assert settings.policy_dir == Path("/srv/policy")
    assert settings.log_level == "warning"
    assert settings.max_in_flight == 10
    assert settings.replicas == 4


def test_an_empty_value_is_none() -> None:
    """`COACH_MODEL=` in a compose file means no model, not a model without a name."""
    assert read_settings({"COACH_MODEL": "", "COACH_API_KEYS": "  ", "COACH_DEADLINE_S": ""}) == Settings()


def test_a_name_typed_wrong_is_not_passed_over() -> None:
    """A misspelt setting stops the start and the line names the one that was meant."""
    with pytest.raises(SettingsError, match=r"COACH_MODLE: .*did you mean COACH_MODEL\?"):
        read_settings({"COACH_MODLE": "one"})


def test_other_programs_may_set_what_they_like() -> None:
    """Only names that begin with COACH_ are ours to refuse."""
    assert read_settings({"OPENAI_ORGANIZATION": "x", "PATH": "/bin"}) == Settings()


WRONG = [
    ("COACH_DEADLINE_S", "soon"),
    ("COACH_DEADLINE_S", "0"),
    ("COACH_DEADLINE_S", "nan"),
    ("COACH_LOG_LEVEL", "loud"),
    ("COACH_MAX_IN_FLIGHT", "0"),
    ("COACH_REPLICAS", "0"),
    ("COACH_ALLOWED_ORIGINS", "*"),
    ("COACH_ALLOWED_ORIGINS", "https://crm.example.com/path"),
    ("OPENAI_BASE_URL", "models.example.com"),
    ("OPENAI_BASE_URL", "https://user:pw@models.example.com"),
    ("REDIS_URL", "http://cache"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_one_clear_line(name: str, value: str) -> None:
    """The line names the setting and never repeats the value, which may be a secret."""
    with pytest.raises(SettingsError) as raised:
        read_settings({name: value})
    line = raised.value.detail
    assert line.startswith(f"{name}: ")
    assert "\n" not in line
    assert len(value) < 3 or value not in line


def test_fallbacks_without_a_model_are_a_mistake() -> None:
    """Somebody who names fallbacks and no model has forgotten something."""
    with pytest.raises(SettingsError, match="COACH_MODEL_FALLBACKS needs COACH_MODEL"):
        read_settings({"COACH_MODEL_FALLBACKS": "two"})


def test_secrets_do_not_show() -> None:
    """Settings may be printed without giving the model's key or the store's password away."""
    shown = repr(read_settings({"OPENAI_API_KEY": "key-canary", "REDIS_URL": "redis://:pw-canary@cache"}))
    assert "canary" not in shown


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_loopback_needs_no_key(host: str) -> None:
    """On one's own machine the service runs without a key file."""
    require_loopback(host, Settings())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "coach.example.com"])
def test_the_network_needs_a_key_file(host: str) -> None:
    """Without a key file the service refuses an address that others can reach; with one it takes any."""
    with pytest.raises(SettingsError, match="COACH_API_KEYS"):
        require_loopback(host, Settings())
    require_loopback(host, Settings(api_keys=Path("keys.yaml")))


def test_the_table_explains_every_setting() -> None:
    """Each setting has a line with its name, default and meaning, and no path of this machine."""
    lines = settings_table().splitlines()[2:]
    assert len(lines) == len(Settings.model_fields)
    for field, line in zip(Settings.model_fields.values(), lines, strict=True):
        assert line.startswith(f"| `{field.alias}` |")
        assert line.split("|")[3].strip().endswith((".", "`."))
        assert str(Path.cwd()) not in line
