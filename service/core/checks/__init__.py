"""The kinds of check. YAML decoder, JSON Schema, dispatcher and type checker read the one line below."""

from typing import Annotated

from pydantic import Field

from service.core.checks.limit import Limit
from service.core.checks.order import Order
from service.core.checks.parted import Parted
from service.core.checks.pattern import Pattern
from service.core.checks.payload import Payload
from service.core.checks.phrase import Phrase
from service.core.checks.require import Require
from service.core.checks.tone import Tone

Check = Annotated[
    Phrase | Pattern | Require | Order | Limit | Tone | Payload | Parted, Field(discriminator="kind")
]
