"""Prompts change only on purpose: each rendered one is kept, and a released file is never edited."""

import pytest

from service.adapters.prompt_files import digest, load_prompts, released
from service.core.masking import Masked
from tests.golden.prompts import DRAFTS, PROMPTS, messages, prepared, rendered

GOLDEN = PROMPTS.parent / "tests" / "golden" / "prompts"
BOOK = load_prompts(PROMPTS)
RENDERED = rendered()


@pytest.mark.parametrize("name", sorted(RENDERED))
def test_a_live_prompt_is_rendered_as_it_was(name: str) -> None:
    """Whoever changes a prompt, or what goes into it, sees the whole effect as a diff (`make golden`)."""
    assert (GOLDEN / name).read_text(encoding="utf-8") == RENDERED[name]


def test_no_golden_file_is_left_over() -> None:
    """A rendered prompt of a version that is no longer live does not stay to be mistaken for one that is."""
    assert {path.name for path in GOLDEN.iterdir()} == set(RENDERED)


def test_a_released_prompt_never_changes() -> None:
    """A version stands for the same words for ever, so that an old answer can be explained: the next is a new file."""
    locked = released(PROMPTS)
    assert locked
    assert {version: digest(PROMPTS, version) for version in locked} == locked


def test_every_live_prompt_is_released() -> None:
    """What is in use is locked."""
    live = {BOOK.rewrite.version, BOOK.repair.version, BOOK.suggest.version}
    assert live <= released(PROMPTS).keys()


@pytest.mark.parametrize("case", sorted(DRAFTS))
@pytest.mark.parametrize("name", ["rewrite", "repair", "suggest"])
def test_no_prompt_holds_what_the_mask_hides(name: str, case: str) -> None:
    """No phone, parcel number or name reaches a model, be it in the draft, the findings or the reasons."""
    _, masked = prepared(DRAFTS[case])
    text = "\n".join(message.content for message in messages(BOOK, name, DRAFTS[case]))
    assert _shown(masked, text) == []


def _shown(masked: Masked, text: str) -> list[str]:
    return [token.text for token in masked.tokens if len(token.text) > 3 and token.text in text]


@pytest.mark.parametrize("name", ["rewrite", "repair", "suggest"])
def test_what_a_caller_writes_stays_out_of_the_instructions(name: str) -> None:
    """The system message is the same for every draft: nobody can write into it."""
    systems = {messages(BOOK, name, draft)[0].content for draft in DRAFTS.values()}
    assert len(systems) == 1
