"""Text that a spreadsheet would run as a formula, made inert in the cells that we write."""

STARTS = frozenset("=+-@\t\r＝＋－＠")


def inert(text: str, original: str = "") -> str:
    """The text as it is written: an apostrophe goes before a first character that could start a formula.

    A first character that the original had as well is the author's own and stays.
    """
    if text[:1] in STARTS and text[:1] != original[:1]:
        return f"'{text}"
    return text
