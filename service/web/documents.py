"""The documents that are written from the code: `openapi.yaml` and `docs/problems.md`. The same code, the same bytes."""

from functools import cache

from service.adapters.yaml_writer import write_yaml
from service.web.mistakes import CODES
from service.web.openapi import build
from service.web.problems import PROBLEMS


@cache
def render_openapi() -> str:
    """The text of `openapi.yaml`."""
    return write_yaml(build())


def render_problems() -> str:
    """The text of `docs/problems.md`: one section for each `type` of a problem."""
    parts = [
        "# Problems",
        "",
        "Every 4xx and 5xx answer is `application/problem+json` with one of these codes.",
        "The `type` of a problem is `/docs/problems#CODE`, a page that the service itself serves.",
        "Programs decide by `code`; `detail` is for people and may change.",
    ]
    for code, problem in PROBLEMS.items():
        parts += ["", f"## {code}", "", f"**{problem.status}, {problem.title}.**"]
        parts += [_lines(problem.meaning), "", _lines(problem.remedy)]
    parts += ["", "## Codes of single mistakes", "", "| `errors[].code` | Meaning |", "|---|---|"]
    parts += [f"| `{code}` | {text} |" for code, text in CODES.items()]
    return "\n".join(parts) + "\n"


def _lines(text: str) -> str:
    """One sentence per line."""
    return text.replace(". ", ".\n")
