"""The life of every kind of object through the embedded engine: made, changed by hand, put right, updated, replaced, imported,
destroyed. `tests/engine` plays the same on a real one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from neon_provider.client import Clock
from neon_provider.provider import NeonProvider
from rehearsal.clouds.neon import NeonService
from rehearsal.engine import Operation, Options, Project, Result, StateFile, run
from tests.providers.neon.life import GONE, HEAD, IMPORTED, IN_PLACE, KINDS, ONCE, PROGRAM, REPLACING, by_hand, label

KEY = "napi_planted_in_the_life_of_every_kind"


async def _at_once(_: float) -> None:
    """The local service has no rate that requests must keep to."""


@dataclass(slots=True)
class Life:
    """What was played, with the objects and the resources there were after each act."""

    root: Path
    service: NeonService
    program: str = HEAD + PROGRAM
    done: dict[str, Result] = field(default_factory=dict)
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    inputs: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    asked: dict[str, set[str]] = field(default_factory=dict)

    def edit(self, old: str, new: str) -> None:
        assert old in self.program
        self.program = self.program.replace(old, new)

    def play(self, act: str, operation: Operation, stack: str = "dev") -> None:
        (self.root / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
        (self.root / f"Pulumi.{stack}.yaml").write_text("config: {neon:pollInterval: 0.01}\n")
        (self.root / "__main__.py").write_text(self.program)
        before = len(self.service.requests)
        providers = {"neon": lambda: NeonProvider(Clock(pace=_at_once))}
        with StateFile(self.root / "state" / f"{stack}.json", stack, "passphrase") as state:
            project = Project.load(self.root, stack)
            self.done[act] = run(operation, project=project, state=state, providers=providers, options=Options())
            held = {label(item.urn): item for item in state.resources if "::neon:index:" in item.urn}
        self.ids[act] = {name: item.id for name, item in held.items()}
        self.inputs[act] = {name: item.inputs for name, item in held.items()}
        self.counts[act] = {kind: len(found) for kind, found in self.service.objects().items() if found}
        self.asked[act] = {request.method for request in self.service.requests[before:]}

    def steps(self, act: str) -> Counter[tuple[str, str]]:
        return Counter((step.op, label(step.urn)) for step in self.done[act].steps if "::neon:index:" in step.urn)


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    with NeonService(api_key=KEY) as service, pytest.MonkeyPatch.context() as patch:
        patch.setattr("rehearsal.engine.passphrase._ROUNDS", 1_000)
        patch.setenv("NEON_API_KEY", KEY)
        patch.setenv("NEON_API_URL", service.url)
        found = Life(tmp_path_factory.mktemp("life"), service)
        found.play("previewed", Operation.PREVIEW)
        found.play("created", Operation.UP)
        found.play("again", Operation.PREVIEW)
        by_hand(service)
        found.play("refreshed", Operation.REFRESH)
        found.play("righted", Operation.UP)
        for old, new in IN_PLACE.items():
            found.edit(old, new)
        found.play("updated", Operation.UP)
        for old, new in REPLACING.items():
            found.edit(old, new)
        found.play("replaced", Operation.UP)
        found.play("settled", Operation.PREVIEW)
        _import(found)
        found.play("destroyed", Operation.DESTROY)
        yield found


def _import(life: Life) -> None:
    """Take everything over into another stack, each by its id, and see what the program would change there."""
    program, ids = life.program, life.ids["settled"]
    life.edit('key = neon.OrgApiKey("ci", org_id=org.org_id, name="pipeline")\n', "")
    life.edit('pulumi.export("key", key.key)\n', "")
    life.edit(', password_rotation="2027"', "")
    life.edit(", deletion_protection=False", "")
    imported = life.program
    for name in IMPORTED:
        kind, resource = name.split()
        life.edit(f'neon.{kind}("{resource}"', f'neon.{kind}("{resource}", opts=existing("{ids[name]}")')
    life.edit(", opts=then)", ")")
    life.edit(HEAD, f"{HEAD}\ndef existing(found):\n    return pulumi.ResourceOptions(import_=found)\n\n")
    life.play("imported", Operation.UP, "other")
    life.program = imported
    life.play("after import", Operation.PREVIEW, "other")
    life.program = program


def all_of(operation: str, names: set[str] = KINDS) -> Counter[tuple[str, str]]:
    return Counter((operation, name) for name in names)


ACTS = [
    "previewed",
    "created",
    "again",
    "refreshed",
    "righted",
    "updated",
    "replaced",
    "settled",
    "imported",
    "destroyed",
]


@pytest.mark.parametrize("act", [*ACTS, "after import"])
def test_each_act_ends_well(life: Life, act: str) -> None:
    assert life.done[act].failures == []
    assert life.done[act].ok


def test_a_preview_makes_nothing(life: Life) -> None:
    assert life.asked["previewed"] == {"GET"}
    assert life.counts["previewed"] == {}


def test_every_kind_is_made_once_and_a_second_preview_finds_nothing_to_do(life: Life) -> None:
    assert life.steps("created") == all_of("create")
    assert life.counts["created"] == ONCE
    assert life.steps("again") == all_of("same")


def test_a_refresh_sees_what_was_changed_and_removed_by_hand_and_the_next_run_puts_it_right(life: Life) -> None:
    assert life.asked["refreshed"] == {"GET"}
    assert set(life.ids["refreshed"]) == KINDS - GONE
    held = life.inputs["refreshed"]
    assert [held[name]["name"] for name in ("Project shop", "Branch preview", "Snapshot before")] == ["by hand"] * 3
    assert held["Database data"]["ownerName"] == "neondb_owner"
    assert held["Endpoint compute"]["maxCu"] == 4
    assert held["AnonymizedBranch masked"]["maskingRules"] == []
    assert held["SpendingLimit budget"]["cents"] == 1
    assert life.steps("righted") == all_of("create", GONE) + all_of("update", KINDS - GONE)
    assert life.counts["righted"] == ONCE


def test_what_can_change_in_place_does(life: Life) -> None:
    assert life.steps("updated") == all_of("update", KINDS - {"OrgApiKey ci"}) + all_of("same", {"OrgApiKey ci"})
    assert life.ids["updated"] == life.ids["righted"]
    assert life.counts["updated"] == ONCE


def test_what_cannot_is_replaced_with_everything_in_it(life: Life) -> None:
    made = {name for operation, name in life.steps("replaced") if operation == "create-replacement"}
    assert made == KINDS - {"SpendingLimit budget"}
    before, after = life.ids["updated"], life.ids["replaced"]
    assert [name for name in KINDS if before[name] == after[name]] == ["SpendingLimit budget"]
    assert life.counts["replaced"] == ONCE
    assert life.steps("settled") == all_of("same")


def test_every_kind_but_keys_is_imported_and_left_as_it_is(life: Life) -> None:
    assert life.asked["imported"] == {"GET"}
    assert life.steps("imported") == all_of("import", set(IMPORTED))
    assert life.steps("after import") == all_of("same", set(IMPORTED))


def test_a_destroy_leaves_nothing(life: Life) -> None:
    assert life.steps("destroyed") == all_of("delete")
    assert (life.counts["destroyed"], life.ids["destroyed"]) == ({}, {})


def test_the_key_and_the_passwords_are_in_plain_text_in_no_state(life: Life) -> None:
    for path in (life.root / "state").rglob("*"):
        text = path.read_text(errors="replace") if path.is_file() else ""
        assert KEY not in text
        assert "npg_" not in text
        assert "napi_" not in text
