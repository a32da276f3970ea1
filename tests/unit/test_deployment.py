"""The image and the compose file: what they name exists, and nothing is open that need not be."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.cli import cli
from service.settings import Settings
from tests.kit.dockerfile import read_dockerfile

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
STAGES = read_dockerfile(ROOT / "Dockerfile")
IMAGE = STAGES[-1]
SETTINGS = {str(field.alias) for field in Settings.model_fields.values()}
OURS = ("api", "worker")


def _accepts(words: list[str]) -> None:
    """Raises when `script-coach` has no such command or the command no such option."""
    assert words[0] == "script-coach"
    command = cli.commands[words[1]]
    command.make_context(words[1], words[2:])


def test_the_three_services() -> None:
    """One machine runs the API, the worker and the store, and each comes back after a crash."""
    assert set(SERVICES) == {"api", "worker", "redis"}
    assert {service["restart"] for service in SERVICES.values()} == {"unless-stopped"}


@pytest.mark.parametrize("name", OURS)
def test_compose_starts_commands_that_exist(name: str) -> None:
    """What compose starts is a command of `script-coach`, with options that it has."""
    _accepts(SERVICES[name]["command"])


def test_the_image_starts_a_command_that_exists() -> None:
    """The image alone starts the server, for callers outside its container, and works on the jobs that it takes."""
    words = IMAGE.last("CMD").exec_form
    _accepts(words)
    assert words == ["script-coach", "serve", "--host", "0.0.0.0"]


def test_jobs_are_worked_on_once_in_compose() -> None:
    """Where a worker has a container of its own, which can be many, the server beside it starts none."""
    assert "--no-worker" in SERVICES["api"]["command"]
    assert SERVICES["worker"]["command"][:2] == ["script-coach", "worker"]
    assert not {"container_name", "ports"} & set(SERVICES["worker"]), "neither could be had twice"


def test_every_setting_named_exists() -> None:
    """A setting that compose or the image passes on is one that the service reads: a wrong name would stop it."""
    named = set(IMAGE.environment) | {name for service in OURS for name in SERVICES[service]["environment"]}
    assert {name for name in named if not name.startswith(("PATH", "PYTHON"))} <= SETTINGS


def test_every_setting_can_be_given() -> None:
    """An operator of the compose file reaches every setting, the folders apart, which the image fixes."""
    given = set(SERVICES["api"]["environment"]) | set(IMAGE.environment)
    assert given >= SETTINGS


def test_the_store_keeps_a_journal() -> None:
    """Redis writes to disk every second, on a volume, so that a crash loses no accepted job."""
    words = SERVICES["redis"]["command"]
    options = dict(zip(words[1::2], words[2::2], strict=True))
    assert (options["--appendonly"], options["--appendfsync"]) == ("yes", "everysec")
    assert "redis:/data" in SERVICES["redis"]["volumes"]
    assert "redis" in COMPOSE["volumes"]


def test_only_this_machine_reaches_the_api() -> None:
    """One port is published, on loopback; the store has no way out and nobody outside has a way in."""
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8000:8000"]
    assert COMPOSE["networks"][SERVICES["redis"]["networks"][0]]["internal"] is True
    assert len(SERVICES["redis"]["networks"]) == 1


@pytest.mark.parametrize("name", OURS)
def test_the_key_file_is_mounted(name: str) -> None:
    """Beyond loopback nobody is served without a key: both processes read the mounted key file."""
    service = SERVICES[name]
    assert service["secrets"] == ["keys"]
    assert service["environment"]["COACH_API_KEYS"] == "/run/secrets/keys"
    assert COMPOSE["secrets"]["keys"] == {"file": "./keys.yaml"}


@pytest.mark.parametrize("name", OURS)
def test_both_share_one_data_folder(name: str) -> None:
    """API and worker share the installation's secret: the same volume stands at the image's data folder."""
    assert SERVICES[name]["volumes"] == [f"coach:{IMAGE.environment['COACH_DATA_DIR']}"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_nothing_is_privileged(name: str) -> None:
    """A container that is broken into can do little: no root, no capabilities, nothing to write but its data."""
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "devices"} & set(service)
    user = str(service.get("user", IMAGE.last("USER").rest))
    assert user.split(":", maxsplit=1)[0] not in {"0", "root"}


def test_images_are_pinned_by_tag() -> None:
    """Two builds a month apart have the same base."""
    images = [stage.image for stage in STAGES] + [SERVICES["redis"]["image"]]
    assert all(re.fullmatch(r"[a-z]+:[0-9][\w.-]*", image) for image in images)


def test_the_image_installs_from_the_lock_alone() -> None:
    """Every package in the image is one of the lock, by its hash."""
    installs = [run.rest for stage in STAGES for run in stage.all("RUN") if "pip install" in run.rest]
    assert len(installs) == 3
    for line in installs:
        assert "--require-hashes --no-deps -r requirements/" in line or "--no-index --no-deps dist/" in line


def test_the_build_gets_what_it_copies_and_no_more() -> None:
    """Each COPY finds its source, and keys, data and history stay out of the build."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    copied = {
        source.split("/")[0]
        for stage in STAGES
        for copy in stage.all("COPY")
        if not copy.rest.startswith("--from=")
        for source in copy.rest.split()[:-1]
    }
    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)


def test_the_health_check_asks_the_service() -> None:
    """An engine sees whether the server lives, without a tool that the image lacks."""
    check = IMAGE.last("HEALTHCHECK").rest
    assert "/health/live" in check
    assert '"python"' in check
