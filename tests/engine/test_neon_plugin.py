"""The life of every kind of object through the real engine and the plugin in a process of its own."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rehearsal.clouds.neon import NeonService
from tests.engine.neon_project import Done, NeonProject, neon_project, steps, warnings
from tests.providers.neon.life import GONE, IMPORTED, IN_PLACE, KINDS, ONCE, PROGRAM, REPLACING, by_hand

pytestmark = pytest.mark.engine

KEY = "napi_planted0a1b2c3d4e5f6071829304a5b6c7d8e9f"


@dataclass(slots=True)
class Life:
    """What was played, and what was there after each act."""

    project: NeonProject
    done: dict[str, Done] = field(default_factory=dict)
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    objects: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    asked: dict[str, set[str]] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)

    def play(self, act: str, *arguments: str, stack: str = "dev") -> None:
        service = self.project.service
        before = len(service.requests)
        self.done[act] = self.project.pulumi(*arguments, "--stack", stack)
        self.held[act] = self.project.resources(stack)
        self.objects[act] = service.objects()
        self.asked[act] = {request.method for request in service.requests[before:]}

    def counts(self, act: str) -> dict[str, int]:
        return {kind: len(found) for kind, found in self.objects[act].items() if found}


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    root = tmp_path_factory.mktemp("neon")
    with NeonService(api_key=KEY) as service, neon_project(root, service, PROGRAM) as project:
        del project.environment["NEON_API_KEY"]
        assert project.pulumi("config", "set", "--secret", "neon:apiKey", KEY).ok
        found = Life(project)
        loud = ("-v=8", "--logtostderr", "--debug")
        found.play("created", "up", "--yes", "--skip-preview", *loud)
        found.told = project.outputs()
        found.play("again", "preview", "--expect-no-changes")
        by_hand(service)
        found.play("refreshed", "refresh", "--yes", "--skip-preview", *loud)
        found.play("righted", "up", "--yes", "--skip-preview", "--diff")
        for old, new in IN_PLACE.items():
            project.edit(old, new)
        found.play("updated", "up", "--yes", "--skip-preview", "--diff", *loud)
        for old, new in REPLACING.items():
            project.edit(old, new)
        found.play("replaced", "up", "--yes", "--skip-preview", "--diff")
        forced = [flag for held in found.held["replaced"].values() for flag in ("--replace", held["urn"])]
        found.play("forced", "up", "--yes", "--skip-preview", *forced)
        found.play("settled", "preview", "--expect-no-changes")
        _import(found)
        found.play("destroyed", "destroy", "--yes", "--skip-preview", *loud)
        yield found


def _import(life: Life) -> None:
    """Take everything over into another stack, by ids, and see what the program would change there; then the same with the
    program that the engine writes for it."""
    project = life.project
    project.make_stack("other")
    project.environment["NEON_API_KEY"] = KEY
    given = [
        {"type": held["type"], "name": name.split()[1], "id": held["id"]}
        for name, held in life.held["settled"].items()
        if name in IMPORTED
    ]
    file, code = (project.folder.parent / name for name in ("import.json", "imported.txt"))
    file.write_text(json.dumps({"resources": given}), encoding="utf-8")
    flags = ("--yes", "--skip-preview", "--protect=false", "--out", str(code))
    life.play("imported", "import", "--file", str(file), *flags, stack="other")
    for not_imported in (", deletion_protection=False", ', password_rotation="2027"'):
        project.edit(not_imported, "")
    project.edit('key = neon.OrgApiKey("ci", org_id=org.org_id, name="pipeline")', "")
    project.edit('pulumi.export("key", key.key)', "")
    life.play("after import", "preview", "--expect-no-changes", stack="other")
    project.write(code.read_text(encoding="utf-8"))
    life.play("as written", "preview", "--expect-no-changes", stack="other")


def all_of(operation: str, names: set[str] = KINDS) -> Counter[tuple[str, str]]:
    return Counter((operation, name) for name in names)


@pytest.mark.parametrize(
    "act",
    [
        "created",
        "again",
        "refreshed",
        "righted",
        "updated",
        "replaced",
        "forced",
        "settled",
        "imported",
        "after import",
        "as written",
        "destroyed",
    ],
)
def test_each_act_ends_well(life: Life, act: str) -> None:
    assert life.done[act].ok, life.done[act].output


def test_every_kind_is_made_once_and_the_functions_tell_of_it(life: Life) -> None:
    assert steps(life.done["created"].events) == all_of("create")
    assert life.counts("created") == ONCE
    told, held = life.told, life.held["created"]
    assert told["plan"] == "scale"
    assert told["branch"] == held["Branch preview"]["outputs"]["branchId"]
    assert re.fullmatch(rf"postgresql://app:{re.escape(told['password'])}@ep-.*-pooler\..*/data\?.*", told["uri"])


def test_a_second_preview_finds_nothing_to_do(life: Life) -> None:
    assert steps(life.done["again"].events) == all_of("same")


def test_a_refresh_sees_what_was_changed_and_removed_by_hand(life: Life) -> None:
    found = life.done["refreshed"]
    assert life.asked["refreshed"] == {"GET"}
    assert set(life.held["refreshed"]) == KINDS - GONE
    held = {name: resource["inputs"] for name, resource in life.held["refreshed"].items()}
    assert (
        held["Project shop"]["name"] == held["Branch preview"]["name"] == held["Snapshot before"]["name"] == "by hand"
    )
    assert held["Database data"]["ownerName"] == "neondb_owner"
    assert held["Endpoint compute"]["maxCu"] == 4
    assert held["AnonymizedBranch masked"]["maskingRules"] == []
    assert held["SpendingLimit budget"]["cents"] == 1
    assert "10 changes" in found.output


def test_the_next_run_puts_it_right(life: Life) -> None:
    assert steps(life.done["righted"].events) == all_of("create", GONE) + all_of("update", KINDS - GONE)
    assert life.counts("righted") == ONCE


def test_what_can_change_in_place_does(life: Life) -> None:
    changed = KINDS - {"OrgApiKey ci"}
    assert steps(life.done["updated"].events) == all_of("update", changed) + all_of("same", {"OrgApiKey ci"})
    before, after = life.held["righted"], life.held["updated"]
    assert {name: held["id"] for name, held in after.items()} == {name: held["id"] for name, held in before.items()}
    assert after["Role app"]["outputs"]["password"] != before["Role app"]["outputs"]["password"]
    assert {found["name"] for found in life.objects["updated"]["branch"]} == {"main", "look", "masked"}
    assert life.counts("updated") == ONCE


def test_what_cannot_is_replaced_with_everything_in_it(life: Life) -> None:
    replaced = KINDS - {"SpendingLimit budget"}
    done = steps(life.done["replaced"].events)
    assert {name for operation, name in done if operation == "replace"} == replaced
    before, after = life.held["updated"], life.held["replaced"]
    assert [name for name in KINDS if before[name]["id"] == after[name]["id"]] == ["SpendingLimit budget"]
    assert life.counts("replaced") == ONCE
    assert [found["region_id"] for found in life.objects["replaced"]["project"]] == ["aws-us-east-2"]


def test_what_is_told_to_be_replaced_is_not_lost(life: Life) -> None:
    """The engine asks for a new object as if there was none, then to delete the old one: that one was the same, and went."""
    assert {name for operation, name in steps(life.done["forced"].events) if operation == "replace"} == KINDS
    assert life.counts("forced") == ONCE
    before, after = life.held["replaced"], life.held["forced"]
    assert [name for name in KINDS if before[name]["id"] != after[name]["id"]] == ["OrgApiKey ci"]
    told = warnings(life.done["forced"].events)
    assert len([text for text in told if "to have it replaced, use the option deleteBeforeReplace" in text]) == 9
    assert steps(life.done["settled"].events) == all_of("same")


def test_every_kind_but_keys_is_imported_and_left_as_it_is(life: Life) -> None:
    assert life.asked["imported"] == {"GET"}
    assert sorted(life.held["imported"]) == IMPORTED
    for act in ("after import", "as written"):
        assert steps(life.done[act].events) == all_of("same", set(IMPORTED))


def test_a_destroy_leaves_nothing(life: Life) -> None:
    assert life.counts("destroyed") == {}
    assert life.held["destroyed"] == {}
    assert "can be recovered for 7 days" in life.done["destroyed"].output


def test_no_secret_is_in_plain_text_in_any_state_log_or_event(life: Life) -> None:
    """Of the engine's log up to level 8: from 9 on it writes what each provider answers, whole."""
    root = life.project.folder.parent
    texts = {path: path.read_text(errors="replace") for path in root.rglob("*") if path.is_file()}
    kept = {path.relative_to(root).parts[0] for path in texts}
    assert {".pulumi", "output-3.txt", "events-3.txt", "shop"} <= kept
    planted = [KEY, life.told["password"], life.told["key"], life.told["uri"]]
    assert [path.name for path, text in texts.items() for secret in planted if secret in text] == []
    token = re.compile(r"n(?:api|pg)_[\w-]{8,}")
    assert [(path.name, token.findall(text)) for path, text in texts.items() if token.search(text)] == []
    assert all(token.search(secret) for secret in planted)
    assert "secure" in texts[life.project.folder / "Pulumi.dev.yaml"]


WITH_ITS_OWN_KEY = """
shop = neon.Project("shop", name="shop", region_id="aws-eu-central-1")
key = neon.OrgApiKey("narrow", org_id=neon.get_organization().org_id, name="narrow", project_id=shop.id)
narrow = neon.Provider("narrow", api_key=key.key, plan="scale")
preview = neon.Branch("preview", project_id=shop.id, name="preview", opts=pulumi.ResourceOptions(provider=narrow))
asked = pulumi.InvokeOptions(provider=narrow)
pulumi.export("branch", neon.get_branch_output(project_id=shop.id, name=preview.name, opts=asked).branch_id)
"""


def test_a_key_that_the_program_makes_serves_another_provider_of_it(tmp_path: Path) -> None:
    """At preview that provider is not configured yet, since its key is not known."""
    with NeonService() as service, neon_project(tmp_path, service, WITH_ITS_OWN_KEY) as project:
        planned = project.preview()
        assert planned.ok, planned.output
        assert steps(planned.events) == all_of("create", {"Project shop", "OrgApiKey narrow", "Branch preview"})
        assert project.counts() == {}
        assert project.up().ok
        assert project.outputs() == {"branch": project.resources()["Branch preview"]["outputs"]["branchId"]}
