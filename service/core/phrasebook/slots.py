"""Fills the slots of replies and lines: `${customer} ${company} ${hotline} ${hours} ${agent_id}`."""

import re
from collections.abc import Mapping

from service.core.compiling import Policy
from service.core.masking import Masked
from service.core.reading import Reading

_SLOT = re.compile(r"\$\{([a-z_]+)\}")


def slots(policy: Policy, reading: Reading, masked: Masked) -> dict[str, str]:
    """What is known for the slots; a customer without a title has no form of address, for none is guessed."""
    company = policy.files.head.company
    surname = masked.surname.name if masked.surname else ""
    customer = f"{surname}{reading.title}" if surname and reading.title else ""
    values = {
        "customer": customer,
        "company": company.name,
        "hotline": company.hotline,
        "hours": company.hours,
        "agent_id": reading.agent_id or "",
    }
    return {name: value for name, value in values.items() if value}


def fill(text: str, values: Mapping[str, str]) -> str | None:
    """The text with its slots filled, or None when a value is not known."""
    if any(name not in values for name in _SLOT.findall(text)):
        return None
    return _SLOT.sub(lambda slot: values[slot[1]], text)
