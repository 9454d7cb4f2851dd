"""The console script: one front door to rehearsal, diagnosis and audit. Commands are thin; the packages do the work.

Everything slow is imported by the command that needs it, so `--help` answers at once.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from brightbroom.exits import CommandError, ExitCode

app = typer.Typer(
    name="brightbroom",
    help="BrightBroom's infrastructure: rehearse it without an account, see what a real deployment needs, and audit it.",
    epilog="Exit codes: 0 fine, 1 bug of ours, 2 bad input or settings, 3 policy violation or altered evidence, "
    "4 vendor refusal or fault, 5 drift found.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _options(
    context: typer.Context,
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")] = False,
) -> None:
    context.obj = debug


@app.command()
def rehearse(
    *,
    stack: Annotated[
        list[str] | None, typer.Option("--stack", "-s", help="Stack to rehearse; all of them by default.")
    ] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option(help="Instead: up, no-op, edit, replace, drift, refused, killed, destroy or all. Repeatable."),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="AREA.KEY=VALUE", help="Change a setting for this run, as YAML. Repeatable."),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep/--fresh", help="Go on from what the last rehearsal left, or start afresh.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show every resource by itself, with what it is made with.")
    ] = False,
    points: Annotated[
        int, typer.Option(min=0, help="How many journal points `killed` visits of each operation; 0 for all.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
) -> None:
    """Bring the stacks up on local clouds, policies enforced: preview, apply, outputs, and an empty second preview."""
    from rehearsal.pace import fewer_collections

    with fewer_collections():
        from brightbroom import playing
        from brightbroom import rehearse as rehearsing
        from brightbroom.console import Voice
        from brightbroom.plays import parse_changes

        request = rehearsing.Request(Path.cwd(), stack or [], parse_changes(changes or []), keep, verbose)
        voice = Voice(silent=as_json)
        if scenario:
            outcomes = playing.play_scenarios(request, playing.chosen_scenarios(scenario), points, voice)
            document, code = playing.document(outcomes) if as_json else "", playing.code_of(outcomes)
        else:
            reports = rehearsing.rehearse(request, voice)
            document, code = rehearsing.document(reports) if as_json else "", rehearsing.worst(reports)
    if as_json:
        typer.echo(document)
    raise typer.Exit(code)


@app.command()
def doctor(
    *,
    stack: Annotated[
        list[str] | None, typer.Option("--stack", "-s", help="Stack to look at; all of them by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    install_engine: Annotated[
        bool, typer.Option("--install-engine", help="Download the pinned `pulumi` first, by its own installer.")
    ] = False,
) -> None:
    """Say what a real deployment from this machine still needs, with the line that mends each."""
    from brightbroom import doctor as examination

    if install_engine:
        typer.echo(examination.install_engine())
    report = examination.examine(Path.cwd(), stack or [])
    typer.echo(examination.as_json(report) if as_json else examination.as_text(report))
    raise typer.Exit(ExitCode.FINE if report.healthy else ExitCode.INPUT)


audits = typer.Typer(
    help="What the policies say about deployed state: a report, or evidence that is kept, signed and chained.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
)
app.add_typer(audits, name="audit")


@audits.callback()
def audit(
    context: typer.Context,
    *,
    stack: Annotated[
        list[str] | None, typer.Option("--stack", "-s", help="Stack whose rehearsed state is read; all by default.")
    ] = None,
    state: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="What `pulumi stack export` wrote. Repeatable.")
    ] = None,
    at: Annotated[str, typer.Option(metavar="TIME", help="Judge as of then: 2026-11-25T12:00:00Z.")] = "",
    kind: Annotated[
        str,
        typer.Option(
            "--format",
            help="For people: table, markdown (a pull request's comment), html (the report). For machines: json (the record), "
            "sarif (every answer), alerts (SARIF of violations alone, for code scanning), junit (CI), ocsf (security data "
            "lakes), oscal (compliance tools).",
        ),
    ] = "table",
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the format there.")] = None,
    evidence: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Add the run, in all formats, to the chain in this folder.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Ed25519 key in PEM form; or BRIGHTBROOM_EVIDENCE_KEY.")
    ] = None,
    unsigned: Annotated[bool, typer.Option("--unsigned", help="Keep the evidence without a signature.")] = False,
    keyless: Annotated[
        bool, typer.Option("--keyless", help="Sign by `cosign` with the identity of the CI job.")
    ] = False,
    settings: Annotated[Path, typer.Option(metavar="DIR", help="Folder of Pulumi.<stack>.yaml.")] = Path(),
) -> None:
    """Judge deployed state: every rule on every resource, with the reason where one does not apply."""
    if context.invoked_subcommand:
        return
    from brightbroom import audit as auditing

    answer = auditing.audit(
        auditing.Request(
            stacks=stack or [],
            states=state or [],
            settings=settings,
            at=at,
            format=kind,
            output=output,
            evidence=evidence,
            key=key,
            unsigned=unsigned,
            keyless=keyless,
        )
    )
    if answer.content:
        typer.echo(answer.content, nl=False)
    for line in answer.said:
        typer.echo(line, err=True)
    raise typer.Exit(answer.code)


@audits.command()
def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The evidence folder.")],
    *,
    public_key: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A key that runs may be signed by, as you know it. Repeatable."),
    ] = None,
    expect_head: Annotated[
        str | None, typer.Option(metavar="SHA", help="The head as it was noted down elsewhere.")
    ] = None,
) -> None:
    """Check a chain of evidence offline: what is missing, added or altered, and whether the signatures fit."""
    from brightbroom import audit as auditing

    found, code = auditing.verify(folder, public_key or [], expect_head)
    typer.echo(auditing.as_text(found))
    raise typer.Exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; every error becomes one message on standard error."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        outcome = typer.main.get_command(app).main(given, prog_name="brightbroom", standalone_mode=False)
    except TyperException as error:
        _say(error.format_message() + " (see `brightbroom --help`)")
        return ExitCode.INPUT
    except CommandError as error:
        _say(str(error))
        return error.code
    except SystemExit:  # Typer's answer to a reader of the output that left: nobody to tell
        return ExitCode.FINE
    except Exception as error:  # noqa: BLE001 - the edge: an unexpected error is a bug of ours and ends here
        if "--debug" in given:
            typer.echo("".join(_trace(error)), err=True, nl=False)
        _say(f"a bug of ours: {_described(error)}; `brightbroom --debug ...` shows the traceback")
        return ExitCode.BUG
    if outcome == ExitCode.INTERRUPTED:
        _say("interrupted; what was done stands in the state, and the next run goes on from there")
    return int(outcome or 0)


def _described(error: Exception) -> str:
    """Type and place, but not the text: nobody vouches that an unexpected error's text holds no secret."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"


def _trace(error: BaseException) -> Iterator[str]:
    """The way to an error and to those before it, the first one first: types and places, no texts, as above."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _trace(before)
        yield "\nThen:\n\n"
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__name__}\n"


def _say(message: str) -> None:
    typer.echo(f"brightbroom: {message}", err=True)
