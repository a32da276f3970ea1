"""A policy's folder: what is read, and the one line that a mistake gives."""

import re
from pathlib import Path

import pytest

from service.adapters.policy_files import (
    clean,
    digest,
    known_exceptions,
    load_policy,
    not_in_text,
    read_folder,
    schemas,
)
from service.adapters.yaml_text import MAX_BYTES
from service.core.compiling import compile_policy
from service.errors import PolicyError
from tests.kit.policy_folders import FILES, changed, many_rules, write, write_policy


def _mistake(folder: Path) -> str:
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    return caught.value.detail


def test_a_folder_is_read_whole(tmp_path: Path) -> None:
    """Rules, scenarios, phrasebook and company data of a folder are all there, and a bare string is a safe replacement."""
    files = load_policy(write_policy(tmp_path))
    assert [rule.id for rule in files.rules] == ["promises.guarantee", "refusal.apology"]
    assert [scenario.id for scenario in files.scenarios] == ["refund-late"]
    assert files.rules[0].replacements[0].safe
    assert files.head.company.hotline == "4000-123-123"
    assert files.phrasebook.turns[0].to == "请您稍等片刻"
    assert files.spellings[0].also == ("保正", "baozheng")


def test_the_version_says_which_files_spoke(tmp_path: Path) -> None:
    """The version is the author's and a digest of what is served: it changes with a rule, not with a test reply."""
    folder = write_policy(tmp_path)
    version = load_policy(folder).version
    assert re.fullmatch(r"1\+[0-9a-f]{8}", version)
    write(folder / "clean.yaml", "[您好。]\n")
    assert load_policy(folder).version == version
    write(folder / "rules/promises.yaml", changed("rules/promises.yaml", "尽快", "尽快地"))
    assert load_policy(folder).version != version


def test_the_digest_tells_names_from_contents() -> None:
    """Bytes that move from one file to another, or to another name, make another policy."""
    one = digest({"a": b"1", "b": b"2"})
    assert one == digest({"b": b"2", "a": b"1"})
    assert (
        len({one, digest({"a": b"12", "b": b""}), digest({"a": b"2", "b": b"1"}), digest({"ab": b"12"})}) == 4
    )


def test_the_promised_line(tmp_path: Path) -> None:
    """A misspelt kind is told just as the manual for authors shows it."""
    text = changed("rules/promises.yaml", "kind: phrase,", "kind: phrasee,")
    assert _mistake(write_policy(tmp_path / "policy", promises=text)) == (
        "policy/default/rules/promises.yaml:13:19: Invalid value 'phrasee' - at rules[0].check.kind"
    )


_PHRASE = "{kind: phrase, any: [保证, 百分之百], unless: [保证金]}"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("any: [保证", "anny: [保证", "13:27: Unknown field 'anny' - at rules[0].check.anny"),
        (
            "any: [保证, 百分之百]",
            "any: []",
            "13:32: Too few entries: at least 1 needed - at rules[0].check.any",
        ),
        (
            "any: [保证, 百分之百]",
            "any: [保证, 3]",
            "13:37: Invalid value 3: text is expected; a bare number needs quotes",
        ),
        (_PHRASE, "{any: [保证]}", "13:12: Missing field 'kind' - at rules[0].check"),
        (
            _PHRASE,
            "{kind: pattern, pattern: '.*了?'}",
            "13:12: Invalid value (a mapping): every draft would have to be searched: the pattern can do without any word - at rules[0].check",
        ),
        (
            _PHRASE,
            "{kind: pattern, pattern: (保证}",
            "13:37: Invalid value '(保证': missing )",
        ),
        (
            _PHRASE,
            "{kind: pattern, pattern: (?=保证)}",
            "13:37: Invalid value '(?=保证)': invalid",
        ),
        (
            _PHRASE,
            r"{kind: pattern, pattern: (.)\1}",
            r"13:37: Invalid value '(.)\1': invalid escape",
        ),
        (
            _PHRASE,
            "{kind: phrase, any: [(保证|担保]}",
            "13:33: Invalid value '(保证|担保': '(保证|担保' does not close a parenthesis",
        ),
        (
            _PHRASE,
            "{kind: phrase, any: [保证, (绝对)?]}",
            "13:37: Invalid value '(绝对)?': '(绝对)?' also stands for nothing at all",
        ),
        (
            _PHRASE,
            "{kind: phrase, any: [保证], where: near}",
            "13:45: Invalid value 'near', expected 'anywhere', 'clause'",
        ),
        (
            _PHRASE,
            "{kind: phrase, any: [！！]}",
            "13:12: '！！' holds no letter to look for - at rules[0].check",
        ),
        (
            "severity: error",
            "severity: fatal",
            "7:15: Invalid value 'fatal', expected 'error', 'warning' or 'info'",
        ),
        (
            "status: stable",
            "status: beta",
            "6:13: Invalid value 'beta', expected 'trial', 'stable' or 'retired'",
        ),
        (
            "promises.guarantee",
            "promises.Guarantee",
            "4:9: Invalid value 'promises.Guarantee', it must match",
        ),
        (
            "promises.guarantee",
            "promise.guarantee",
            "4:9: A rule of this file is called 'promises.…' - at rules[0].id",
        ),
        (
            "promises.guarantee",
            "refusal.apology",
            "4:9: A rule of this file is called 'promises.…' - at rules[0].id",
        ),
        (
            "theme: promises",
            "theme: promise",
            "2:8: The file is called as its theme: 'promise.yaml' - at theme",
        ),
        ("theme: promises\n", "", "2:1: Missing field 'theme' - at theme"),
        (
            "[我们会尽快]",
            "[{text: 尽快, safe: maybe}]",
            "14:37: Invalid value 'maybe': true or false is expected",
        ),
        ("    why: 承诺落空是投诉升级的首因。\n", "", "4:5: Missing field 'why' - at rules[0].why"),
        ("no_match: [您的保证金会原路退回。]", "no_match: []", "17:17: Too few entries: at least 1 needed"),
        ("rules:\n", "rules: 3\nrulez:\n", "4:1: Unknown field 'rulez' - at rulez"),
    ],
)
def test_a_mistake_in_a_rule_points_at_its_place(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """Whatever is wrong with a rule, its author gets one line that leads to the very character."""
    said = _mistake(write_policy(tmp_path / "policy", promises=changed("rules/promises.yaml", old, new)))
    if new.startswith("rules: 3"):
        expected = "3:8: Invalid value 3: a list is expected - at rules"
    assert said.startswith(f"policy/default/rules/promises.yaml:{expected}")
    assert "\n" not in said


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("policy", changed("policy.yaml", "name: default", "name: other"), "policy.yaml:1:7: The policy is called as its folder"),
        ("policy", changed("policy.yaml", "points: 8", "points: 80"), "policy.yaml:9:35: Invalid value 80: input should be less"),
        ("policy", changed("policy.yaml", '"1"', "1"), "policy.yaml:3:10: Invalid value 1: text is expected; a bare"),
        ("phrasebook", None, "phrasebook.yaml:1:1: The file is missing"),
        ("phrasebook", changed("phrasebook.yaml", "to: 请您稍等片刻", r"to: \2片刻"), "phrasebook.yaml:10:9: The pattern has no group 2"),
        ("phrasebook", changed("phrasebook.yaml", "^等着$", "^(等着$"), "phrasebook.yaml:9:14: Invalid value '^(等着$': missing )"),
        ("refund", changed("scenarios/refund.yaml", "does: take-over", "does: nothing"), "scenarios/refund.yaml:10:"),
        ("spellings", "spellings: [{of: 保证, also: []}]", "spellings.yaml:1:28: Too few entries"),
        ("refusal", "x" * (MAX_BYTES + 1), "rules/refusal.yaml:1:1: The file is over 1,000,000 bytes"),
        ("refusal", "", "rules/refusal.yaml:1:1: Invalid value null: a mapping is expected"),
        ("refusal", "theme: refusal\nrules: [", "rules/refusal.yaml:3:1: "),
    ],
)  # fmt: skip
def test_a_mistake_in_any_other_file_does_too(
    tmp_path: Path, name: str, text: str | None, expected: str
) -> None:
    """The head, the phrasebook, the scenarios and the spellings are read as strictly as the rules."""
    assert _mistake(write_policy(tmp_path / "policy", **{name: text})).startswith(
        f"policy/default/{expected}"
    )


def test_an_id_stands_once(tmp_path: Path) -> None:
    """A rule or scenario that is written twice is refused, and the line names the first place."""
    text = many_rules(1) + many_rules(1).partition("rules:\n")[2]
    folder = write_policy(tmp_path / "policy", promises=text)
    assert _mistake(folder) == (
        "policy/default/rules/promises.yaml:18:9: Id 'promises.guarantee-0' stands in "
        "policy/default/rules/promises.yaml already - at rules[1].id"
    )
    folder = write_policy(tmp_path / "policy")
    write(
        folder / "scenarios/money.yaml",
        FILES["scenarios/refund.yaml"].replace("theme: refund", "theme: money"),
    )
    assert "Id 'refund-late' stands in policy/default/scenarios/money.yaml already" in _mistake(folder)


@pytest.mark.parametrize("name", ["phrasebok.yaml", "rules.yml"])
def test_a_file_that_nobody_reads_is_a_mistake(tmp_path: Path, name: str) -> None:
    """A misspelt file name does not silently take a whole file out of force; an editor's own files are left alone."""
    folder = write_policy(tmp_path / "policy")
    write(folder / ".rules.yaml.swp", "x")
    load_policy(folder)
    write(folder / name, "a: 1")
    assert _mistake(folder) == f"policy/default/{name}:1:1: No such file belongs to a policy"


def test_a_folder_without_a_head_is_no_policy(tmp_path: Path) -> None:
    """A folder that is not there, or has no policy.yaml, says so in the same form."""
    assert _mistake(tmp_path / "default").endswith("/default/policy.yaml:1:1: The file is missing")


def test_the_lists_for_the_tests_are_read_too(tmp_path: Path) -> None:
    """Clean replies may be bare or carry a context; a list that is not there is empty."""
    folder = write_policy(tmp_path)
    assert [entry.context.channel for entry in clean(folder)] == [None, "phone"]
    assert known_exceptions(folder) == ()
    assert not_in_text(folder)[0].manual_id == "Z01"
    write(folder / "clean.yaml", "- {text: 您好, contxt: {}}")
    with pytest.raises(PolicyError, match=r"clean.yaml:1:14: Unknown field 'contxt'"):
        clean(folder)
    write(folder / "clean.yaml", None)
    assert clean(folder) == ()


def test_ten_thousand_rules_are_no_trouble(tmp_path: Path) -> None:
    """A policy far larger than any manual is read and compiled, and every rule of it is in force."""
    folder = write_policy(tmp_path, promises=many_rules(1000))
    for part in range(1, 10):
        text = many_rules(1000, 1000 * part).replace("promises", f"promises-{part}")
        write(folder / f"rules/promises-{part}.yaml", text)
    assert len(compile_policy(load_policy(folder)).rules) == 10_001


def test_only_what_is_served_is_watched(tmp_path: Path) -> None:
    """The files whose change makes another policy are the head, rules, scenarios, phrasebook and spellings."""
    assert set(read_folder(write_policy(tmp_path))) == {
        "policy.yaml", "phrasebook.yaml", "spellings.yaml", "rules/promises.yaml", "rules/refusal.yaml", "scenarios/refund.yaml",
    }  # fmt: skip


def test_editors_are_told_what_may_stand_in_each_file() -> None:
    """There is a schema for each kind of file, and it takes a bare string for a replacement or an example."""
    made = schemas()
    assert set(made) == {
        f"{name}.schema.json"
        for name in ("policy", "rules", "scenarios", "phrasebook", "spellings", "clean", "known-exceptions", "not-in-text")
    }  # fmt: skip
    assert '"discriminator"' in made["rules.schema.json"]
    assert '"#/$defs/ReplacementEntry"' in made["rules.schema.json"]
    assert '"additionalProperties": false' in made["rules.schema.json"]
