"""Whether a text shows anything at all on the screen."""

import re

# Spaces, controls, format characters, fillers that are letters by category, joiners and variation selectors.
_SHOWS = re.compile(
    "[^\\s\x00-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    "\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def is_blank(text: str) -> bool:
    """True for a text of nothing but spaces and invisible characters, the empty text included."""
    return _SHOWS.search(text) is None
