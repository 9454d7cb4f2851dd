"""`brightbroom audit` as a person and a script meet it: formats, evidence, exit codes, and every mistake at once."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from audit import chain, runner
from audit.formats import FORMATS
from brightbroom import audit as auditing
from brightbroom.cli import main
from brightbroom.exits import ExitCode
from policies.catalogue import levels, registry
from policies.catalogue.model import Finding, Rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.types import NEON_PROJECT
from tests.audit import chains, states
from tests.audit.states import Document, item, small

AT = ("--at", "2026-11-25T12:00:00Z")
KEY = "BRIGHTBROOM_EVIDENCE_KEY"
KEPT = ("--state", "ok.json", "--evidence", "e")


@pytest.fixture
def faulty(project: Path) -> Path:
    """A state that breaks a rule, in the project's folder."""
    (path,) = states.write(project, {"staging": chains.document()})
    return path


@pytest.fixture
def key(project: Path) -> Path:
    path = project / "evidence-key.pem"
    path.write_bytes(chains.pem())
    return path


@pytest.fixture(autouse=True)
def _the_day_after(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept here is of yesterday, whatever day it is."""
    monkeypatch.setattr(auditing, "now", lambda: states.AT + timedelta(days=1))


def _rehearsed(project: Path, *stacks: str) -> None:
    for stack in stacks:
        folder = project / ".rehearsal" / stack
        folder.mkdir(parents=True)
        (folder / "state.json").write_text(json.dumps(states.rehearsed(stack)))


def _refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["audit", *arguments]) == ExitCode.INPUT
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    return captured.err


def _record(capsys: pytest.CaptureFixture[str], *arguments: str, code: ExitCode = ExitCode.FINE) -> Document:
    assert main(["audit", "--format", "json", *AT, *arguments]) == code
    record: Document = json.loads(capsys.readouterr().out)
    return record


def test_both_rehearsed_stacks_are_judged_and_nothing_is_wrong(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _rehearsed(project, *states.STACKS)
    assert main(["audit", *AT]) == ExitCode.FINE
    told = capsys.readouterr()
    assert "production" in told.out
    assert "staging" in told.out
    assert told.err == ""
    record = _record(capsys)
    assert [state["file"] for state in record["states"]] == [
        ".rehearsal/production/state.json",
        ".rehearsal/staging/state.json",
    ]
    assert record["run"]["number"] == 0
    assert record["counts"]["addsUp"] is True


def test_one_stack_can_be_asked_for(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _rehearsed(project, *states.STACKS)
    assert [state["stack"] for state in _record(capsys, "--stack", "staging", "--stack", "staging")["states"]] == [
        "staging"
    ]


def test_a_mandatory_violation_exits_with_3_and_is_told(
    project: Path, faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "--state", str(faulty), *AT]) == ExitCode.POLICY
    told = capsys.readouterr().out
    assert "DB-03" in told
    assert "historyRetentionSeconds" in told


def test_the_table_is_as_wide_as_the_terminal_and_a_pipe_wide_enough_to_read(
    project: Path, faulty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    widest = {}
    for terminal in (False, True):
        monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)  # noqa: B023 - called in this turn only
        monkeypatch.setenv("COLUMNS", "80")
        main(["audit", "--state", str(faulty), *AT])
        widest[terminal] = max(map(len, capsys.readouterr().out.splitlines()))
    assert widest[True] <= 80 < widest[False] <= 120


def test_an_advisory_violation_exits_with_0(project: Path, faulty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = runner.run

    def only_advisory(*arguments: Any) -> Any:
        judged = real(*arguments)
        return [
            dataclasses.replace(
                one,
                court=dataclasses.replace(
                    one.court,
                    settings={
                        code: dataclasses.replace(setting, level=type(setting.level)("advisory"))
                        for code, setting in one.court.settings.items()
                    },
                ),
            )
            for one in judged
        ]

    monkeypatch.setattr(runner, "run", only_advisory)
    assert main(["audit", "--state", str(faulty), *AT]) == ExitCode.FINE


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_be_shown_and_written(
    project: Path, faulty: Path, capfdbinary: pytest.CaptureFixture[bytes], name: str
) -> None:
    asked = ["audit", "--state", str(faulty), *AT, "--format", name]
    assert main(asked) == ExitCode.POLICY
    shown = capfdbinary.readouterr().out
    assert shown
    assert main([*asked, "--output", "told"]) == ExitCode.POLICY
    told = capfdbinary.readouterr()
    assert told.out == b""
    assert b"written: told" in told.err
    assert (project / "told").read_bytes() == shown
    assert (project / "oscal-assessment-plan.json").is_file() is (name == "oscal")


def test_two_runs_on_one_input_are_byte_identical(
    project: Path, faulty: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """In processes of their own: neither the order of sets nor caches may show."""
    seen = set()
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "brightbroom", "audit", "--state", faulty.name, *AT, "--format", "json"]
        done = subprocess.run(command, capture_output=True, check=False, env={"PYTHONHASHSEED": seed, "PATH": ""})
        assert done.returncode == ExitCode.POLICY, done.stderr
        seen.add(hashlib.sha256(done.stdout).hexdigest())
    assert len(seen) == 1


def test_evidence_is_kept_signed_and_verified(
    project: Path, faulty: Path, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["audit", "--state", str(faulty), *AT, "--evidence", "evidence", "--key", str(key)]
    assert main(asked) == ExitCode.POLICY
    assert "kept as run 1 in evidence/000001; the head of the chain is " in capsys.readouterr().err
    assert main(asked) == ExitCode.POLICY
    head = capsys.readouterr().err.split()[-1]
    (project / "public.pem").write_bytes((project / "evidence" / "000001" / "public-key.pem").read_bytes())
    check = ["audit", "verify", "evidence", "--public-key", "public.pem"]
    assert main([*check, "--expect-head", head]) == ExitCode.FINE
    assert capsys.readouterr().out == f"2 runs: whole and unaltered\nhead: {head}\n"
    assert main(["audit", "verify", "evidence"]) == ExitCode.FINE
    assert "… is not trusted: it lies in the folder" in capsys.readouterr().out
    altered = project / "evidence" / "000001" / "report.html"
    altered.write_bytes(altered.read_bytes() + b" ")
    assert main([*check, "--expect-head", "ab"]) == ExitCode.POLICY
    told = capsys.readouterr().out
    assert "2 runs: 2 problems" in told
    assert "000001/report.html was altered" in told
    assert "expected was ab" in told


def test_the_key_may_come_from_the_environment(project: Path, faulty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, chains.pem().decode())
    assert main(["audit", "--state", str(faulty), *AT, "--evidence", "evidence"]) == ExitCode.POLICY
    manifest = json.loads((project / "evidence" / "000001" / "manifest.json").read_bytes())
    assert manifest["signing"] == "ed25519"


def test_unsigned_evidence_must_be_said(project: Path, faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _refused(capsys, "--state", str(faulty), "--evidence", "evidence")
    assert "give --key FILE or BRIGHTBROOM_EVIDENCE_KEY" in told
    assert not (project / "evidence").exists()
    assert main(["audit", "--state", str(faulty), *AT, "--evidence", "evidence", "--unsigned"]) == ExitCode.POLICY
    assert not (project / "evidence" / "000001" / "manifest.sig").exists()
    assert main(["audit", "verify", "evidence"]) == ExitCode.FINE
    assert "note: unsigned runs: whoever can write this folder" in capsys.readouterr().out


def test_keyless_evidence_is_signed_by_cosign(
    project: Path, faulty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--state", str(faulty), *AT, "--evidence", "evidence", "--keyless"]
    monkeypatch.setenv("PATH", str(project))
    assert "needs `cosign` on PATH" in _refused(capsys, *asked)
    stub = project / "cosign"
    stub.write_text(
        f"#!{sys.executable}\n"
        "import base64, hashlib, json, sys\n"
        "digest = hashlib.sha256(open(sys.argv[-1], 'rb').read()).digest()\n"
        "bundle = {'messageSignature': {'messageDigest': {'digest': base64.b64encode(digest).decode()}}}\n"
        "open(sys.argv[sys.argv.index('--bundle') + 1], 'w').write(json.dumps(bundle))\n"
    )
    stub.chmod(0o755)
    assert main(["audit", *asked]) == ExitCode.POLICY
    assert (project / "evidence" / "000001" / "manifest.sigstore.json").is_file()
    assert main(["audit", "verify", "evidence"]) == ExitCode.FINE


def test_a_broken_rule_is_a_bug_of_ours_and_is_named(
    project: Path, faulty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: Resource, __: Scope) -> Iterator[Finding]:
        raise KeyError("canary-4")
        yield

    _replace(monkeypatch, "DB-03", broken)
    assert main(["audit", "--state", str(faulty), *AT]) == ExitCode.BUG
    told = capsys.readouterr()
    assert "DB-03 could not judge: KeyError" in told.err
    assert "canary-4" not in told.err + told.out
    assert "Traceback" not in told.err


def test_a_lost_answer_is_a_bug_of_ours(
    project: Path, faulty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runner, "_verdicts", lambda *_: iter(()))
    assert main(["audit", "--state", str(faulty), *AT]) == ExitCode.BUG
    assert "a bug of ours: IncompleteError" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--format", "nope"), "there is no format 'nope'; known are: table, markdown, json, html, sarif, alerts, junit"),
        (("--key", "k", "--keyless", "--evidence", "e"), "give one of --key, --keyless and --unsigned"),
        (("--unsigned",), "are about evidence that is kept: give --evidence too"),
        (("--at", "yesterday"), "--at 'yesterday' is no time of this century with its zone"),
        (("--at", "2026-11-25T12:00:00"), "with its zone, such as 2026-11-25T12:00:00Z"),
        (("--at", "2026-11-25"), "with its zone, such as 2026-11-25T12:00:00Z"),
        (("--at", "0001-01-01T00:00:00+05:00"), "is no time of this century"),
        (("--at", "9999-12-31T23:59:59-05:00"), "is no time of this century"),
        ((*KEPT, "--unsigned", "--at", "2099-01-01T00:00:00Z"), "is yet to come: evidence is of what was"),
        (("--stack", "staging"), "no rehearsed state of the stack 'staging'"),
        (("--stack", "nope"), "no stack 'nope': Pulumi.nope.yaml is missing; known stacks: staging, production"),
        (("--stack", ""), "there is no stack ''"),
        (("--stack", "../x"), "there is no stack '../x'"),
        (("--state", "gone.json"), "gone.json cannot be read: No such file or directory. Make one with: pulumi stack export"),
        (("--state", "infra"), "infra cannot be read: Is a directory. Make one with: pulumi stack export"),
        (("--state", "ok.json", "--state", "ok.json"), "ok.json and ok.json are all of the stack staging"),
        (("--state", "shop.json"), "is of the project 'shop', and Pulumi.yaml of 'brightbroom-infra': give a"),
        (("--state", "dev.json"), "of the stack 'dev', and Pulumi.dev.yaml is missing; known stacks: production, staging"),
        (("--state", "ok.json", "--settings", "none"), "--settings none is no folder: give the one that holds Pulumi.yaml"),
        (("--state", "ok.json", "--settings", "Pulumi.yaml"), "--settings Pulumi.yaml is no folder"),
        (("--state", "Pulumi.yaml"), "Pulumi.yaml is not JSON"),
        ((*KEPT, "--key", "gone.pem"), "gone.pem cannot be read: No such file or directory; make a key"),
        ((*KEPT, "--key", "infra"), "infra cannot be read: Is a directory; make a key with: openssl"),
        ((*KEPT, "--key", "Pulumi.yaml"), "Pulumi.yaml holds no private key"),
        (("--state", "ok.json", "--evidence", "Pulumi.yaml", "--unsigned"), "--evidence Pulumi.yaml is a file: give a folder"),
        (("--state", "ok.json", "--evidence", "Pulumi.yaml/e", "--unsigned"), "Pulumi.yaml/e cannot be written: Not a directory"),
        (("--state", "ok.json", "--output", "none/x"), "--output none/x: none is no folder; make it with: mkdir -p none"),
        (("--state", "ok.json", "--output", "none/x", "--evidence", "e", "--unsigned"), "--output none/x: none is no folder"),
        (("--state", "ok.json", "--format", "oscal", "--output", "oscal-assessment-plan.json"), "the name of what oscal"),
        (("--state", "ok.json", "--output", "infra"), "--output infra is a folder: name a file in it"),
        (("verify", "evidence"), "evidence is no folder: give the one that `brightbroom audit --evidence DIR` wrote to"),
        (("verify", "Pulumi.yaml"), "Pulumi.yaml is no folder"),
        (("verify", "evidence", "--public-key", "gone.pem"), "gone.pem cannot be read"),
        (("verify",), "DIR"),
        (("nope",), "nope"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_what_to_do(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    shop = json.loads(json.dumps(small(item(NEON_PROJECT, "db"))).replace("::brightbroom-infra::", "::shop::"))
    states.write(project, {"ok": small(item(NEON_PROJECT, "db")), "dev": small(stack="dev"), "shop": shop})
    before = {path.name for path in project.iterdir()}
    assert told in _refused(capsys, *arguments)
    assert {path.name for path in project.iterdir()} == before


def test_the_mistakes_of_all_options_are_told_at_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _refused(
        capsys, "--format", "nope", "--at", "x", "--stack", "staging", "--evidence", "e", "--key", "gone.pem"
    )
    for part in ("no format 'nope'", "--at 'x'", "rehearse --stack staging", "gone.pem cannot be read"):
        assert part in told


def test_every_missing_state_is_told_with_both_ways_to_get_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = _refused(capsys)
    for stack in states.STACKS:
        assert f"brightbroom rehearse --stack {stack}" in told
        assert f"pulumi stack export --stack {stack} > {stack}.json" in told


def test_outside_of_the_project_states_can_still_be_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    states.write(tmp_path, {"ok": small(item("a:b:C", "db"))})
    assert "run this in the folder of Pulumi.yaml" in _refused(capsys)
    main(["audit", "--state", "ok.json", "--format", "json", *AT])
    told = capsys.readouterr()
    assert json.loads(told.out)["counts"]["resources"] == 2
    assert told.err == ("note: . holds no Pulumi.yaml: no answer names the line that decides it; give --settings DIR\n")


def test_a_stack_without_levels_is_judged_as_production_and_told_so(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "Pulumi.dev.yaml").write_text("config: {}\n")
    states.write(project, {"dev": small(stack="dev")})
    main(["audit", "--state", "dev.json", *AT])
    assert (
        capsys.readouterr().err == "note: the stack 'dev' has no file in policies/levels: it is judged as production\n"
    )


@pytest.mark.parametrize("text", ["", "{", "- a\n", "runtime: python\n"])
def test_a_project_file_without_a_name_is_refused(
    project: Path, faulty: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (project / "Pulumi.yaml").write_text(text)
    assert "Pulumi.yaml " in _refused(capsys, "--state", str(faulty))


def test_a_second_run_at_once_is_refused_and_the_first_goes_on(
    project: Path, faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--state", str(faulty), *AT, "--evidence", "evidence", "--unsigned"]
    with chain.opened(project / "evidence"):
        assert "another run is writing to evidence: try again when it has ended" in _refused(capsys, *asked)
    assert main(["audit", *asked]) == ExitCode.POLICY


def test_a_file_that_cannot_be_written_hides_no_evidence_that_was_kept(
    project: Path, faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--state", str(faulty), *AT, "--evidence", "evidence", "--unsigned", "--output", "/dev/full")
    told = _refused(capsys, *asked)
    assert "/dev/full cannot be written: No space left on device\nkept as run 1 in evidence/000001; the head" in told


def test_mistakes_in_the_levels_leave_no_evidence_folder(
    project: Path, faulty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(levels, "of_stack", _refuse_levels)
    assert "XX-1: is no rule" in _refused(capsys, "--state", str(faulty), "--evidence", "evidence", "--unsigned")
    assert not (project / "evidence").exists()


def _refuse_levels(_: str) -> Any:
    raise levels.LevelsError("staging.json has mistakes; no rule was run:\n  XX-1: is no rule")


def test_a_time_to_come_can_be_looked_at_but_not_kept(
    project: Path, faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "--state", str(faulty), "--at", "2027-01-01T02:00:00+03:00"]) == ExitCode.POLICY
    assert "evaluated on 2026-12-31" in capsys.readouterr().out


def test_settings_may_lie_elsewhere(project: Path, faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder, found in ((str(project), True), (str(project / "policies"), False)):
        record = _record(capsys, "--state", str(faulty), "--settings", folder, code=ExitCode.POLICY)
        (row,) = (row for row in record["results"] if row["rule"] == "DB-03")
        assert row["outcome"] == "fail"
        assert (row.get("location", {}).get("file") == "Pulumi.staging.yaml") is found


def test_mistakes_in_the_levels_are_bad_input(
    project: Path, faulty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(levels, "of_stack", _refuse_levels)
    assert "XX-1: is no rule" in _refused(capsys, "--state", str(faulty))


def test_help_tells_of_the_audit_without_loading_it() -> None:
    program = (
        "import sys; from brightbroom.cli import main; main(['--help']); "
        "sys.exit(any(name.startswith(('audit', 'policies', 'pulumi', 'jinja2')) for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "audit" in done.stdout


def test_an_audit_loads_no_engine_and_only_the_format_it_shows(project: Path, faulty: Path) -> None:
    program = (
        f"import sys; from brightbroom.cli import main; main(['audit', '--state', {faulty.name!r}, '--format', 'json']); "
        "print([name for name in sys.modules if name.split('.')[0] in ('pulumi', 'grpc', 'jinja2', 'rehearsal')], "
        "file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == "[]"


def _replace(monkeypatch: pytest.MonkeyPatch, code: str, check: Any) -> None:
    """The catalogue with another check for one rule."""
    changed = tuple(dataclasses.replace(r, check=check) if r.id == code else r for r in registry.rules())

    def rules() -> tuple[Rule, ...]:
        return changed

    monkeypatch.setattr(registry, "rules", rules)
