"""Plain data as YAML for people: in the order given, Chinese as it is."""

from typing import Any

import yaml


class _NoAliases(yaml.SafeDumper):
    """Writes a value that stands in two places twice."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def write_yaml(value: Any) -> str:
    """The YAML text of plain data; the same data gives the same text."""
    text: str = yaml.dump(value, Dumper=_NoAliases, allow_unicode=True, sort_keys=False, width=110)
    return text
