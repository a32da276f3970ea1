"""HTML in texts: which stretches are markup and no words, and which of them end a line."""

import re

# Letters of other scripts in a tag may be read by a customer who gets the text as it stands.
_MARKUP = re.compile(
    r"<(?:/?(?P<name>[A-Za-z][A-Za-z0-9]{0,9})(?:[\s/:-][^<>\u0370-\uffff]{0,2000})?|!--[^<>\u0370-\uffff]{0,2000}--)>"
    r"|\[TAG_\d+\]"
)
BLOCK = r"(?:p|div|br|hr|li|ul|ol|dl|dt|dd|h[1-6]|table|thead|tbody|tfoot|tr|td|th|blockquote|section|article|header|footer|address|pre)"
"""The elements that stand in lines of their own (WHATWG HTML 15.3, the common ones)."""
_BLOCK = re.compile(BLOCK, re.IGNORECASE)


def without_markup(text: str) -> str:
    """A text of the same length with blanks for its tags; one that begins or ends a block becomes a line break.

    Our tokens for tags count as tags. One that holds Han is words, as somebody who gets no HTML reads it.
    """
    # Most texts hold none, and this is asked of each.
    return _MARKUP.sub(_blank, text) if "<" in text or "[" in text else text


def _blank(tag: re.Match[str]) -> str:
    block = tag["name"] is not None and _BLOCK.fullmatch(tag["name"]) is not None
    return ("\n" if block else " ").ljust(tag.end() - tag.start())
