"""Planted secrets: nothing that a rehearsal writes or says holds one in plain text, nor a secret that was made on the way."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from brightbroom import rehearse
from brightbroom.cli import main
from brightbroom.console import Voice
from brightbroom.needs import needs_of, read_config
from brightbroom.plays import play_of
from rehearsal import report
from rehearsal.clouds import Fault, FaultPlan
from rehearsal.engine import Event, Operation, ResourceState
from rehearsal.engine.values import secret_texts
from rehearsal.scenarios import UNPROTECTED
from rehearsal.stage import Play, Stage
from tests.planting import Planter, leaks

ROOT = Path(__file__).parent.parent
STACKS = ["staging", "production"]
MEANINGFUL = 12  # characters; a shorter secret is found by chance


def _canaries(stack: str) -> dict[str, str]:
    needs = needs_of(read_config(ROOT, stack), stack)
    names = (*needs.secrets, *needs.optional, *needs.tokens)
    return {name: f"canary/{name}+{'x' * 24}{'@example.invalid' if 'EMAIL' in name else ''}" for name in names}


def _planted(stack: str) -> Play:
    return replace(play_of(ROOT, stack), given=_canaries(stack))


def _made(play: Play, resources: Sequence[ResourceState]) -> set[str]:
    """What is secret in a state, but for what is so by its place alone: ids and settings that a workflow is given as secrets,
    and public variables, whose values Vercel's schema marks with those of all others."""
    secret = [item for item in resources if item.inputs.get("sensitive") is not False]
    values = [value for item in secret for value in (*item.inputs.values(), *item.outputs.values())]
    ids, settings = {item.id for item in resources}, " ".join(play.project.config.values())
    return {text for text in secret_texts(values) - ids if len(text) >= MEANINGFUL and json.dumps(text) not in settings}


def _forms(secrets: Iterable[str]) -> Iterator[bytes]:
    """A secret as it is, as JSON, in a URL, and in base64."""
    for secret in secrets:
        yield from {
            secret.encode(),
            json.dumps(secret)[1:-1].encode(),
            quote(secret, safe="").encode(),
            base64.b64encode(secret.encode()).rstrip(b"="),
        }


def _leaks(folder: Path, texts: Iterable[str], secrets: Iterable[str]) -> list[str]:
    """Where a secret stands in plain text."""
    written = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    said = {f"text {number}": text.encode() for number, text in enumerate(texts)}
    forms = list(_forms(secrets))
    return [place for place, content in {**written, **said}.items() if any(form in content for form in forms)]


@pytest.mark.parametrize("stack", STACKS)
def test_no_secret_is_written_or_told(tmp_path: Path, stack: str) -> None:
    play = _planted(stack)
    events: list[Event] = []
    texts: list[str] = []
    secrets = set(play.given.values())
    open_play = replace(play_of(ROOT, stack, UNPROTECTED), given=play.given)
    with Stage(play, tmp_path) as stage:
        for operation in (Operation.PREVIEW, Operation.UP, Operation.REFRESH, Operation.UP, Operation.DESTROY):
            edited = open_play if operation is Operation.DESTROY else play
            if edited is open_play:
                stage.run(Operation.UP, play=edited, policies=False)
            result = stage.run(operation, play=edited, on_event=events.append)
            assert result.failures == []
            texts += [json.dumps(report.document(result)), *(str(line) for line in report.tree(result, verbose=True))]
            secrets |= _made(play, result.resources)
            assert _leaks(tmp_path, [*texts, json.dumps(events)], secrets) == []
    assert len(secrets) > len(play.given) + 5, "what the vendors and the program made was not looked for"


BAD: dict[str, object] = {
    "headers.strictTransportSecurity": "max-age=60",
    "headers.referrerPolicy": "unsafe-url",
    "headers.frameOptions": "ALLOWALL",
    "hosting.productionBranch": "main",
    "database.historyHours": 6,
    "monitoring.eventsEndpoint": "https://events.example.org/in",
    "application.features": {"TOKEN": True},
}
"""Settings that rules find fault with, so that they quote what they saw."""


@pytest.mark.parametrize("served", [False, True])
def test_a_violation_tells_no_secret(tmp_path: Path, *, served: bool) -> None:
    planter = Planter(5)
    given = {
        name: f"{planter.plain()}{'@example.invalid' if 'EMAIL' in name else ''}" for name in _canaries("production")
    }
    events: list[Event] = []
    with Stage(replace(play_of(ROOT, "production", BAD), given=given), tmp_path, fresh=True) as stage:
        result = stage.run(Operation.PREVIEW, serve_policies=served, on_event=events.append)
    told = {
        "findings": "\n".join(f"{found} {found.before} {found.after}" for found in result.findings),
        "events": json.dumps(events),
        "document": json.dumps(report.document(result)),
        "tree": "\n".join(str(line) for line in report.tree(result, verbose=True)),
    }
    assert len({found.policy for found in result.findings}) > 5
    assert leaks(told, planter.planted) == []


@pytest.mark.parametrize("stack", STACKS)
def test_a_vendor_that_refuses_tells_no_secret(tmp_path: Path, stack: str) -> None:
    kind = "vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable"
    refusal = Fault("create", type=kind, status=400, code="bad_request", message="the value cannot be used")
    play = _planted(stack)
    with Stage(play, tmp_path, faults=FaultPlan((refusal,))) as stage:
        result = stage.run(Operation.UP)
    assert "the value cannot be used" in result.failures[0].message
    assert _leaks(tmp_path, [repr(result.failures), json.dumps(report.document(result))], play.given.values()) == []


def test_the_command_line_tells_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    play = _planted("production")
    monkeypatch.setattr(rehearse, "play_of", lambda *_: play)
    monkeypatch.setattr(rehearse, "DATA", str(tmp_path))
    request = rehearse.Request(ROOT, ["production"], verbose=True)
    reports = rehearse.rehearse(request, Voice())
    assert rehearse.worst(reports) == 0
    captured = capsys.readouterr()
    assert "[secret]" in captured.out
    texts = [captured.out, captured.err, rehearse.document(reports)]
    assert _leaks(tmp_path, texts, play.given.values()) == []


def test_a_secret_under_a_wrong_key_is_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.production.yaml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        text = text.replace(
            "  brightbroom-infra:payments:\n", "  brightbroom-infra:payments:\n    passphrase: canary-9d1f\n"
        )
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["rehearse"]) == 2
    captured = capsys.readouterr()
    assert "payments.passphrase: is not a setting" in captured.err
    assert "canary-9d1f" not in captured.out + captured.err


def test_a_leak_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("url=postgres://user:canary%2Fa%2Bb@host", encoding="utf-8")
    assert _leaks(tmp_path, ["fine", base64.b64encode(b"canary/a+b").decode()], ["canary/a+b"]) == ["file", "text 1"]
