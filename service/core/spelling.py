"""The shape of `spellings.yaml`: how words are written by those who do not want them to be found."""

from typing import Annotated

from pydantic import AfterValidator, Field

from service.core.shapes import Shape, Words
from service.core.templates import family


def _readable(text: str) -> str:
    family(text)
    return text


class Spelling(Shape):
    """Other ways to write a word: homophones, pinyin, initials, split characters.

    `*` is a character left out; other signs stand for themselves.
    """

    of: Words
    also: tuple[Annotated[Words, AfterValidator(_readable)], ...] = Field(min_length=1)
    """Words, or families of them: `(傻|煞)(逼|b)`."""


class Writing(Shape):
    """What holds for single characters, whatever word they stand in."""

    characters: dict[Annotated[str, Field(min_length=1, max_length=1)], Words] = Field(default_factory=dict)
    """Character -> those that stand in for it and hardly occur otherwise."""
    sounds: dict[Annotated[str, Field(pattern="^[a-z]{1,6}$")], Words] = Field(default_factory=dict)
    """Syllable of pinyin -> the characters that it may stand for, the likeliest first."""
    parts: dict[Annotated[str, Field(min_length=1, max_length=1)], Words] = Field(default_factory=dict)
    """Radical -> what else a character is made of, and the character itself: `亻: 尔你 也他`."""
    innocent: tuple[Words, ...] = ()
    """Words that hold another spelling by chance."""


class SpellingFile(Writing):
    """`spellings.yaml`."""

    spellings: tuple[Spelling, ...]
