"""What the tests of the console share: a browser, and a service as it is shipped; both live as long as one file of tests."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.kit.service_process import served

if TYPE_CHECKING:
    from playwright.async_api import Browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> "AsyncIterator[Browser]":
    """One browser."""
    # The other tests of this folder do without its driver.
    from tests.kit.browser import chromium  # noqa: PLC0415

    async with chromium() as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def port(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[int]:
    """The port of one service with the policy that is shipped, and no model."""
    with served(tmp_path_factory.mktemp("console")) as made:
        yield made
