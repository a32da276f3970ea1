"""The commands of `script-coach`. Exit codes: 0 fine, 1 findings at or above `--fail-on`, 2 a mistake in the call.

Whatever only one command needs is imported there, so that a check answers in a fraction of a second.
"""
# ruff: noqa: PLC0415

import asyncio
import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from service.core.blank import is_blank
from service.core.results import MAX_DRAFT_CHARS, MAX_TEXT_CHARS, Draft
from service.errors import CoachError

LEVELS = ("info", "warning", "error", "never")


class Mistake(click.ClickException):
    """Something about the call or the set-up is wrong."""

    exit_code = 2


def main() -> None:
    """The entry point: a `CoachError` is one line on standard error and exit code 2."""
    try:
        cli(prog_name="script-coach")
    except CoachError as mistake:
        click.echo(f"Error: {mistake.detail}", err=True)
        sys.exit(2)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="script-coach")
def cli() -> None:
    """话术教练 Script coach: check and rewrite customer-service drafts."""


def draft_options(command: Callable[..., None]) -> Callable[..., None]:
    """The draft, what is known around it, and how to answer."""
    options = (
        click.argument("text"),
        click.option("--customer", "customer_message", metavar="TEXT", help="What the customer wrote."),
        click.option("--scenario", metavar="ID", help="The situation; else matched from --customer."),
        click.option("--channel", type=click.Choice(["phone", "chat", "email", "ticket"])),
        click.option("--stage", type=click.Choice(["opening", "middle", "closing"])),
        click.option("--surname", help="The customer's surname."),
        click.option("--title", help="The customer's title, such as 先生 or 女士."),
        click.option("--agent-id", help="The agent's employee number."),
        click.option("--policy", default="default", show_default=True),
        click.option("--json", "as_json", is_flag=True, help="Answer with the JSON of the HTTP contract."),
        click.option("--fail-on", type=click.Choice(LEVELS), default="error", show_default=True),
    )
    for option in reversed(options):
        command = option(command)
    return command


def read_draft(text: str, context: dict[str, Any]) -> Draft:
    """The draft of a call; `-` reads standard input. Raises `Mistake`."""
    if text == "-":
        try:
            # The bytes: what a text stream makes of wrong ones depends on the locale.
            text = sys.stdin.buffer.read().decode("utf-8-sig").rstrip("\r\n")
        except UnicodeDecodeError:
            raise Mistake("standard input is not UTF-8") from None
    if is_blank(text):
        raise Mistake("the draft is blank")
    if len(text) > MAX_DRAFT_CHARS:
        raise Mistake(f"the draft is longer than {MAX_DRAFT_CHARS:,} characters")
    given = {name: value for name, value in context.items() if value is not None}
    if any(len(value) > MAX_TEXT_CHARS for value in given.values()):
        raise Mistake(f"an option is longer than {MAX_TEXT_CHARS:,} characters")
    # Bytes of the command line that are no UTF-8 arrive as lone surrogates, which no answer can hold.
    if any("\ud800" <= char <= "\udfff" for value in (text, *given.values()) for char in value):
        raise Mistake("the command line is not UTF-8")
    return Draft(text=text, **context)


@cli.command()
@draft_options
def check(text: str, *, as_json: bool, fail_on: str, **context: Any) -> None:
    """What the policy says of TEXT (`-`: standard input)."""
    from service.cli.printing import exit_code, report_lines
    from service.settings import read_settings
    from service.web.wire import checked_bytes
    from service.wiring import build

    draft = read_draft(text, context)
    coach = build(read_settings(), with_model=False)
    checked = coach.check_here(draft, coach.local_caller())
    if as_json:
        click.echo(checked_bytes(checked, draft.text).decode())
    else:
        click.echo("\n".join(report_lines(checked.report)))
    sys.exit(exit_code(checked.report, fail_on))


@cli.command()
@draft_options
@click.option("--mode", type=click.Choice(["polish", "minimal"]), default="polish", show_default=True)
@click.option(
    "--engine", type=click.Choice(["auto", "model", "phrasebook"]), default="auto", show_default=True
)
def rewrite(text: str, *, as_json: bool, fail_on: str, **context: Any) -> None:
    """A reply in the manual's style for TEXT (`-`: standard input), proven; exit code 1 when there is none."""
    from service.cli.printing import rewrite_lines
    from service.settings import read_settings
    from service.web.wire import rewrite_bytes
    from service.wiring import build

    # A single call from a shell shares nothing with other calls: no store is started for it.
    draft = dataclasses.replace(read_draft(text, context), cache="bypass")
    coach = build(read_settings(), with_model=draft.engine != "phrasebook")

    async def answer() -> Any:
        try:
            return await coach.rewrite(draft, coach.local_caller())
        finally:
            await coach.close()

    done = asyncio.run(answer())
    if as_json:
        click.echo(rewrite_bytes(done).decode())
    else:
        click.echo("\n".join(rewrite_lines(done)))
    sys.exit(1 if done.text is None and fail_on != "never" else 0)


@cli.command()
@click.argument("message")
@click.option("--scenario", metavar="ID", help="The situation; else matched from MESSAGE.")
@click.option("--channel", type=click.Choice(["phone", "chat", "email", "ticket"]))
@click.option("--stage", type=click.Choice(["opening", "middle", "closing"]))
@click.option("--surname", help="The customer's surname.")
@click.option("--title", help="The customer's title, such as 先生 or 女士.")
@click.option("--agent-id", help="The agent's employee number.")
@click.option("--policy", default="default", show_default=True)
@click.option("--count", type=click.IntRange(1, 3), default=3, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Answer with the JSON of the HTTP contract.")
def suggest(message: str, *, count: int, as_json: bool, **context: Any) -> None:
    """Replies to a customer's MESSAGE (`-`: standard input), each proven; exit code 1 when there is none."""
    from service.cli.printing import suggestion_lines
    from service.settings import read_settings
    from service.web.wire import suggestions_bytes
    from service.wiring import build

    asked = read_draft(message, context)
    if len(asked.text) > MAX_TEXT_CHARS:
        raise Mistake(f"the message is longer than {MAX_TEXT_CHARS:,} characters")
    draft = dataclasses.replace(asked, text="", customer_message=asked.text, cache="bypass")
    coach = build(read_settings())

    async def answer() -> Any:
        try:
            return [event async for event in coach.suggestions(draft, count, coach.local_caller())][-1]
        finally:
            await coach.close()

    done = asyncio.run(answer())
    if as_json:
        click.echo(suggestions_bytes(done).decode())
    else:
        click.echo("\n".join(suggestion_lines(done)))
    sys.exit(0 if done.suggestions else 1)


@cli.command()
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "name",
    metavar="NAME",
    help="jsonl, csv, xlsx, zendesk, chatwoot, qianniu or json; else known by the file.",
)
@click.option("--text-field", metavar="NAME", help="The column or field of the text; else found by itself.")
@click.option(
    "--context-field",
    "context_fields",
    metavar="NAME",
    multiple=True,
    help="A column that tells about the customer; may be repeated.",
)
@click.option("--mode", type=click.Choice(["polish", "minimal"]), default="polish", show_default=True)
@click.option(
    "--engine", type=click.Choice(["auto", "model", "phrasebook"]), default="auto", show_default=True
)
@click.option("--policy", default="default", show_default=True)
@click.option("--dry-run", is_flag=True, help="Only check; OUT is a copy of IN.")
@click.option(
    "--report",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A report beside it: .html to show, .json to go on with.",
)
@click.option("--fail-on", type=click.Choice(LEVELS), default="error", show_default=True)
def bulk(
    source: Path, target: Path, name: str | None, report: Path | None, fail_on: str, **order: Any
) -> None:
    """Put a file of macros right: IN stays, OUT is the same file with better texts. Run again, it goes on where it stopped."""
    from service.cli.bulking import Paths
    from service.cli.bulking import bulk as run
    from service.core.jobs import Order

    sys.exit(run(Paths(source, target, report), Order(format=name or "", filename="", **order), fail_on))


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--no-worker", is_flag=True, help="Leave the bulk worker to another process.")
def serve(host: str, port: int, *, no_worker: bool) -> None:
    """Serve the HTTP contract."""
    from service.cli.serving import serve as run

    run(host, port, with_worker=not no_worker)


@cli.command()
@click.option("--beside", is_flag=True, hidden=True, help="Give way to a server, and end with it.")
def worker(*, beside: bool) -> None:
    """Work on bulk jobs until told to stop."""
    from service.cli.working import work

    work(beside=beside)


@cli.group("policy")
def policy_group() -> None:
    """The policy files."""


@policy_group.command("test")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
def policy_test(folder: Path | None) -> None:
    """Run every rule on its own examples, and the clean replies on every rule."""
    from service.cli.printing import policy_failures
    from service.settings import read_settings

    folders = (
        [folder] if folder else sorted(p.parent for p in read_settings().policy_dir.glob("*/policy.yaml"))
    )
    if not folders:
        raise Mistake("there is no policy")
    failed = False
    for one in folders:
        summary, failures = policy_failures(one)
        for line in failures:
            click.echo(line)
        click.echo(summary)
        failed = failed or bool(failures)
    sys.exit(1 if failed else 0)


@policy_group.command("show")
@click.option("--policy", default="default", show_default=True)
def policy_show(policy: str) -> None:
    """List the rules as loaded."""
    from service.settings import read_settings
    from service.wiring import build

    coach = build(read_settings(), with_model=False)
    files = coach.policy(policy, coach.local_caller()).files
    click.echo(f"{files.head.name} {files.version}: {files.head.title}")
    for rule in files.rules:
        click.echo(f"{rule.severity.value:<8} {rule.id:<44} {rule.title}")


@cli.command()
@click.argument("tenant")
def key(tenant: str) -> None:
    """Make an API key for TENANT: the key, and the line for the key file."""
    from service.adapters.keys import key_line, new_key

    fresh = new_key()
    line = key_line(tenant, fresh)
    click.echo(f"Key (shown once, give it to {tenant}):\n  {fresh}\n\nLine for the file of COACH_API_KEYS:")
    click.echo(f"keys:\n{line}")


@cli.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    from service.web.documents import render_openapi

    click.echo(render_openapi(), nl=False)
