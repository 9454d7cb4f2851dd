"""What is measured runs at all, at its smallest."""

from __future__ import annotations

from pathlib import Path

from benchmarks.neon import LEAST, NeonResults, Phases, _worked, written
from benchmarks.worker import echo


def test_the_floor_of_a_synthetic_run_is_the_whole_program(tmp_path: Path) -> None:
    echo("1", tmp_path)


def test_each_operation_at_neon_is_counted_and_none_asks_more_than_what_it_needs() -> None:
    """The change, one read of what came of it, and one listing before what an interrupted run may have left."""
    found = _worked("operations", 0, 0).requests
    assert {name.partition(" ")[2] for name in found} == set(LEAST)
    dear = {name: count for name, count in found.items() if count > LEAST[name.partition(" ")[2]] + 1}
    assert sorted(dear) == ["AnonymizedBranch create", "AnonymizedBranch update", "Project create", "Project update"]
    assert found["Project no-op preview"] == 0


def test_a_refresh_of_branches_makes_one_listing() -> None:
    few, many = (_worked("branches", count, 0) for count in (1, 5))
    assert many.requests["refresh"] == few.requests["refresh"]
    assert many.requests["create"] - few.requests["create"] == 4 * LEAST["create"]
    assert (many.requests["no-op preview"], many.requests["destroy"]) == (0, 5)
    page = written(
        NeonResults({"Branch create": 3}, {(5, 0.0): [many]}, Phases(many.seconds, many.requests), [1.0], [1.2], 9)
    )
    assert "| 5, 0 ms |" in "\n".join(page)
