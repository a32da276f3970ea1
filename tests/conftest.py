"""What holds for every test: who may open a socket, and which tests wait until they are asked for."""

from pathlib import Path

import pytest

from tests.kit.sockets import refuse_sockets

_TESTS = Path(__file__).parent
_MAY_USE_LOOPBACK = ("contract", "e2e", "chaos", "bench")


@pytest.fixture(autouse=True)
def _network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches the network; only the folders that start servers reach this machine's own ports."""
    folder = request.path.relative_to(_TESTS).parts[0]
    refuse_sockets(monkeypatch, loopback=folder in _MAY_USE_LOOPBACK)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long forms of the promises are skipped in plain sight unless `-m` names them."""
    if "chaos" in config.option.markexpr:
        return
    for item in items:
        if item.get_closest_marker("chaos"):
            item.add_marker(pytest.mark.skip(reason="long form: pytest -m chaos"))
