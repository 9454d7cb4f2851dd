"""Secrets planted in states: no format, no evidence, no message of an audit holds a piece of one.

What is a secret is known by the engine's mark, by a name or by a form; one that is known by none of them no program can tell
from other text, and names of resources are public. Everything else is planted here: every other text of a state becomes one, and
every third property is ruined, so that nearly every rule fires and quotes what it saw.
"""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from audit.canonical import dumps
from audit.formats import FORMATS, render
from brightbroom.cli import main
from brightbroom.exits import ExitCode
from policies.catalogue import levels, registry, waiver_file
from policies.catalogue import types as t
from policies.catalogue.secret_names import is_secret_name
from tests.audit import chains, states
from tests.audit.states import SECRET, SIGNATURE, Document, item, plaintext, resources_of
from tests.planting import Planter, leaks

AT = ("--at", "2026-11-25T12:00:00Z")
VARIANTS = 10
HELD = 3
"""Secrets that a resource of their own holds, and that stand in any other text too."""

WORKFLOW = """\
on: pull_request_target
jobs:
  {0}:
    steps:
      - uses: actions/checkout@{0}
        with: {{ref: "${{{{ github.event.pull_request.head.sha }}}}", token: {0}}}
      - run: curl -H 'Authorization: {1}' {2} && npx vercel deploy --token {0}
        env: {{API_TOKEN: {3}}}
"""


def ruined(seed: int, stack: str) -> tuple[Document, Planter]:
    """A rehearsed state in which every third property is another one and every other text a secret."""
    planter = Planter(seed)
    planter.planted = [planter.plain(), planter.wild(), planter.wild()]
    document = states.rehearsed(stack)
    resources_of(document).extend(_strangers(planter, stack))
    for resource in sorted(resources_of(document), key=lambda resource: str(resource["urn"])):
        changed = {key: _planted(value, key, planter) for key, value in sorted(resource.get("inputs", {}).items())}
        for side in ("inputs", "outputs"):
            _ruin(resource.get(side, {}), changed, planter)
        for key, value in sorted(resource.get("outputs", {}).items()):
            if key not in changed:
                resource["outputs"][key] = _planted(value, key, planter)
        if planter.chance.random() < 0.2:
            resource.pop("protect", None)
            resource["ignoreChanges"] = [planter.formed()]
        if planter.chance.random() < 0.2:
            resource.pop("additionalSecretOutputs", None)
    resources_of(document).extend(_holders(planter, stack))
    return document, planter


def _ruin(properties: Document, changed: Document, planter: Planter) -> None:
    for key, value in changed.items():
        fate = planter.chance.random()
        if fate < 0.12:
            properties.pop(key, None)
        elif key in properties:
            properties[key] = copy.deepcopy(_other(value) if fate < 0.2 else value)


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return {int: 0, list: [], dict: {}}.get(type(value), value)


def _planted(value: Any, name: str, planter: Planter) -> Any:
    """A value of a state with secrets in it, as they may stand there."""
    if isinstance(value, dict) and SIGNATURE in value:
        return planter.chance.choice((value, {**SECRET, "ciphertext": planter.wild()}, plaintext(planter.any())))
    if planter.chance.random() < 0.04:
        return {**plaintext(""), "plaintext": json.dumps({"a": [planter.any(), {"b": planter.wild()}], "c": value})}
    if isinstance(value, dict):
        found = {key: _planted(inner, key, planter) for key, inner in value.items()}
        if is_secret_name(str(found.get("key"))) and isinstance(found.get("value"), str):
            found["value"] = planter.any()
        return found
    if isinstance(value, list):
        return [_planted(inner, name, planter) for inner in value]
    return _text(value, name, planter) if isinstance(value, str) else value


def _text(value: str, name: str, planter: Planter) -> Any:
    if is_secret_name(name):
        return planter.any()
    fate = planter.chance.random()
    if fate < 0.15:
        return plaintext(planter.any())
    known = planter.formed() if fate < 0.35 else planter.chance.choice(planter.planted[:HELD])
    if value.startswith('"') and fate < 0.5:
        return json.dumps(f"{value[1:-1]} {known}")
    return known if fate < 0.3 else f"{value} {known}" if fate < 0.5 else value


def _strangers(planter: Planter, stack: str) -> Iterator[Document]:
    """Resources that hold secrets where no shipped stack has one."""
    formed, known = planter.formed, planter.chance.choice(planter.planted[:HELD])
    one = functools.partial(item, stack=stack)
    yield one(t.GITHUB_FILE, "workflow", {
        "file": ".github/workflows/ci.yml",
        "content": WORKFLOW.format(planter.token(), planter.bearer(), planter.query(), known),
        "commitMessage": formed(),
    })  # fmt: skip
    yield one(t.GITHUB_FILE, "secret-file", {"file": f"{planter.token()}.txt", "content": known})
    yield one(t.GITHUB_SECRET, "repository", {"secretName": planter.token(), "plaintextValue": planter.wild()})
    yield one(t.GITHUB_ENVIRONMENT_SECRET, "kept", {"secretName": "VERCEL_ORG_ID", "encryptedValue": planter.wild()})
    yield one(t.GITHUB_VARIABLE, "public", {"variableName": planter.token(), "value": known})
    yield one(t.GITHUB_VARIABLE, "public-too", {"variableName": "API_TOKEN", "value": planter.any()})
    yield one(t.GITHUB_WEBHOOK, "hook", {
        "configuration": {"url": planter.address("hooks.example", "http"), "secret": planter.wild(), "insecureSsl": True}
    })  # fmt: skip
    yield one(t.VERCEL_WEBHOOK, "events", {"endpoint": f"http://x.example/{known}", "secret": planter.wild()})
    yield one(t.VERCEL_LOG_DRAIN, "drain", {
        "endpoint": planter.query().replace("https", "http"), "headers": {"Authorization": planter.bearer()},
        "sources": [formed(), known], "environments": [known], "samplingRate": 0.5,
    })  # fmt: skip
    yield one(t.VERCEL_AUDIT_LOG_DRAIN, "audits", {
        "http": {"endpoint": planter.address("in.example", "http"), "headers": {"Authorization": planter.bearer()}}
    })  # fmt: skip
    yield one(t.VERCEL_VARIABLES, "variables", {"variables": [
        {"key": planter.token(), "value": planter.any(), "sensitive": True, "targets": [known, "production"]},
        {"key": f"VITE_{planter.token()}", "value": planter.plain(), "comment": formed(), "sensitive": True},
        {"key": "VITE_API_TOKEN", "value": planter.wild(), "comment": f"rotated=2020-01 {known}"},
        {"key": "PAYFAST_URL", "value": planter.address("www.payfast.co.za", "https"), "targets": ["production"]},
        {"key": "PAYFAST_HOST", "value": planter.query("sandbox.payfast.co.za"), "targets": ["production"]},
        {"key": "DATABASE_URL", "value": planter.address(), "targets": ["preview", formed()]},
        {"key": "SHADOW_URL", "value": f"http://{known}", "visibility": "config"},
    ]})  # fmt: skip
    yield one(t.VERCEL_DEPLOYMENT, "deployment", {"environment": {planter.token(): known, "API_TOKEN": planter.any()}})
    yield one(
        "pulumi:providers:vercel", "bare", {"apiToken": planter.any(), "version": planter.token(), "nested": known}
    )
    marked = {"one": {"deep": [planter.any(), {"deeper": planter.plain()}]}, "two": known}
    yield one(t.SENTRY_KEY, "marked", marked, additionalSecretOutputs=["one"], id=planter.token())
    yield one("a:b:Unknown", "unknown", {"list": [[planter.token()], known]}, id=known, ignoreChanges=[known])


def _holders(planter: Planter, stack: str) -> Iterator[Document]:
    """Resources that hold, by name alone, what others quote."""
    for number, canary in enumerate(planter.planted[:HELD]):
        yield item(t.NEON_ROLE, f"holder-{number}", {"password": canary}, stack=stack)


def audited(folder: Path, *documents: Document) -> Document:
    """The record of some states."""
    return states.record(folder, {f"state-{number}": one for number, one in enumerate(documents)})


def test_no_record_of_a_ruined_state_holds_a_piece_of_a_secret(tmp_path: Path) -> None:
    fired: set[str] = set()
    for seed in range(VARIANTS):
        document, planter = ruined(seed, states.STACKS[seed % 2])
        record = audited(tmp_path, document)
        fired |= {row["rule"] for row in record["results"] if row["outcome"] == "fail"}
        assert leaks({"record": dumps(record)}, planter.planted) == []
    assert len(fired) > 0.6 * len(registry.rules())


@pytest.mark.parametrize("seed", [101, 102])
def test_no_format_holds_a_piece_of_a_secret(tmp_path: Path, seed: int) -> None:
    staging, first = ruined(seed, "staging")
    production, second = ruined(seed + 1000, "production")
    record = audited(tmp_path, staging, production)
    told = {f"{name} {file}": content for name in FORMATS for file, content in render(name, record).items()}
    assert len(told) > len(FORMATS)
    assert leaks(told, [*first.planted, *second.planted]) == []


def test_no_file_of_the_evidence_and_no_check_of_it_holds_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    document, planter = ruined(201, "production")
    key = planter.wild()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BRIGHTBROOM_EVIDENCE_KEY", chains.pem().decode())
    for name in ("VERCEL_API_TOKEN", "PULUMI_CONFIG_PASSPHRASE"):
        monkeypatch.setenv(name, key)
    (path,) = states.write(tmp_path, {"state": document})
    asked = ["audit", "--state", path.name, *AT, "--evidence", "evidence"]
    for _ in range(2):
        assert main(asked) in (ExitCode.POLICY, ExitCode.BUG)
    assert main(["audit", "verify", "evidence"]) == ExitCode.FINE
    evidence = tmp_path / "evidence"
    told = {str(file): file.read_bytes() for file in evidence.rglob("*") if file.is_file()}
    assert len(told) > 20
    manifest = json.loads(told[str(evidence / "000001" / "manifest.json")])
    (evidence / "000001" / "manifest.json").write_bytes(dumps({**manifest, "number": key}))
    (evidence / "000002" / "record.json").write_text(json.dumps({"run": {"number": key}, "previous": key}))
    assert main(["audit", "verify", "evidence", "--expect-head", "ab"]) == ExitCode.POLICY
    captured = capsys.readouterr()
    assert "a run without a number" in captured.out
    assert leaks({**told, "out": captured.out, "err": captured.err}, planter.planted) == []


BAD_STATES: dict[str, Callable[[str], str]] = {
    "no json": lambda canary: f'{{"version": 3, "secret": {canary}',
    "another version": lambda canary: json.dumps({"version": canary}),
    "a long version": lambda canary: json.dumps({"version": {"a": [canary]}}),
    "no object": lambda canary: json.dumps([canary]),
    "no resources": lambda canary: json.dumps({"version": 3, "deployment": {"resources": canary}}),
    "no resource": lambda canary: json.dumps({"version": 3, "deployment": {"resources": [{"urn": canary, "type": "a"}]}}),
    "no inputs": lambda canary: json.dumps(states.small({**item("a:b:C", "x"), "inputs": canary})),
    "a broken mark": lambda canary: json.dumps(states.small(item("a:b:C", "x", {"p": {**plaintext(""), "plaintext": canary}}))),
    "a mark of another type": lambda canary: json.dumps(
        states.small(item("a:b:C", "x", {"p": {**plaintext(""), "plaintext": [canary]}}))
    ),
    "twice": lambda canary: json.dumps(states.small(item("a:b:C", "x", {"p": canary}), item("a:b:C", "x", {"p": canary}))),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_STATES)
def test_a_state_that_cannot_be_read_is_not_repeated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    planter = Planter(7)
    path = tmp_path / "state.json"
    path.write_text(BAD_STATES[kind](planter.plain()), encoding="utf-8")
    assert main(["audit", "--state", str(path), *AT]) == ExitCode.INPUT
    captured = capsys.readouterr()
    assert leaks({"out": captured.out, "err": captured.err}, planter.planted) == []


def test_a_waiver_or_a_level_that_cannot_be_read_is_not_repeated(tmp_path: Path) -> None:
    planter = Planter(8)
    told: dict[str, str] = {}
    for number, text in enumerate(_bad_waivers(planter)):
        path = tmp_path / f"waivers-{number}.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(waiver_file.WaiversError) as refused:
            waiver_file.waivers(path)
        told[text] = str(refused.value)
    for number, text in enumerate(_bad_levels(planter)):
        path = tmp_path / f"levels-{number}.json"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(levels.LevelsError) as refused_too:
            levels.load(path, registry.rules())
        told[text] = str(refused_too.value)
    assert leaks({f"{number}": text for number, text in enumerate(told.values())}, planter.planted) == []


def _bad_waivers(planter: Planter) -> Iterator[str]:
    yield f"waivers: [{planter.plain()}"
    yield f"waivers:\n  - id: x\n   reason: {planter.plain()}\n"
    yield f"waivers: *{planter.plain()}\n"
    yield f"waivers: !{planter.plain()} x\n\t- {planter.plain()}"
    yield f"waivers: {planter.plain()}\n"
    yield f"{planter.plain()}: []\n"
    keys = ("id", "rule", "stack", "resource", "reason", "owner", "approver", "ticket", "created", "expires")
    yield json.dumps({"waivers": [dict.fromkeys((*keys, "compensatingControl"), planter.plain())]})
    yield json.dumps({"waivers": [{"id": f"! {planter.plain()}", "rule": [planter.plain()], planter.plain(): 1}]})
    fine = {**_WAIVER, "reason": f"as {planter.token()} says", "ticket": planter.query(), "owner": planter.token()}
    yield json.dumps({"waivers": [fine]})


_WAIVER = {
    "id": "one", "rule": "DB-03", "stack": "staging", "resource": "database-project", "reason": "for a good reason",
    "owner": "a", "approver": "b", "ticket": "1", "created": "2026-11-01", "expires": "2026-12-01",
    "compensatingControl": "somebody looks at it",
}  # fmt: skip


def _bad_levels(planter: Planter) -> Iterator[str]:
    yield f'{{"HDR-01": {planter.plain()}}}'
    yield json.dumps({planter.plain(): {"level": "mandatory"}})
    yield json.dumps({"HDR-05": {"level": planter.plain(), planter.plain(): 1, "paymentHosts": planter.plain()}})
    yield json.dumps(
        {"HDR-05": {"level": [planter.plain()], "because": planter.plain(), "paymentHosts": [planter.plain(), 1]}}
    )
    name = planter.plain()
    yield f'{{"{name}": 1, "{name}": 2}}'
