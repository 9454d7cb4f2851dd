"""The judge of the sequences sees what it is there to see."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from rehearsal.clouds.neon import NeonService
from rehearsal.engine import Operation
from tests.providers.neon.sequence_judge import differences
from tests.providers.neon.sequence_live import documents
from tests.providers.neon.sequence_program import SLOTS, Program
from tests.providers.neon.sequence_stack import Stack, surroundings

DECLARED = ("p1_b1", "p1_masked", "p1_rw", "p1_app", "p1_data", "p1_backups", "p1_snap", "p1_key", "limit")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with a resource of each type."""
    program = Program()
    for slot in DECLARED:
        program.declare(slot, SLOTS[slot].usual)
    with NeonService() as service:
        made = Stack(tmp_path_factory.mktemp("judged"), service)
        with surroundings(made):
            assert made.run(Operation.UP, program.text).ok
            yield made
        made.close()


def _one(service: NeonService, kind: str, **match: object) -> str:
    """The key of the newest object like that."""
    found = [item for item in documents(service)[kind] if all(item.get(name) == value for name, value in match.items())]
    places = {"role": "{branch_id}/{name}", "database": "{branch_id}/{name}", "schedule": "{branch_id}"}
    return places.get(kind, "{id}").format(**found[-1])


CHANGES: dict[str, Callable[[NeonService], None]] = {
    "p1 (": lambda s: s.by_hand("project", _one(s, "project"), history_retention_seconds=7),
    "p1_b1 (": lambda s: s.by_hand("branch", _one(s, "branch", name="p1_b1_a"), protected=True),
    "p1_rw (": lambda s: s.by_hand("endpoint", _one(s, "endpoint", type="read_write"), disabled=True),
    "the state tells password": lambda s: s.by_hand("role", _one(s, "role", name="p1_app_a"), password="another"),
    "p1_data (": lambda s: s.by_hand("database", _one(s, "database", name="p1_data_a"), owner_name="nobody"),
    "p1_snap is in the state alone": lambda s: s.by_hand("snapshot", _one(s, "snapshot")),
    "p1_backups is in the state alone": lambda s: s.by_hand("schedule", _one(s, "schedule")),
    "p1_key is in the state alone": lambda s: s.by_hand("api_key", _one(s, "api_key")),
    "limit (": lambda s: s.by_hand("spending_limit", _one(s, "spending_limit"), spending_limit_cents=7),
}


def test_what_was_just_made_is_equal(stack: Stack) -> None:
    assert differences(stack.resources(), documents(stack.service), set(), set()) == []


@pytest.mark.parametrize("what", CHANGES)
def test_a_difference_is_told(stack: Stack, what: str) -> None:
    CHANGES[what](stack.service)
    told = differences(stack.resources(), documents(stack.service), set(), set())
    assert [text for text in told if what in text] != [], told


def test_an_object_more_is_told_unless_others_made_it(stack: Stack) -> None:
    project = _one(stack.service, "project")
    made = stack.ask("POST", f"/projects/{project}/branches", {"branch": {"name": "more"}}).json()["branch"]
    resources, objects = stack.resources(), documents(stack.service)
    alone = [text for text in differences(resources, objects, set(), set()) if made["id"] in text]
    assert alone == [f"('branch', '{made['id']}') is at Neon alone"]
    assert not any(made["id"] in text for text in differences(resources, objects, {("branch", made["id"])}, set()))
