"""The tables of one set of judged rows, as Markdown: counts first, then shares with their 95 % interval."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from tests.eval.figures import Share, auc, quartiles, share
from tests.eval.judging import Judged

DIFFICULTIES = ("easy", "medium", "hard", "evasion")


def tables(rows: Sequence[Judged]) -> str:
    """Every table that the rows can fill, with a blank line between them."""
    bad = [one for one in rows if one.row.label == "bad"]
    good = [one for one in rows if one.row.label == "good"]
    everyday = [one for one in rows if one.row.label == "everyday"]
    made: list[str] = []
    if bad:
        made += _of_bad(bad)
    if good or everyday:
        made.append(_alarms({"tempting good": good, "everyday": everyday}))
    made.append(_scores({"bad": bad, "tempting good": good, "everyday": everyday}))
    return "\n\n".join(made)


def _of_bad(bad: Sequence[Judged]) -> Iterator[str]:
    found = [one for one in bad if one.flagged]
    yield shares(
        "bad replies",
        "found",
        [
            ("all", share(one.flagged for one in bad)),
            *_by("difficulty", bad, lambda one: [one.row.difficulty], DIFFICULTIES),
            ("to be blocked, and blocked", share(one.blocked for one in bad if one.row.severity == "block")),
            ("to be revised, and blocked", share(one.blocked for one in bad if one.row.severity == "warn")),
        ],
    )
    yield shares("by first category", "found", _by("", bad, lambda one: one.row.categories[:1]))
    yield shares("by channel", "found", _by("", bad, lambda one: [one.row.channel]))
    yield shares("by tag", "found", _by("", bad, lambda one: one.row.tags))
    offences = [finding for one in bad for finding in one.offences]
    marked = [one for one in found if one.row.underlined is not None]
    touching = [at for one in bad for at in one.at_the_span]
    yield shares(
        "what is found in bad replies",
        "so",
        [
            (
                "found replies with a finding at the words underlined",
                share(any(o.at_the_span) for o in marked),
            ),
            ("findings at the words underlined", share(touching)),
            ("findings with a replacement", share(bool(one.replacements) for one in offences)),
        ],
    )


def _by(
    prefix: str,
    rows: Sequence[Judged],
    names_of: Callable[[Judged], Iterable[str]],
    order: Sequence[str] = (),
) -> list[tuple[str, Share]]:
    """Recall for each name that rows carry: those of `order` first, the rest by size."""
    groups: dict[str, list[bool]] = {}
    for one in rows:
        for name in names_of(one):
            if name:
                groups.setdefault(name, []).append(one.flagged)
    placed = {name: place for place, name in enumerate(order)}
    names = sorted(groups, key=lambda name: (placed.get(name, len(order)), -len(groups[name]), name))
    return [(f"{prefix} {name}".strip(), share(groups[name])) for name in names]


def _alarms(groups: dict[str, list[Judged]]) -> str:
    lines: list[tuple[str, Share]] = []
    for name, rows in groups.items():
        if rows:
            lines.append((f"{name}, flagged", share(one.flagged for one in rows)))
            lines.append((f"{name}, blocked", share(one.blocked for one in rows)))
    return shares("false alarms", "so", lines)


def _scores(groups: dict[str, list[Judged]]) -> str:
    scores = {name: [one.report.score for one in rows] for name, rows in groups.items() if rows}
    cells = []
    for name, values in scores.items():
        parts = quartiles(values)
        apart = "" if name == "bad" else auc(scores.get("bad", ()), values)
        shown = "" if apart in ("", None) else f"{apart:.3f}"
        cells.append([name, str(len(values)), *(f"{part:g}" for part in parts or ()), shown])
    return _table(
        ["score", "rows", "lower quartile", "median", "upper quartile", "above a bad one (AUC)"], cells
    )


def shares(title: str, hits: str, lines: Sequence[tuple[str, Share]]) -> str:
    """One table of shares with their intervals; the cells of an empty group stay empty."""
    cells = []
    for name, one in lines:
        low, high = one.interval
        interval = f"{low:.1%} to {high:.1%}" if one.of else ""
        cells.append([name, str(one.of), str(one.hits), f"{one.value:.1%}" if one.of else "", interval])
    return _table([title, "of", hits, "share", "95 % interval"], cells)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, its columns padded: a terminal shows it well too."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    shown = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines]
    return "\n".join([shown[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *shown[1:]])


def listed(rows: Sequence[Judged]) -> str:
    """The misses and the false alarms, one line each, with what was found where it should not be."""
    missed = [one for one in rows if one.row.label == "bad" and not one.flagged]
    alarms = [one for one in rows if one.row.label != "bad" and one.flagged]
    lines = [f"missed: {len(missed)}", *map(_missed, missed), f"false alarms: {len(alarms)}"]
    return "\n".join([*lines, *map(_alarm, alarms)])


def _missed(one: Judged) -> str:
    about = " ".join(filter(None, (one.place, one.row.difficulty, *one.row.categories[:1])))
    underlined = f" [{_one_line(one.row.span)}]" if one.row.span else ""
    return f"  {about}: {_one_line(one.row.text)}{underlined}"


def _alarm(one: Judged) -> str:
    said = [f"{finding.rule} “{finding.text}”" for finding in one.offences]
    said += [f"{item.rule} (missing)" for item in one.report.missing if item.severity != "info"]
    return f"  {one.place} {one.row.label}: {_one_line(one.row.text)} [{_one_line('; '.join(said))}]"


def _one_line(text: str) -> str:
    return " ".join(text.split())
