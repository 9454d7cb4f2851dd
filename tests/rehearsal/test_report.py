"""What people and machines are told of a run."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from rehearsal import report
from rehearsal.engine import UNKNOWN, Operation, Result
from rehearsal.stage import Stage
from tests.rehearsal.tiny import play


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Result]]:
    """The runs of a stage's life, each reported below."""
    edited = play({"hosting.functionTimeoutSeconds": 45, "application.secretRotation": "second"})
    with Stage(play(), tmp_path_factory.mktemp("report")) as stage:
        found = {"first": stage.run(Operation.PREVIEW), "up": stage.run(Operation.UP)}
        found["again"] = stage.run(Operation.PREVIEW)
        found["edit"] = stage.run(Operation.PREVIEW, play=edited)
        found["destroy"] = stage.run(Operation.DESTROY)
        yield found


def _lines(result: Result, *, verbose: bool = False) -> list[str]:
    return [line.plain for line in report.tree(result, verbose=verbose)]


def test_a_first_preview_lists_components_with_their_resources(results: dict[str, Result]) -> None:
    lines = _lines(results["first"])
    assert lines[0] == "+  pulumi:pulumi:Stack  tiny-test"
    app = lines.index("  +  brightbroom:hosting:App  app")
    below = {line for line in lines[app + 1 :] if line.startswith("    ")}
    assert "    +  vercel:Project  app-project" in below
    assert "    +  random:RandomPassword  app-secret" in below
    assert report.summary(results["first"]) == "8 to create"


def test_verbose_shows_what_is_created_with_and_secrets_as_marks(results: dict[str, Result]) -> None:
    lines = _lines(results["first"], verbose=True)
    assert any('name: "tiny"' in line for line in lines)
    values = [line.strip() for line in lines if line.strip().startswith("value:")]
    assert values == ["value: [secret]", "value: [secret]"]
    assert any(line.strip() == "projectId: [computed]" for line in lines)


def test_an_edit_shows_each_property_old_and_new(results: dict[str, Result]) -> None:
    lines = [line.strip() for line in _lines(results["edit"])]
    assert "~  vercel:Project  app-project" in lines
    assert "~ resourceConfig.functionDefaultTimeout: 30 -> 45" in lines
    assert "+- random:RandomPassword  app-secret" in lines
    assert '~ keepers.rotation: "first" -> "second"  (replaces)' in lines
    assert "~ value: [secret] -> [secret]" in lines
    assert not any("stack_secret" in line for line in lines)
    assert report.summary(results["edit"]) == "2 to update, 1 to replace, 5 unchanged"


def test_nothing_changed_is_an_empty_tree(results: dict[str, Result]) -> None:
    assert _lines(results["again"]) == []
    assert report.summary(results["again"]) == "8 unchanged"


def test_a_deletion_is_marked_as_one(results: dict[str, Result]) -> None:
    assert report.summary(results["destroy"]) == "8 deleted"
    assert all(line.strip().startswith("-") for line in _lines(results["destroy"]))


def test_many_siblings_alike_share_a_line() -> None:
    rows = [report.Row(f"urn:pulumi:s::p::vercel:index/x:Thing::thing-{n}", "create") for n in range(4)]
    parent = report.Row("urn:pulumi:s::p::a:b:C::parent", "same", children=rows)
    assert [line.plain for line in report.branch([parent])] == [
        "   a:C  parent",
        "  +  vercel:Thing x 4  thing-0, thing-1, thing-2, thing-3",
    ]
    parent.children = rows[:3]
    assert len(list(report.branch([parent]))) == 4


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("text", '"text"'),
        (UNKNOWN, "[computed]"),
        ("[secret]", "[secret]"),
        ({"a": UNKNOWN, "b": ["[secret]"]}, '{"a": [computed], "b": [[secret]]}'),
        ("x" * 100, '"' + "x" * 70 + "…"),
        (None, "null"),
        ("é", '"é"'),
    ],
)
def test_a_value_is_one_short_line(value: object, text: str) -> None:
    assert report.shown(value) == text


def test_machines_read_the_same_from_one_document(results: dict[str, Result]) -> None:
    document = json.loads(json.dumps(report.document(results["edit"])))
    assert document["ok"] is True
    assert document["changes"] == {"same": 5, "update": 2, "replace": 1}
    project = next(step for step in document["steps"] if step["name"] == "app-project")
    assert project["op"] == "update"
    assert project["changes"] == [
        {"path": "resourceConfig.functionDefaultTimeout", "kind": "update", "old": 30, "new": 45, "replaces": False}
    ]
    outputs = report.document(results["up"])["outputs"]
    assert outputs["authSecret"] == "[secret]"
    assert outputs["projectId"].startswith("prj_")
