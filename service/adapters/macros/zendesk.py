"""Macros as Zendesk's API answers them: `{"macros": [{"title", "actions": [{"field", "value"}]}]}`."""

from collections.abc import Iterator

from service.adapters.tables.json_document import FixedFields, Found, objects, spelt
from service.adapters.tables.json_spans import Node
from service.adapters.tables.shapes import Options
from service.errors import BadTable


class Zendesk(FixedFields):
    """Only comment actions change; HTML stays HTML, the text is the value as it stands."""

    NAME = "zendesk"
    FIELDS = ("comment_value", "comment_value_html")

    def texts(self, document: Node, options: Options) -> Iterator[Found]:
        """The value of each comment action; of `[channel, text]` the text."""
        self.check(options)
        macros = [node for node in objects(document, "macros", "macro") if _actions(node) is not None]
        held = document.member("macros") or document
        if not macros and held.value != []:
            raise BadTable("There is no macro: no object with `actions`.")
        for macro in macros:
            for action in _actions(macro) or []:
                field = action.member("field")
                if field is None or field.text not in self.FIELDS:
                    continue
                value = _value(action)
                if value is not None:
                    yield Found(value, spelt(macro.member("id")), spelt(macro.member("title")))


def _actions(macro: Node) -> list[Node] | None:
    actions = macro.member("actions")
    return actions.value if actions is not None and isinstance(actions.value, list) else None


def _value(action: Node) -> Node | None:
    """The string that the action writes: its value, or the last of a list that begins with the channel."""
    value = action.member("value")
    if value is not None and isinstance(value.value, list) and value.value:
        value = value.value[-1]
    return value if value is not None and value.text is not None else None
