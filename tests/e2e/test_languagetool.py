"""A client of LanguageTool that people have, against the service as it is shipped."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit.service_process import served

language_tool_python = pytest.importorskip("language_tool_python")


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The client, pointed at a service as its documentation says."""
    folder: Path = tmp_path_factory.mktemp("languagetool")
    with served(folder) as port:
        client = language_tool_python.LanguageTool("zh-CN", remote_server=f"http://127.0.0.1:{port}")
        yield client
        client.close()


def _blocking(tool: Any, draft: str) -> list[Any]:
    """The matches that are red."""
    return [one for one in tool.check(draft) if one.rule_issue_type == "misspelling"]


def test_the_client_underlines_what_the_policy_forbids(tool: Any) -> None:
    """The client finds the words that block a draft at their place, an emoji before them or not."""
    for draft in ("不知道，你找领导去。", "👍👍不知道，你找领导去。"):
        matches = _blocking(tool, draft)
        assert [draft[one.offset : one.offset + one.error_length] for one in matches] == [
            "不知道",
            "你找领导去",
        ]
        assert matches[0].replacements
        units = matches[0].context.encode("utf-16-le")
        assert units[matches[0].offset_in_context * 2 :].decode("utf-16-le").startswith("不知道")


def test_the_client_mends_a_draft(tool: Any) -> None:
    """The client's own correction puts our words in, and nothing blocks any more."""
    assert _blocking(tool, "不知道。")
    mended = tool.correct("不知道。")
    assert "不知道" not in mended
    assert _blocking(tool, mended) == []


def test_the_client_switches_rules_off(tool: Any) -> None:
    """What the client disables is not told."""
    [match] = _blocking(tool, "不知道。")
    tool.disabled_rules = {match.rule_id}
    try:
        assert _blocking(tool, "不知道。") == []
    finally:
        tool.disabled_rules = set()


def test_the_client_shows_what_is_wrong(tool: Any) -> None:
    """The client raises with our sentence."""
    with pytest.raises(language_tool_python.exceptions.LanguageToolError, match="Error: Your text exceeds"):
        tool.check("好" * 50_001)


def test_the_client_sees_a_clean_draft_clean(tool: Any) -> None:
    """A draft of the manual's own style is left alone, and so is another language."""
    assert tool.check("") == []
    tool.language = "auto"
    try:
        assert tool.check("We do not know.") == []
    finally:
        tool.language = "zh-CN"
    assert tool.check("您好，我马上帮您核实，请您稍等。") == []
