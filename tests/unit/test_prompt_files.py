"""The folder of prompts: what is read, and the one line that a mistake gives."""

from pathlib import Path

import pytest

from service.adapters.prompt_files import LOCK, digest, load_prompts, released
from service.errors import PromptError
from tests.kit.policy_folders import write

_TEXT = "---\ninputs: [{inputs}]\ntemperature: 0.2\nmax_tokens: 50\n---\n# system\n\n你是教练。\n\n# user\n\n{body}\n"
_BODIES = {
    "rewrite": "草稿：${draft}\n方式：${mode}",
    "repair": "问题：${reasons}",
    "suggest": "回复：${draft}",
}
_INPUTS = {"rewrite": "draft, mode", "repair": "reasons", "suggest": "draft"}


def _folder(root: Path, **changes: str | None) -> Path:
    folder = root / "prompts"
    write(folder / "live.yaml", changes.get("live", "rewrite: v1\nrepair: v1\nsuggest: v1\n"))
    for name, body in _BODIES.items():
        text = _TEXT.format(inputs=_INPUTS[name], body=body)
        write(folder / name / "v1.md", changes.get(name, text))
    return folder


def test_a_prompt_is_read_whole(tmp_path: Path) -> None:
    """Text, inputs, temperature and size of each live prompt are there, under its version."""
    book = load_prompts(_folder(tmp_path))
    assert (book.rewrite.version, book.repair.version) == ("rewrite@v1", "repair@v1")
    assert book.rewrite.system == "你是教练。"
    assert book.rewrite.user == _BODIES["rewrite"]
    assert book.rewrite.inputs == frozenset({"draft", "mode"})
    assert (book.rewrite.temperature, book.rewrite.max_tokens) == (0.2, 50)


def test_going_back_is_one_line(tmp_path: Path) -> None:
    """Which version speaks is decided in live.yaml alone; files of other versions do no harm."""
    folder = _folder(tmp_path, live="rewrite: v2\nrepair: v1\nsuggest: v1\n")
    write(folder / "rewrite/v2.md", _TEXT.format(inputs="draft", body="新：${draft}"))
    assert load_prompts(folder).rewrite.user == "新：${draft}"
    write(folder / "live.yaml", "rewrite: v1\nrepair: v1\nsuggest: v1\n")
    write(folder / "rewrite/v2.md", "broken")
    assert load_prompts(folder).rewrite.version == "rewrite@v1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (_TEXT.format(inputs="draft", body="${draft}${mode}"), "12:9: Input 'mode' is used and not declared"),
        (_TEXT.format(inputs="draft, mode", body="${draft}"), "2:17: Input 'mode' is declared and not used - at inputs[1]"),
        (_TEXT.format(inputs="draft, tone", body="${draft}${tone}"), "2:17: No input is called 'tone' here - at inputs[1]"),
        (_TEXT.format(inputs="draft", body="$draft"), "12:1: Only ${name} may begin with a dollar sign"),
        (_TEXT.format(inputs="draft", body="${draft} $5"), "12:10: Only ${name} may begin with a dollar sign"),
        (_TEXT.format(inputs="draft", body="${draft!r}"), "12:1: Only ${name} may begin with a dollar sign"),
        (_TEXT.format(inputs="draft", body="${draft}").replace("教练", "${draft}"), "8:3: 'draft' stands outside # user"),
        (_TEXT.format(inputs="draft", body="${draft}").replace("0.2", "hot"), "3:14: Invalid value 'hot': a number"),
        (_TEXT.format(inputs="draft", body="${draft}").replace("max_tokens", "tokens"), "4:1: Unknown field 'tokens'"),
        (_TEXT.format(inputs="draft", body="${draft}").replace("# user", "# User"), "6:1: After the front matter stand"),
        (_TEXT.format(inputs="draft", body="${draft}\n# system\n"), "6:1: After the front matter stand"),
        (_TEXT.format(inputs="draft", body=""), "6:1: # system and # user both hold a text"),
        (_TEXT.format(inputs="draft", body="${draft}").replace("# system", "前言\n# system"), "6:1: After the front matter"),
        ("# system\n# user\n", "1:1: The file begins with front matter between two lines of ---"),
        (None, "1:1: The file cannot be read (No such file or directory)"),
    ],
)  # fmt: skip
def test_a_mistake_points_at_its_place(tmp_path: Path, text: str | None, expected: str) -> None:
    """A prompt that could not be filled in stops the start, with the line and column of what is wrong."""
    with pytest.raises(PromptError) as caught:
        load_prompts(_folder(tmp_path, rewrite=text))
    assert caught.value.detail.startswith(f"prompts/rewrite/v1.md:{expected}")
    assert "\n" not in caught.value.detail


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rewrite: v1\nrepair: one\nsuggest: v1", "2:9: Invalid value 'one', it must match"),
        ("rewrite: ../v1\nrepair: v1\nsuggest: v1", "1:10: Invalid value '../v1', it must match"),
        ("rewrite: v1\nrepair: v1", "1:1: Missing field 'suggest'"),
        (None, "1:1: The file cannot be read"),
    ],
)
def test_live_names_a_version_of_each_prompt(tmp_path: Path, text: str | None, expected: str) -> None:
    """A missing or odd version is a mistake of live.yaml."""
    with pytest.raises(PromptError) as caught:
        load_prompts(_folder(tmp_path, live=text))
    assert caught.value.detail.startswith(f"prompts/live.yaml:{expected}")


def test_the_lock_is_read_strictly(tmp_path: Path) -> None:
    """A line that is no version and digest, or stands twice, could hide a change and is refused."""
    folder = _folder(tmp_path)
    line = f"rewrite@v1 {digest(folder, 'rewrite@v1')}\n"
    write(folder / LOCK, line)
    assert released(folder) == {"rewrite@v1": digest(folder, "rewrite@v1")}
    for broken in (line * 2, line + "repair@v1\n", line.upper()):
        write(folder / LOCK, broken)
        with pytest.raises(PromptError, match=r"released.lock:\d:1: A line is name@version"):
            released(folder)
