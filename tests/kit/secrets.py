"""Planted secrets, and the search for them in whatever leaves the service."""

from collections.abc import Iterable

PHONE = "13800138017"
ID_NUMBER = "110101199003078515"
BANK_CARD = "6222020200112233440"
TENANT_SECRET = "7e57aa" * 10 + "7e57"
API_KEY = "sck_canaryCanaryCanaryCanaryCanary0123456789"
SENTENCE = "客户张小帆说钥匙在蓝色花盆底下"

CANARIES = (PHONE, ID_NUMBER, BANK_CARD, TENANT_SECRET, API_KEY, SENTENCE)
TEXT = f"{SENTENCE}，电话{PHONE}，证件{ID_NUMBER}，卡号{BANK_CARD}，口令{TENANT_SECRET}。"


def found_in(pieces: Iterable[bytes | str]) -> list[str]:
    """The canaries that stand in any of the pieces, as they are or escaped as JSON escapes them."""
    whole = b"\n".join(piece.encode() if isinstance(piece, str) else piece for piece in pieces)
    return [canary for canary in CANARIES if any(form in whole for form in _forms(canary))]


def _forms(canary: str) -> tuple[bytes, bytes]:
    return canary.encode(), canary.encode("unicode_escape")
