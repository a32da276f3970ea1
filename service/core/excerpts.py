"""Short pieces of long texts, for people to look at."""

EXCERPT_CHARS = 120


def beginning(text: str, most: int) -> str:
    """The text, or its first `most` characters and an ellipsis."""
    return text if len(text) <= most else text[:most].rstrip() + "…"


def around(text: str, words: str, most: int = EXCERPT_CHARS) -> str:
    """About `most` characters of the text with the words in them; its beginning where they do not stand."""
    at = text.find(words)
    if at < 0 or not words:
        return beginning(text, most)
    start = max(0, min(at - (most - len(words)) // 2, len(text) - most))
    end = max(start + most, at + min(len(words), most))
    return ("…" if start else "") + text[start:end].strip() + ("…" if end < len(text) else "")
