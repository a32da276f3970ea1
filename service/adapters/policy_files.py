"""The folder of one policy, read from disk: YAML to `PolicyFiles`, with every mistake as `path:line:column`."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import re2
from pydantic import TypeAdapter

from service.adapters.tone_file import read_tone
from service.adapters.yaml_text import MAX_BYTES, Document, read_yaml
from service.core.phrasing import PhrasebookEntry, Scenario, ScenarioFile
from service.core.policy import (
    Example,
    ExampleEntry,
    KnownException,
    NotInText,
    PolicyFiles,
    PolicyHead,
    Rule,
    RuleFile,
)
from service.core.spelling import SpellingFile
from service.errors import PolicyError

T = TypeVar("T")

HEAD = "policy.yaml"
PHRASEBOOK = "phrasebook.yaml"
SPELLINGS = "spellings.yaml"
TONE = "tone.tsv"
CURT = "curt.tsv"
CLEAN = "clean.yaml"
EXCEPTIONS = "known-exceptions.yaml"
NOT_IN_TEXT = "not-in-text.yaml"
_SERVED = (HEAD, PHRASEBOOK, SPELLINGS, TONE, CURT)
_KNOWN = frozenset((*_SERVED, CLEAN, EXCEPTIONS, NOT_IN_TEXT))
_THEMED = ("rules", "scenarios")
_GROUP = re.compile(r"\\([1-9])")

# What each file holds; `policy/schema/` is written from the same table.
SHAPES: Mapping[str, TypeAdapter[Any]] = {
    "policy": TypeAdapter(PolicyHead),
    "rules": TypeAdapter(RuleFile),
    "scenarios": TypeAdapter(ScenarioFile),
    "phrasebook": TypeAdapter(PhrasebookEntry),
    "spellings": TypeAdapter(SpellingFile),
    "clean": TypeAdapter(tuple[Example, ...]),
    "known-exceptions": TypeAdapter(tuple[KnownException, ...]),
    "not-in-text": TypeAdapter(tuple[NotInText, ...]),
}


def read_folder(folder: Path) -> dict[str, bytes]:
    """The bytes of every file that the policy is made of, by name; PolicyError for one missing or unknown."""
    try:
        if not (folder / HEAD).is_file():
            raise PolicyError(f"{_shown(folder, HEAD)}:1:1: The file is missing")
        names = [name for name in _SERVED if (folder / name).is_file()]
        for path in sorted(folder.iterdir()):
            if path.suffix in (".yaml", ".yml") and path.name not in _KNOWN:
                raise PolicyError(f"{_shown(folder, path.name)}:1:1: No such file belongs to a policy")
        for theme in _THEMED:
            names += [f"{theme}/{path.name}" for path in sorted((folder / theme).glob("*.y*ml"))]
        return {name: _bytes(folder, name) for name in names}
    except OSError as failure:
        raise PolicyError(
            f"{_shown(folder, HEAD)}:1:1: The folder cannot be read ({failure.strerror})"
        ) from None


def digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 over names and bytes, as hexadecimal digits; the same files give the same digest."""
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{name}\n{len(files[name])}\n".encode("utf-8", "surrogateescape"))
        total.update(files[name])
    return total.hexdigest()


def load_policy(folder: Path) -> PolicyFiles:
    """Everything that a folder says; raises PolicyError with the first mistake."""
    return parse_policy(folder, read_folder(folder))


def parse_policy(folder: Path, files: Mapping[str, bytes]) -> PolicyFiles:
    """What the bytes of a folder say; `folder` only lends its name to mistakes."""
    document = _document(folder, HEAD, files[HEAD])
    head: PolicyHead = document.validated(SHAPES["policy"])
    if head.name != folder.absolute().name:
        raise document.mistake(("name",), f"The policy is called as its folder: '{folder.absolute().name}'")
    if PHRASEBOOK not in files:
        raise PolicyError(f"{_shown(folder, PHRASEBOOK)}:1:1: The file is missing")
    written = SpellingFile(spellings=())
    if SPELLINGS in files:
        written = _document(folder, SPELLINGS, files[SPELLINGS]).validated(SHAPES["spellings"])
    return PolicyFiles(
        head=head,
        rules=tuple(_rules(folder, files)),
        scenarios=tuple(_scenarios(folder, files)),
        phrasebook=_phrasebook(_document(folder, PHRASEBOOK, files[PHRASEBOOK])),
        spellings=written.spellings,
        writing=written,
        tone=_weights(folder, files, TONE),
        curt=_weights(folder, files, CURT),
        version=f"{head.version}+{digest(files)[:8]}",
    )


def _weights(folder: Path, files: Mapping[str, bytes], name: str) -> dict[str, int]:
    """What runs of characters weigh; nothing without the file."""
    return read_tone(files[name], _shown(folder, name)) if name in files else {}


def clean(folder: Path) -> tuple[ExampleEntry, ...]:
    """The good replies of `clean.yaml`; none when there is no such file."""
    return _list(folder, CLEAN)


def known_exceptions(folder: Path) -> tuple[KnownException, ...]:
    """The replies on which a rule is known to fire; none when there is no such file."""
    return _list(folder, EXCEPTIONS)


def not_in_text(folder: Path) -> tuple[NotInText, ...]:
    """The entries of the manual that no text can show; none when there is no such file."""
    return _list(folder, NOT_IN_TEXT)


def _list(folder: Path, name: str) -> tuple[Any, ...]:
    if not (folder / name).is_file():
        return ()
    found: tuple[Any, ...] = _document(folder, name, _bytes(folder, name)).validated(SHAPES[Path(name).stem])
    return found


def _bytes(folder: Path, name: str) -> bytes:
    """The bytes of a file, one more than is read at most: a huge file costs nothing."""
    path = folder / name
    if not path.is_file():
        raise PolicyError(f"{_shown(folder, name)}:1:1: The file is missing")
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _shown(folder: Path, name: str) -> str:
    """A file as mistakes call it: `policy/default/rules/promises.yaml`, wherever the service runs."""
    place = folder.absolute()
    return f"{place.parent.name}/{place.name}/{name}"


def _document(folder: Path, name: str, raw: bytes) -> Document:
    return read_yaml(raw, _shown(folder, name))


def _rules(folder: Path, files: Mapping[str, bytes]) -> Iterator[Rule]:
    """The rules of all themes; an id stands once, and every anchor holds something to look for."""
    home: dict[str, str] = {}
    for document, theme in _themed(folder, files, "rules"):
        for number, entry in enumerate(_entries(document.data, "rules")):
            # The shape says the same, but can only point at the top of the file.
            if isinstance(entry.get("id"), str) and not entry["id"].startswith(f"{theme}."):
                raise document.mistake(("rules", number, "id"), f"A rule of this file is called '{theme}.…'")
        for number, rule in enumerate(document.validated(SHAPES["rules"]).rules):
            _once(home, rule.id, document, ("rules", number, "id"))
            if rule.check.kind == "tone" and TONE not in files:
                raise document.mistake(
                    ("rules", number, "check"), f"There is no {TONE} to learn the tone from"
                )
            for anchor in rule.check.anchors():
                if not any(map(str.isalnum, anchor.words)):
                    raise document.mistake(
                        ("rules", number, "check"), f"'{anchor.words}' holds no letter to look for"
                    )
            yield rule


def _scenarios(folder: Path, files: Mapping[str, bytes]) -> Iterator[Scenario]:
    home: dict[str, str] = {}
    for document, _ in _themed(folder, files, "scenarios"):
        for number, scenario in enumerate(document.validated(SHAPES["scenarios"]).scenarios):
            _once(home, scenario.id, document, ("scenarios", number, "id"))
            yield scenario


def _themed(folder: Path, files: Mapping[str, bytes], kind: str) -> Iterator[tuple[Document, str]]:
    """The files of a kind, each called as its theme."""
    for name, raw in files.items():
        if not name.startswith(f"{kind}/"):
            continue
        document = _document(folder, name, raw)
        theme = name.removeprefix(f"{kind}/").removesuffix(".yaml")
        said = document.data.get("theme") if isinstance(document.data, dict) else theme
        if said is not None and said != theme:
            raise document.mistake(("theme",), f"The file is called as its theme: '{said}.yaml'")
        yield document, theme


def _entries(data: Any, field: str) -> list[dict[str, Any]]:
    entries = data.get(field) if isinstance(data, dict) else None
    return (
        [entry if isinstance(entry, dict) else {} for entry in entries] if isinstance(entries, list) else []
    )


def _once(home: dict[str, str], name: str, document: Document, loc: tuple[int | str, ...]) -> None:
    if name in home:
        raise document.mistake(loc, f"Id '{name}' stands in {home[name]} already")
    home[name] = document.path


def _phrasebook(document: Document) -> PhrasebookEntry:
    """The phrasebook, each turn's pattern proved to have the groups that its `to` asks for."""
    book: PhrasebookEntry = document.validated(SHAPES["phrasebook"])
    for number, turn in enumerate(book.turns):
        asked = max(map(int, _GROUP.findall(turn.to)), default=0)
        if asked > re2.compile(turn.pattern).groups:
            raise document.mistake(("turns", number, "to"), f"The pattern has no group {asked}")
    return book


def schemas() -> dict[str, str]:
    """The JSON Schema of each kind of policy file, by file name, for editors."""
    return {f"{name}.schema.json": _schema(name, shape) for name, shape in SHAPES.items()}


def _schema(name: str, shape: TypeAdapter[Any]) -> str:
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schema = {**dialect, **shape.json_schema(), "title": name}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
