"""Stand-ins: stable for a folder, different between folders, and never the environment's own values."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from rehearsal.engine import StateError
from rehearsal.standins import StandIns, environment


def test_a_folder_keeps_its_values(tmp_path: Path) -> None:
    first = StandIns(tmp_path).values(["A_TOKEN", "aSecret"])
    assert StandIns(tmp_path).values(["A_TOKEN", "aSecret"]) == first
    assert len(set(first.values())) == 2


def test_two_folders_share_no_value(tmp_path: Path) -> None:
    assert StandIns(tmp_path / "staging").value("SAME") != StandIns(tmp_path / "production").value("SAME")


def test_what_all_stacks_share_is_the_same_in_each_folder(tmp_path: Path) -> None:
    names = ["fingerprintKey", "fingerprintkey"]
    staging, production = (StandIns(tmp_path / stack).values(names) for stack in ("staging", "production"))
    assert staging["fingerprintKey"] == production["fingerprintKey"]
    assert staging["fingerprintkey"] != production["fingerprintkey"]
    assert len(staging["fingerprintKey"]) >= 32


def test_a_given_value_takes_the_place_of_the_stand_in(tmp_path: Path) -> None:
    assert StandIns(tmp_path, {"A": "given"}).values(["A"]) == {"A": "given"}


def test_an_email_has_the_form_of_one(tmp_path: Path) -> None:
    assert StandIns(tmp_path).value("UPSTASH_EMAIL").endswith("@example.invalid")


def test_the_seed_is_the_owners_alone_and_holds_no_value(tmp_path: Path) -> None:
    value = StandIns(tmp_path).value("A")
    seed = tmp_path / "seed"
    assert stat.S_IMODE(seed.stat().st_mode) == 0o600
    assert value.encode() not in seed.read_bytes()


def test_a_damaged_seed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "seed").write_bytes(b"short")
    with pytest.raises(StateError, match="damaged"):
        StandIns(tmp_path)


def test_the_environment_is_put_back_even_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERCEL_API_TOKEN", "the real one")
    seen: list[str] = []

    def fails() -> None:
        with environment({"VERCEL_API_TOKEN": "stand-in", "NEW": "x"}):
            seen.append(os.environ["VERCEL_API_TOKEN"])
            raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        fails()
    assert seen == ["stand-in"]
    assert os.environ["VERCEL_API_TOKEN"] == "the real one"
    assert "NEW" not in os.environ
