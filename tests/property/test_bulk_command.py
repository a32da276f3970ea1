"""Whatever file is checked on the command line comes back as it was."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.cli.bulking import Paths, bulk
from service.core.jobs import Order
from tests.kit.policy_folders import write_policy
from tests.kit.tables import csv_bytes

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=30)
CELL = st.one_of(
    TEXT,
    st.sampled_from(
        ["我们保证明天到货。", "第一行\n第二行", '他说"好"', "甲,乙", "", " ", "=1+1", "{{order.id}}"]
    ),
)
ROWS = st.lists(st.tuples(TEXT, CELL), max_size=8)


@pytest.fixture(scope="module")
def _small_policy() -> Iterator[None]:
    """A policy that is loaded in no time, and nothing else of the environment."""
    with TemporaryDirectory() as name, mock.patch.dict(os.environ, {"COACH_POLICY_DIR": name}):
        write_policy(Path(name))
        yield


@pytest.mark.usefixtures("_small_policy")
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=ROWS,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_a_dry_run_gives_the_file_back(rows: list[tuple[str, str]], encoding: str, end: str) -> None:
    """`bulk --dry-run` writes IN to OUT byte for byte, whatever its cells, encoding and line ends, and leaves IN alone."""
    data = csv_bytes(("备注", "话术"), rows, encoding=encoding, end=end)
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "in.csv"), Path(folder, "out.csv")
        source.write_bytes(data)
        order = Order(format="csv", filename="", dry_run=True, text_field="话术")
        assert bulk(Paths(source, target, None), order, "never") == 0
        assert source.read_bytes() == target.read_bytes() == data
        assert {file.name for file in Path(folder).iterdir()} == {"in.csv", "out.csv"}
