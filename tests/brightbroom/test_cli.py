"""The command line: exit codes, one clear message for each mistake, and nothing written before all is in order."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from brightbroom import rehearse
from brightbroom.cli import main
from brightbroom.exits import ExitCode


def _refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must be refused as bad input; returns its one message."""
    assert main(arguments) == ExitCode.INPUT
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    assert captured.err.startswith("brightbroom: ")
    return captured.err


def test_help_names_every_exit_code() -> None:
    done = subprocess.run([sys.executable, "-m", "brightbroom", "--help"], capture_output=True, text=True, check=True)
    text = " ".join(done.stdout.split())
    for words in ("1 bug of ours", "2 bad input", "3 policy violation", "4 vendor refusal", "5 drift found"):
        assert words in text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("rehearse", "--nope"), "--nope"),
        (("nope",), "nope"),
        (
            ("rehearse", "--stack", "test"),
            "there is no stack 'test': Pulumi.test.yaml is missing; known stacks: staging, production",
        ),
        (("rehearse", "--scenario", "nope"), "there is no scenario 'nope'; known are: up, no-op,"),
        (("rehearse", "--set", "nope"), "is not of the form area.key=value"),
        (("rehearse", "--set", "hosting.nodeVersion=[1"), "the value is not YAML"),
        (("rehearse", "--set", "hosting.domain.deeper=1"), "'domain' is a plain value and has no keys"),
        (("rehearse", "--scenario", "killed", "--points", "-1"), "--points"),
        (("doctor", "--stack", "test"), "there is no stack 'test'"),
    ],
)
def test_bad_arguments_are_refused(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    assert told in _refused(capsys, *arguments)
    assert not (project / ".rehearsal").exists()


def test_outside_of_the_project_it_says_where_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "run this in the folder of Pulumi.yaml" in _refused(capsys, "rehearse")


def test_every_settings_mistake_is_told_at_once_and_nothing_is_written(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = _refused(
        capsys,
        "rehearse",
        "--set",
        "hosting.nodeVersion=18",
        "--set",
        "hosting.colour=red",
        "--set",
        "database.region=mars",
    )
    for key in ("hosting.nodeVersion", "hosting.colour", "database.region"):
        assert key in told
    assert "pulumi config set --path 'brightbroom-infra:hosting.nodeVersion'" in told
    assert not (project / ".rehearsal").exists()


def test_a_mistake_in_the_stack_file_is_told_the_same_way(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = project / "Pulumi.production.yaml"
    file.write_text(file.read_text().replace("mode: live", "mode: sandbox"))
    told = _refused(capsys, "rehearse")
    assert "payments.mode" in told
    assert "--stack production" in told
    assert not (project / ".rehearsal").exists()


def test_a_second_run_at_the_same_time_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = project / ".rehearsal" / "staging"
    folder.mkdir(parents=True)
    keepsake = folder / "state.json"
    keepsake.write_text("of the other run")
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = _refused(capsys, "rehearse", "--stack", "staging")
    assert "is being rehearsed by another run" in told
    assert keepsake.read_text() == "of the other run"


def test_a_data_folder_that_cannot_be_written_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / ".rehearsal").write_text("a file where the folder should be")
    assert "cannot be written" in _refused(capsys, "rehearse", "--stack", "staging")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "is not whole JSON"),
        ('{"version": 4, "checkpoint": {}}', "has version 4"),
        ('{"version": 3, "digest": "", "checkpoint": {"latest": {"resources": []}}}', "was altered"),
    ],
)
def test_a_state_that_cannot_be_trusted_is_refused_and_kept(
    project: Path, capsys: pytest.CaptureFixture[str], content: str, told: str
) -> None:
    state = project / ".rehearsal" / "staging" / "state.json"
    state.parent.mkdir(parents=True)
    state.write_text(content)
    assert told in _refused(capsys, "rehearse", "--stack", "staging", "--keep")
    assert state.read_text() == content


def test_an_unexpected_error_tells_type_and_place_but_not_its_text(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "the-password"

    def broken(*_: object) -> None:
        raise KeyError(secret) from ValueError(secret)

    monkeypatch.setattr(rehearse, "rehearse", broken)
    assert main(["rehearse"]) == ExitCode.BUG
    told = capsys.readouterr().err
    assert "a bug of ours: KeyError at test_cli.py:" in told
    assert secret not in told
    assert "Traceback" not in told
    assert main(["--debug", "rehearse"]) == ExitCode.BUG
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert "ValueError\n\nThen:" in told
    assert secret not in told


def test_an_interrupt_ends_cleanly(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rehearse, "rehearse", interrupted)
    assert main(["rehearse"]) == ExitCode.INTERRUPTED
    assert "the next run goes on from there" in capsys.readouterr().err


def test_a_reader_that_leaves_is_no_error(project: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        command = [sys.executable, "-m", "brightbroom", "doctor"]
        done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(write)
    assert done.stderr == ""
    assert done.returncode == ExitCode.FINE


def test_doctor_answers_machines_with_one_document(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--stack", "staging", "--json"]) == ExitCode.INPUT
    document = json.loads(capsys.readouterr().out)
    assert document["healthy"] is False
    assert {check["verdict"] for check in document["checks"]} <= {"ok", "note", "missing"}
