"""The commands of `script-coach` as an operator types them: what comes out, and the exit code."""

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.adapters.keys import KeyFile
from service.cli import cli
from service.cli.serving import address_of, bind
from service.errors import SettingsError, SetupError

BAD, POLITE, TERSE = "不知道，你找领导去。", "您好，好的。", "你的包裹在路上。"


def _run(*arguments: str, sent: bytes | None = None) -> Result:
    return CliRunner().invoke(cli, list(arguments), input=sent)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("check", POLITE), 0),
        (("check", BAD), 1),
        (("check", BAD, "--fail-on", "never"), 0),
        (("check", TERSE), 0),
        (("check", TERSE, "--fail-on", "warning"), 1),
        (("rewrite", BAD), 0),
        (("rewrite", BAD, "--engine", "phrasebook", "--json"), 0),
    ],
)
def test_the_exit_code_says_what_was_found(arguments: tuple[str, ...], code: int) -> None:
    """0 is fine and 1 a finding at or above `--fail-on`, so a script can stop a draft."""
    assert _run(*arguments).exit_code == code


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", ""),
        ("check", " \u200b\n"),
        ("check", "字" * 50_001),
        ("check", POLITE, "--customer", "字" * 10_001),
        ("check", "\udcff不知道"),
        ("check", POLITE, "--surname", "\udcff"),
        ("check", POLITE, "--channel", "fax"),
        ("nothing",),
    ],
)
def test_a_mistake_in_the_call_is_a_2(arguments: tuple[str, ...]) -> None:
    """A call that cannot be answered is told apart from a draft that is bad, and leaves standard output empty."""
    done = _run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(("Error: ", "Usage: "))


@pytest.mark.parametrize("draft", ["😀", "？"])
def test_what_shows_is_no_blank_draft(draft: str) -> None:
    """The command line and the service agree on what is blank."""
    assert _run("check", draft).exit_code == 0


@pytest.mark.parametrize(
    "sent", [f"{BAD}\n".encode(), f"{BAD}\r\n".encode(), f"\ufeff{BAD}".encode(), BAD.encode()]
)
def test_a_draft_comes_from_standard_input(sent: bytes) -> None:
    """`-` reads UTF-8, whatever the locale; the mark and the line end that tools put around it are not the draft."""
    done, given = _run("check", "-", "--json", sent=sent), _run("check", BAD, "--json")
    assert (done.exit_code, done.stdout) == (1, given.stdout)
    assert '"span":{"start":0,"end":3}' in done.stdout


@pytest.mark.parametrize("sent", ["不知道。".encode("gb18030"), b"\xff\xfe", "不知道".encode("utf-16")])
def test_other_encodings_are_refused(sent: bytes) -> None:
    """A file in another encoding is told as such, and never checked as something it is not."""
    done = _run("check", "-", sent=sent)
    assert done.exit_code == 2
    assert "not UTF-8" in done.stderr


@pytest.mark.parametrize("tenant", ["shop", "no", "123", "a:b", "{x}", "租户", "it's", '"', "#1"])
def test_a_key_line_fits_any_tenant(tenant: str, tmp_path: Path) -> None:
    """What `key` prints can be pasted into the key file as it stands, and lets that tenant in."""
    done = _run("key", tenant)
    assert done.exit_code == 0
    head, _, lines = done.stdout.partition("COACH_API_KEYS:\n")
    (tmp_path / "keys.yaml").write_text(lines, encoding="utf-8")
    caller = KeyFile(tmp_path / "keys.yaml", b"s" * 32).find(head.splitlines()[1].strip())
    assert caller is not None
    assert caller.tenant == tenant


@pytest.mark.parametrize("tenant", ["", "a b", "x" * 101])
def test_a_tenant_that_the_file_would_refuse_gets_no_key(tenant: str) -> None:
    """A key whose line would stop the next start is not made in the first place."""
    done = _run("key", tenant)
    assert isinstance(done.exception, SettingsError)
    assert done.stdout == ""


def test_a_port_in_use_is_told() -> None:
    """Who starts a second service on one port reads so in one line that names host and port."""
    (first,) = bind("127.0.0.1", 0)
    with first:
        first.listen()
        port = first.getsockname()[1]
        assert address_of("127.0.0.1", [first]) == f"http://127.0.0.1:{port}"
        with pytest.raises(SetupError, match=rf"^127\.0\.0\.1:{port} cannot be listened on: ") as told:
            bind("127.0.0.1", port)
    assert "\n" not in told.value.detail


def test_a_host_of_others_is_told() -> None:
    """An address that is not this machine's is a mistake in the set-up, not a crash."""
    with pytest.raises(SetupError, match="cannot be listened on"):
        bind("192.0.2.1", 0)


def test_a_name_of_this_machine_will_do() -> None:
    """`localhost` is served on whatever it means here."""
    listening = bind("localhost", 0)
    try:
        assert {one.family for one in listening} <= {socket.AF_INET, socket.AF_INET6}
    finally:
        for one in listening:
            one.close()
