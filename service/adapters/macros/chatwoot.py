"""Canned responses as Chatwoot's API answers them: an array of objects with `short_code` and `content`."""

from collections.abc import Iterator

from service.adapters.tables.json_document import FixedFields, Found, objects, spelt
from service.adapters.tables.json_spans import Node
from service.adapters.tables.shapes import Options
from service.errors import BadTable


class Chatwoot(FixedFields):
    """Only `content` changes."""

    NAME = "chatwoot"
    FIELDS = ("content",)

    def texts(self, document: Node, options: Options) -> Iterator[Found]:
        """The content of each canned response."""
        self.check(options)
        responses = [
            node for node in objects(document, "payload", "data") if node.member("short_code") is not None
        ]
        if not responses and document.value != []:
            raise BadTable("There is no canned response: no object with `short_code` and `content`.")
        for node in responses:
            content = node.member("content")
            if content is not None and content.text is not None:
                yield Found(content, spelt(node.member("id")), spelt(node.member("short_code")))
