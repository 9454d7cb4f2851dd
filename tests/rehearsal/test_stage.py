"""A stage: one folder, one run at a time, the same vendors between runs, and no secret in plain text in any of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pulumi
import pytest
from pulumi.runtime.settings import ROOT

from rehearsal.clouds import Fault, FaultPlan
from rehearsal.engine import Event, LockError, Operation, StateError
from rehearsal.stage import Stage
from tests.rehearsal.tiny import play

CANARY = "canary-5f1d9c0a7b"
TOKEN = "canarytoken88e1canarytoken88e1"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(play(), tmp_path / "data") as opened:
        yield opened


def test_a_preview_creates_nothing(stage: Stage) -> None:
    result = stage.run(Operation.PREVIEW)
    assert result.ok
    assert not stage.inventory()
    assert not (stage.folder / "state.json").exists()


def test_a_root_that_another_run_left_in_the_process_is_no_obstacle(stage: Stage) -> None:
    ROOT.set(object.__new__(pulumi.ComponentResource))
    assert stage.run(Operation.PREVIEW).failures == []


def test_what_was_created_is_there_for_the_next_stage(tmp_path: Path) -> None:
    with Stage(play(), tmp_path) as stage:
        assert stage.run(Operation.UP).ok
        made = stage.inventory()
    assert made
    assert set(made.values()) == {1}
    with Stage(play(), tmp_path) as stage:
        assert stage.run(Operation.PREVIEW).changed == []
        assert stage.inventory() == made


def test_a_fresh_stage_forgets_everything(tmp_path: Path) -> None:
    with Stage(play(), tmp_path) as stage:
        stage.run(Operation.UP)
    with Stage(play(), tmp_path, fresh=True) as stage:
        assert not stage.inventory()
        assert not stage.state.resources


def test_only_one_run_at_a_time_and_the_second_wipes_nothing(stage: Stage) -> None:
    stage.run(Operation.UP)
    before = stage.inventory()
    with pytest.raises(LockError, match="another run"), Stage(play(), stage.folder, fresh=True):
        pass
    assert stage.inventory() == before


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(StateError, match="cannot be written"), Stage(play(), tmp_path / "data"):
        pass


def test_a_state_that_cannot_be_trusted_is_left_with_its_clouds(tmp_path: Path) -> None:
    with Stage(play(), tmp_path) as stage:
        stage.run(Operation.UP)
        made = stage.inventory()
    state = tmp_path / "state.json"
    cut = state.read_text()[:-50]
    state.write_text(cut)
    with pytest.raises(StateError, match="not whole JSON"), Stage(play(), tmp_path):
        pass
    assert state.read_text() == cut
    state.unlink()
    with Stage(play(), tmp_path) as stage:
        assert stage.inventory() == made


def test_planted_secrets_are_in_plain_text_nowhere(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A stack secret and a token: not in state, journal, clouds, events, results or output, also after a failure."""
    planted = play(given={"planted": CANARY, "VERCEL_API_TOKEN": TOKEN})
    events: list[Event] = []
    journal: list[bytes] = []

    def read_journal(_number: int, _moment: str) -> None:
        journal.extend(file.read_bytes() for file in tmp_path.rglob("*.journal"))

    with Stage(planted, tmp_path) as stage:
        for operation in (Operation.PREVIEW, Operation.UP, Operation.REFRESH, Operation.UP):
            result = stage.run(operation, on_event=events.append, journal_hook=read_journal)
            assert result.ok
            told = repr(result.failures) + repr(result.findings) + repr([step.changes for step in result.steps])
            assert CANARY not in told
    refusal = Fault("create", name="app-stack_secret", status=400, code="bad_request", message=f"{CANARY} is too short")
    with Stage(planted, tmp_path / "refused", faults=FaultPlan((refusal,))) as stage:
        refused = stage.run(Operation.UP, on_event=events.append, journal_hook=read_journal)
        assert not refused.ok
        assert CANARY not in repr(refused.failures)
        assert "[secret] is too short" in refused.failures[0].message
    files = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    out = "".join(capfd.readouterr())
    assert journal
    for secret in (CANARY, TOKEN):
        assert not any(secret.encode() in content for content in [*files, *journal])
        assert secret not in json.dumps(events)
        assert secret not in out
