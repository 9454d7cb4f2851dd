"""The evidence folder: whole runs or none, one at a time, each tied to the one before."""

from __future__ import annotations

import errno
import fcntl
import json
import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from audit import chain, formats, session
from audit.canonical import dumps
from audit.chain import digest, opened
from audit.errors import AuditError
from audit.signing import KeySigner, Signer
from audit.verify import verify
from tests.audit import chains, states
from tests.audit.chains import KEY


class _Killed(Signer):
    """Ends the process, as nothing else can, when all files of the run but the signature are written."""

    def sign(self, manifest: Path) -> None:
        assert manifest.is_file()
        os.kill(os.getpid(), signal.SIGKILL)


class _Refusing(Signer):
    def sign(self, manifest: Path) -> None:
        raise AuditError("the signing service is down")


def test_a_kept_run_holds_the_record_in_every_format_and_its_signature(tmp_path: Path) -> None:
    (kept,) = chains.chain(tmp_path, 1)
    assert kept.folder == tmp_path / "evidence" / "000001"
    assert {file.name for file in kept.folder.iterdir()} == chains.FILES
    assert (kept.folder / "record.json").read_bytes() == dumps(kept.record)
    for name, pieces in formats.kept(kept.record):
        assert (kept.folder / name).read_bytes() == b"".join(pieces)


def test_the_manifest_lists_every_file_and_names_the_run_before(tmp_path: Path) -> None:
    first, second = chains.chain(tmp_path)
    manifests = [json.loads((run.folder / "manifest.json").read_bytes()) for run in (first, second)]
    for run, manifest in zip((first, second), manifests, strict=True):
        assert manifest["signing"] == "ed25519"
        assert manifest["files"] == {
            name: {"sha256": digest(content), "size": len(content)}
            for name in chains.FILES - {"manifest.json", "manifest.sig"}
            for content in [(run.folder / name).read_bytes()]
        }
    assert [manifest["number"] for manifest in manifests] == [1, 2]
    assert manifests[0]["previous"] == first.record["previous"] == {"number": 0, "sha256": ""}
    assert first.head == digest((first.folder / "manifest.json").read_bytes())
    assert manifests[1]["previous"] == second.record["previous"] == {"number": 1, "sha256": first.head}
    assert second.record["run"]["number"] == 2


@pytest.mark.usefixtures("few_files")
def test_two_chains_of_the_same_runs_have_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heads = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        heads.append([run.head for run in chains.chain(Path())])
    assert heads[0] == heads[1]
    assert len(set(heads[0])) == 2


@pytest.mark.usefixtures("few_files")
def test_history_and_trend_come_from_the_chain(tmp_path: Path) -> None:
    runs = chains.chain(tmp_path, 3, seconds=[3600, 3600, 86_400])
    rows = [[row for row in run.record["results"] if row["rule"] == "DB-03"] for run in runs]
    assert [row["outcome"] for (row,) in rows] == ["fail", "fail", "pass"]
    assert rows[1][0]["history"]["firstSeen"] == "2026-11-25"
    assert rows[1][0]["history"]["daysOpen"] == 1
    fixed = [entry for entry in runs[2].record["fixed"] if entry["rule"] == "DB-03"]
    assert [(entry["firstSeen"], entry["fixedOn"], entry["days"]) for entry in fixed] == [
        ("2026-11-25", "2026-11-27", 2)
    ]
    assert [entry["number"] for entry in runs[2].record["trend"]] == [1, 2, 3]


def test_a_run_tells_when_it_began_and_ended_and_is_of_the_day_it_began(tmp_path: Path) -> None:
    moments = iter([datetime(2026, 11, 25, 23, 59, 59, tzinfo=UTC), datetime(2026, 11, 26, 0, 0, 2, tzinfo=UTC)])
    told = session.unkept(replace(chains.request(tmp_path), clock=lambda: next(moments)))["run"]
    assert (told["startedAt"], told["endedAt"]) == ("2026-11-25T23:59:59Z", "2026-11-26T00:00:02Z")
    assert told["evaluatedOn"] == "2026-11-25"


@pytest.mark.usefixtures("few_files")
def test_a_killed_run_leaves_no_run_and_the_next_one_cleans_up(tmp_path: Path) -> None:
    chains.chain(tmp_path, 1)
    evidence = tmp_path / "evidence"
    request = chains.request(tmp_path, at=states.AT + timedelta(days=1))
    child = multiprocessing.get_context("fork").Process(target=session.kept, args=(request, evidence, _Killed()))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    (leftover,) = (entry.name for entry in evidence.iterdir() if entry.name.startswith(chain.LEFTOVER))
    assert chain.numbers(evidence) == [1]
    assert verify(evidence).problems == [f"{leftover} is left of a run that was ended; the next run takes it away"]
    second = session.kept(request, evidence, KeySigner(KEY))
    assert second.record["run"]["number"] == 2
    assert verify(evidence).problems == []


@pytest.mark.usefixtures("few_files")
def test_a_signature_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="signing service is down"):
        chains.chain(tmp_path, 1, _Refusing())
    assert [entry.name for entry in (tmp_path / "evidence").iterdir()] == [chain.LOCK]


@pytest.mark.usefixtures("few_files")
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    chains.chain(tmp_path, 1)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AuditError, match=r"the run cannot be written to .*: No space left on device"):
        session.kept(chains.request(tmp_path), tmp_path / "evidence", KeySigner(KEY))
    assert verify(tmp_path / "evidence").problems == []


@pytest.mark.usefixtures("few_files")
def test_leftovers_of_any_kind_are_taken_away(tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    (folder / f"{chain.LEFTOVER}000001").mkdir(parents=True)
    (folder / f"{chain.LEFTOVER}000002").write_text("")
    (tmp_path / "elsewhere").mkdir()
    (folder / f"{chain.LEFTOVER}000003").symlink_to(tmp_path / "elsewhere")
    chains.chain(tmp_path, 2)
    assert sorted(entry.name for entry in folder.iterdir()) == [chain.LOCK, "000001", "000002"]
    assert (tmp_path / "elsewhere").is_dir()


@pytest.mark.usefixtures("few_files")
def test_what_somebody_keeps_in_a_file_of_that_name_is_not_taken_away(tmp_path: Path) -> None:
    lock = tmp_path / "evidence" / chain.LOCK
    lock.parent.mkdir()
    lock.write_text("of another program")
    chains.chain(tmp_path, 1)
    assert lock.read_text() == "of another program"


@pytest.mark.usefixtures("few_files")
def test_every_file_of_a_run_is_on_the_disk_before_the_run_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    real = os.fsync

    def sync(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink())
        real(handle)

    monkeypatch.setattr(os, "fsync", sync)
    (run,) = chains.chain(tmp_path, 1)
    before = {path.name for path in synced if path.parent.name.startswith(chain.LEFTOVER)}
    assert before == {path.name for path in run.folder.iterdir()}
    assert synced[-1] == tmp_path / "evidence"


def test_a_format_that_breaks_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"{"
        raise KeyError("x")

    def broken(_: Any) -> Iterator[tuple[str, Iterable[bytes]]]:
        yield "record.json", (b"{}",)
        yield "broken.json", pieces()

    monkeypatch.setattr(formats, "kept", broken)
    with pytest.raises(KeyError):
        chains.chain(tmp_path, 1)
    assert [entry.name for entry in (tmp_path / "evidence").iterdir()] == [chain.LOCK]


@pytest.mark.usefixtures("few_files")
def test_only_one_run_writes_at_a_time(tmp_path: Path) -> None:
    with opened(tmp_path / "evidence"), pytest.raises(AuditError, match="another run is writing"):
        chains.chain(tmp_path, 1)
    assert chain.numbers(tmp_path / "evidence") == []
    with (tmp_path / "evidence" / chain.LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(AuditError, match="another run is writing"):
            chains.chain(tmp_path, 1)
    assert len(chains.chain(tmp_path, 1)) == 1


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("a file")
    with pytest.raises(AuditError, match="is a file: give a folder"):
        chains.chain(tmp_path, 1)


def test_a_folder_inside_of_which_nothing_can_be_made_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AuditError, match="cannot be written: Read-only file system"), opened(tmp_path / "evidence"):
        pass


@pytest.mark.usefixtures("few_files")
def test_nothing_is_added_to_a_record_that_was_altered(tmp_path: Path) -> None:
    (run,) = chains.chain(tmp_path, 1)
    record = run.folder / "record.json"
    record.write_bytes(record.read_bytes().replace(b"2026-11-25", b"2026-11-24", 1))
    with pytest.raises(AuditError, match=r"000001/record.json in .* was altered: nothing was added; see"):
        session.kept(chains.request(tmp_path, at=states.AT + timedelta(days=1)), tmp_path / "evidence", KeySigner(KEY))
    assert chain.numbers(tmp_path / "evidence") == [1]


@pytest.mark.usefixtures("few_files")
def test_nothing_is_added_to_a_run_whose_manifest_is_gone(tmp_path: Path) -> None:
    (run,) = chains.chain(tmp_path, 1)
    (run.folder / "manifest.json").unlink()
    with pytest.raises(AuditError, match=r"000001/manifest.json cannot be read .*nothing was added"):
        session.kept(chains.request(tmp_path, at=states.AT + timedelta(days=1)), tmp_path / "evidence", KeySigner(KEY))


@pytest.mark.usefixtures("few_files")
@pytest.mark.parametrize("manifest", [b'{"files":[]}', b'{"files":{"record.json":"x"}}', b"[", b"[" * 100_000])
def test_nothing_is_added_to_a_run_whose_manifest_is_none(tmp_path: Path, manifest: bytes) -> None:
    (run,) = chains.chain(tmp_path, 1)
    (run.folder / "manifest.json").write_bytes(manifest)
    with pytest.raises(AuditError, match=r"000001/record.json in .* was altered: nothing was added"):
        session.kept(chains.request(tmp_path, at=states.AT + timedelta(days=1)), tmp_path / "evidence", KeySigner(KEY))


@pytest.mark.usefixtures("few_files")
def test_evidence_goes_forward_in_time(tmp_path: Path) -> None:
    chains.chain(tmp_path, 1)
    earlier = chains.request(tmp_path, at=states.AT - timedelta(seconds=1))
    with pytest.raises(AuditError, match=r"run 1 in .* was made at 2026-11-25T12:00:00Z, after 2026-11-25T11:59:59Z"):
        session.kept(earlier, tmp_path / "evidence", KeySigner(KEY))
    same = session.kept(chains.request(tmp_path), tmp_path / "evidence", KeySigner(KEY))
    assert same.record["run"]["number"] == 2


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("000001", True),
        ("999999", True),
        ("1000000", True),
        ("0000001", False),
        ("1", False),
        ("000000", False),
        ("x", False),
    ],
)
def test_the_folder_of_a_run_is_its_number(name: str, counts: bool) -> None:
    assert chain.is_run(name) is counts
