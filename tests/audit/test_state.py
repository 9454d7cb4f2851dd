"""State files as rules see them: both forms, secrets present but not shown, and every mistake told at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from audit.errors import AuditError
from audit.state import State, read, read_all
from policies.catalogue.resource import SECRET, UNKNOWN, Resource
from tests.audit import states
from tests.audit.states import Document, item, plaintext, small

PROJECT = "neon:index:Project"
UNKNOWNS = {
    "text": "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "number": "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "truth": "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "list": "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "object": "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
}


def _read(folder: Path, document: Any, name: str = "state") -> State:
    return read(states.write(folder, {name: document})[0])


def _only(state: State, kind: str = PROJECT) -> Resource:
    (found,) = state.inputs.of_type(kind)
    return found


def _refused(folder: Path, *documents: Any) -> tuple[str, ...]:
    paths = states.write(folder, {f"given-{number}": document for number, document in enumerate(documents)})
    with pytest.raises(AuditError) as caught:
        read_all(paths)
    return caught.value.mistakes


@pytest.mark.parametrize("form", ["export", "checkpoint"])
def test_both_forms_of_a_rehearsed_state_read_the_same(tmp_path: Path, form: str) -> None:
    document = states.rehearsed("production")
    state = _read(tmp_path, document if form == "checkpoint" else states.exported(document))
    raw = states.resources_of(document)
    assert [one.urn for one in state.population] == [resource["urn"] for resource in raw]
    assert (state.stack, state.project) == ("production", "brightbroom-infra")
    assert state.time == document["checkpoint"]["latest"]["manifest"]["time"]
    assert state.providers["vercel"] == "5.21.1"
    assert sorted(state.providers) == ["aws", "github", "neon", "random", "sentry", "upstash", "vercel"]
    assert {one.urn for one in state.inputs} == {one.urn for one in state.outputs} == {r["urn"] for r in raw}


def test_a_resource_is_seen_with_all_that_rules_ask_for(tmp_path: Path) -> None:
    branch = item(
        "neon:index:Branch",
        "main",
        {"projectId": "p-1"},
        id="br-1",
        parent="urn:pulumi:staging::brightbroom-infra::brightbroom:data:NeonDatabase::database",
        protect=True,
        ignoreChanges=["name"],
        additionalSecretOutputs=["password"],
        propertyDependencies={"projectId": ["urn:of:project"], "name": None},
    )
    branch["outputs"] = {"projectId": "p-1", "host": "made.example"}
    state = _read(tmp_path, small(branch))
    seen = _only(state, "neon:index:Branch")
    assert (seen.name, seen.id, seen.stack, seen.protect) == ("main", "br-1", "staging", True)
    assert seen.parent.endswith("::database")
    assert seen.ignore_changes == ("name",)
    assert seen.secret_outputs == ("password",)
    assert seen.links == {"projectId": ("urn:of:project",), "name": ()}
    assert seen.get("host") is None
    assert state.outputs.by_urn[seen.urn].get("host") == "made.example"


def test_a_name_may_hold_the_separator_of_urns(tmp_path: Path) -> None:
    assert _only(_read(tmp_path, small(item(PROJECT, "a::b")))).name == "a::b"


def test_encrypted_values_are_present_and_secret_at_any_depth(tmp_path: Path) -> None:
    given = {"key": states.SECRET, "deep": [{"list": [states.SECRET]}], "value": {**states.SECRET, "value": "x"}}
    state = _read(tmp_path, small(item(PROJECT, "db", given)))
    seen = _only(state)
    assert seen.get("key") is SECRET
    assert seen.get("deep.0.list.0") is SECRET
    assert seen.get("value") is SECRET
    assert state.veil.secrets == ()


def test_secrets_in_plain_text_are_read_and_remembered(tmp_path: Path) -> None:
    shown = plaintext("canary-1")
    nested = {states.SIGNATURE: shown[states.SIGNATURE], "plaintext": json.dumps({"a": ["canary-22", 7], "b": "ab"})}
    state = _read(tmp_path, small(item(PROJECT, "db", {"password": shown, "more": nested})))
    assert _only(state).get("password") == "canary-1"
    assert _only(state).get("more.a.0") == "canary-22"
    assert state.veil.secrets == ("canary-22", "canary-1")


def test_a_state_is_sealed_even_where_no_value_in_it_is_encrypted(tmp_path: Path) -> None:
    state = _read(tmp_path, small(item(PROJECT, "db", {"password": plaintext("canary-1")})))
    assert state.inputs.sealed
    assert state.outputs.sealed


@pytest.mark.parametrize("kind", UNKNOWNS)
def test_what_was_not_known_when_the_state_was_written_is_unknown(tmp_path: Path, kind: str) -> None:
    state = _read(
        tmp_path, small(item(PROJECT, "db", {"list": [{"host": UNKNOWNS[kind]}], "near": UNKNOWNS[kind][:-1]}))
    )
    seen = _only(state)
    assert seen.properties["list"][0]["host"] is UNKNOWN
    assert seen.get("near") == UNKNOWNS[kind][:-1]


def test_other_special_values_of_the_engine_are_no_secrets(tmp_path: Path) -> None:
    mark = states.SIGNATURE
    given = {
        "asset": {mark: "c44067f5952c0a294b673a41bacd8c17", "hash": "ab", "text": "words"},
        "archive": {mark: "0def7320c3a5731c473e5ecbe6d01bc7", "path": "folder"},
        "reference": {mark: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "urn:x", "id": "1", "packageVersion": "2"},
        "output": {mark: "d0e6a833031e9bbcd3f4e8bde6ca49a4", "value": "known", "dependencies": []},
        "pending": {mark: "d0e6a833031e9bbcd3f4e8bde6ca49a4", "dependencies": []},
        "hidden": {mark: "d0e6a833031e9bbcd3f4e8bde6ca49a4", "value": "canary-3", "secret": True},
        "new": {mark: "of a later engine", "value": 1},
    }
    state = _read(tmp_path, small(item(PROJECT, "db", given)))
    seen = _only(state).properties
    assert seen["asset"] == {"hash": "ab", "text": "words"}
    assert seen["archive"] == {"path": "folder"}
    assert seen["reference"] == {"urn": "urn:x", "id": "1"}
    assert seen["output"] == "known"
    assert seen["pending"] is UNKNOWN
    assert seen["new"] is UNKNOWN
    assert state.veil.secrets == ("canary-3",)


def test_whole_numbers_are_whole_however_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text(json.dumps(small(item(PROJECT, "db", {"a": 3600.0, "b": 0.25, "c": 7}))))
    seen = _only(read(path)).properties
    assert seen == {"a": 3600, "b": 0.25, "c": 7}
    assert type(seen["a"]) is int


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_files_of_other_shells_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "state.json"
    given = {"host": UNKNOWNS["text"], "key": "[secret]", "name": "bäd"}
    path.write_text(json.dumps(small(item(PROJECT, "db", given)), ensure_ascii=False), encoding=encoding)
    assert _only(read(path)).properties == {"host": UNKNOWN, "key": SECRET, "name": "bäd"}


def test_what_waits_for_its_end_is_in_the_population_and_in_no_view(tmp_path: Path) -> None:
    live = item(PROJECT, "db", id="new")
    old = {**item(PROJECT, "db", id="old"), "delete": True}
    gone = {**item(PROJECT, "gone"), "pendingReplacement": True}
    state = _read(tmp_path, small(live, old, gone))
    assert [resource.id for resource in state.inputs.of_type(PROJECT)] == ["new"]
    waits = {(one.name, one.id): one.waits for one in state.population if one.type == PROJECT}
    assert waits[("db", "new")] == ""
    assert "waits for its deletion" in waits[("db", "old")]
    assert "waits for its replacement" in waits[("gone", "")]


def test_the_provider_of_a_resource_is_known_by_its_package(tmp_path: Path) -> None:
    provider = item("pulumi:providers:neon", "neon", {"version": "0.1.0"}, id="1")
    older = item("pulumi:providers:neon", "older", {}, id="2")
    older["outputs"] = {"version": "0.0.9"}
    silent = item("pulumi:providers:random", "default", id="3")
    project = item(PROJECT, "db", provider=f"{provider['urn']}::1")
    state = _read(tmp_path, small(provider, older, silent, project, item("brightbroom:data:NeonDatabase", "data")))
    assert state.providers == {"neon": "0.0.9, 0.1.0", "random": "not stated"}
    told = {one.name: one.provider for one in state.population}
    assert (told["db"], told["data"], told["neon"]) == ("neon", "", "neon")


@pytest.mark.parametrize(
    ("more", "hidden"),
    [
        ({"id": "canary-77"}, True),
        ({"id": "ordinary"}, False),
        ({"id": "ghp_abcdefghijklmnopqrstuvwx0123"}, True),
    ],
)
def test_an_id_that_is_a_secret_is_not_told(tmp_path: Path, more: Document, hidden: bool) -> None:
    token = item(
        "vercel:index/userToken:UserToken", "ci", {"token": plaintext("canary-77"), "name": "ordinary"}, **more
    )
    (found,) = (one for one in _read(tmp_path, small(token)).population if one.name == "ci")
    assert found.id == ("[secret]" if hidden else "ordinary")


def test_an_id_that_is_a_secret_output_too_is_not_told(tmp_path: Path) -> None:
    given = {"bypassSecret": "plain-canary-8", "projectId": "prj_1"}
    bypass = item("vercel:index/projectProtectionBypass:ProjectProtectionBypass", "ci", given, id="plain-canary-8")
    (found,) = (one for one in _read(tmp_path, small(bypass)).population if one.name == "ci")
    assert found.id == "[secret]"


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([], "is not a state"),
        ({"deployment": {"resources": []}}, "has version None"),
        ({"version": 4, "deployment": {"resources": [{}]}}, "has version 4; this reads version 3"),
        ({"version": 3}, "holds no resources"),
        ({"version": 3, "deployment": None}, "holds no resources"),
        ({"version": 3, "checkpoint": {"stack": "x", "latest": None}}, "holds no resources"),
        ({"version": 3, "deployment": {"resources": []}}, "nothing is deployed"),
        ({"version": 3, "deployment": {"resources": ["x"]}}, "something that is no resource, at position 1"),
        ({"version": 3, "deployment": {"resources": [{"urn": "x", "type": "y"}]}}, "no resource, at position 1"),
        ({"version": 3, "deployment": {"resources": [{"urn": "urn:pulumi:a::x", "type": "y"}]}}, "no resource, at position 1"),
        (small({**item(PROJECT, "db"), "inputs": ["x"]}), "shows the inputs of urn:pulumi:staging"),
        (small(item(PROJECT, "db"), item(PROJECT, "db")), "::db 2 times, and none of them waits"),
        (small(item(PROJECT, "db", stack="production")), "several stacks or projects: urn:pulumi:production"),
        (small(item(PROJECT, "db", {"a": {**plaintext(""), "plaintext": "{"}})), "is not JSON"),
    ],
)  # fmt: skip
def test_what_is_no_state_is_refused_with_the_command_that_makes_one(tmp_path: Path, document: Any, told: str) -> None:
    (mistake,) = _refused(tmp_path, document)
    assert told in mistake
    assert mistake.startswith(str(tmp_path / "given-0.json"))
    assert mistake.endswith("Make one with: pulumi stack export --stack <stack> > <stack>.json")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\xfd", b'{"version": NaN}', b"[" * 100_000])
def test_what_is_not_json_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(content)
    with pytest.raises(AuditError, match="is not JSON"):
        read(path)


def test_every_mistake_in_every_file_is_told_at_once(tmp_path: Path) -> None:
    twice = small(item(PROJECT, "db"), item(PROJECT, "db"), item(PROJECT, "x", stack="production"))
    mistakes = _refused(tmp_path, small(), {"version": 1}, twice, small())
    assert len(mistakes) == 4
    assert "version 1" in mistakes[0]
    assert "several stacks" in mistakes[1]
    assert "2 times" in mistakes[2]
    names = [str(tmp_path / f"given-{number}.json") for number in (0, 3)]
    assert mistakes[3] == f"{names[0]} and {names[1]} are all of the stack staging: give one state of each stack"


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(AuditError, match="cannot be read"):
            read(path)
