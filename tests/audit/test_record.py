"""The record: all there is to know about a run, the same bytes for the same input, and no secret."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audit import provenance, runner, state
from audit.canonical import dumps
from audit.history import Past
from audit.locations import Locations
from audit.record import Run, build
from policies.catalogue import levels, registry
from policies.catalogue.model import Finding, Outcome, Rule
from policies.catalogue.resource import SECRET, Resource
from policies.catalogue.scope import Scope
from policies.catalogue.types import NEON_PROJECT
from tests.audit import states
from tests.audit.states import ROOT, Document, item, plaintext, small

FIELDS = {
    *(
        "format",
        "run",
        "by",
        "previous",
        "states",
        "rules",
        "settings",
        "types",
        "population",
        "results",
        "otherTypes",
        "counts",
    ),
    *("waivers", "fixed", "trend", "retention", "requirements", "broken"),
}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Document:
    return states.compliant(tmp_path_factory.mktemp("states"))


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Document:
    return states.faulty(tmp_path_factory.mktemp("states"))


def test_the_shipped_stacks_have_no_violation(shipped: Document) -> None:
    assert [row for row in shipped["results"] if row["outcome"] == "fail"] == []
    assert shipped["broken"] == []


def test_the_record_has_every_field(shipped: Document) -> None:
    assert shipped.keys() == FIELDS
    assert shipped["run"].keys() == {
        *("number", "startedAt", "endedAt", "evaluatedOn"),
        *("actor", "ciRun", "repository", "commit"),
    }
    assert shipped["run"]["startedAt"] == "2026-11-25T12:00:00Z"
    assert [one["stack"] for one in shipped["states"]] == ["production", "staging"]
    assert [one["resources"] for one in shipped["states"]] == [
        len(states.resources_of(states.rehearsed(stack))) for stack in ("production", "staging")
    ]


@pytest.mark.parametrize("which", ["shipped", "faulty"])
def test_the_counts_add_up_and_agree_with_what_is_listed(request: pytest.FixtureRequest, which: str) -> None:
    record: Document = request.getfixturevalue(which)
    counts = record["counts"]
    told = Counter(row["outcome"] for row in record["results"])
    told["not applicable"] += sum(other["count"] for other in record["otherTypes"])
    assert counts["total"] == {outcome.value: told[outcome.value] for outcome in Outcome}
    assert counts["addsUp"] is True
    assert counts["resources"] == len(record["population"])
    assert counts["rules"] == len(record["rules"]) == len(registry.rules())
    assert counts["expected"] == counts["resources"] * counts["rules"] == sum(counts["total"].values())
    for kind in ("byStack", "byRule", "byArea"):
        total: Counter[str] = Counter()
        for tally in counts[kind].values():
            assert list(tally) == [outcome.value for outcome in Outcome]
            total.update(tally)
        assert dict(total) == counts["total"]


def test_every_resource_and_every_rule_is_in_the_record(shipped: Document) -> None:
    for stack in states.STACKS:
        urns = [one["urn"] for one in shipped["population"] if one["stack"] == stack]
        assert urns == sorted(r["urn"] for r in states.resources_of(states.rehearsed(stack)))
        assert shipped["settings"][stack].keys() == {rule.id for rule in registry.rules()}
    assert [rule["id"] for rule in shipped["rules"]] == sorted(rule.id for rule in registry.rules())
    assert all(rule["areaTitle"] for rule in shipped["rules"])


def test_results_are_in_order_and_leave_out_what_is_empty(faulty: Document) -> None:
    order = [(row["stack"], row["rule"], row["urn"]) for row in faulty["results"]]
    assert order == sorted(order)
    assert len(order) == len(set(order))
    for row in faulty["results"]:
        assert all(row.values())
        assert row.keys() >= {"stack", "rule", "urn", "outcome", "level"}
        assert ("findings" in row) == (row["outcome"] in ("fail", "waived"))
        assert ("reason" in row) == (row["outcome"] not in ("fail", "pass"))
        assert "location" not in row or row["outcome"] in ("fail", "waived", "not evaluated")
        assert ("history" in row) == (row["outcome"] in ("fail", "waived"))


def test_a_violation_says_what_was_seen_where_and_what_is_wanted(faulty: Document) -> None:
    (row,) = (row for row in faulty["results"] if row["rule"] == "DB-03" and row["stack"] == "production")
    assert row["outcome"] == "fail"
    assert row["urn"].endswith("neon:index:Project::database-project")
    (finding,) = row["findings"]
    assert finding == {"path": "historyRetentionSeconds", "seen": "3600", "wanted": finding["wanted"], "urn": ""}
    assert "604800" in finding["wanted"]
    assert row["history"] == {"firstSeen": "2026-11-25", "daysOpen": 0, "deadline": "2026-12-25", "overdue": False}


def test_what_cannot_be_read_is_not_evaluated(faulty: Document) -> None:
    unread = [row for row in faulty["results"] if row["rule"] == "VRC-01" and row["outcome"] == "not evaluated"]
    assert [row["stack"] for row in unread] == ["staging"]
    assert "gitRepository.productionBranch" in unread[0]["reason"]


def test_the_same_input_and_time_give_the_same_bytes(tmp_path: Path) -> None:
    assert dumps(states.faulty(tmp_path / "one")) == dumps(states.faulty(tmp_path / "two"))


def test_a_run_that_is_not_kept_has_no_history(tmp_path: Path) -> None:
    record = states.faulty(tmp_path, number=0)
    assert record["run"]["number"] == 0
    assert record["previous"] == {"number": 0, "sha256": ""}
    assert record["fixed"] == []
    assert not any("history" in row for row in record["results"])


def test_the_trend_counts_what_is_overdue(tmp_path: Path) -> None:
    document = small(item(NEON_PROJECT, "db", {"historyRetentionSeconds": 3600}))
    urn = states.URN.format(stack="staging", kind=NEON_PROJECT, name="db")
    before = Past(open={("staging", "DB-03", urn): "2026-01-01"})
    record = states.record(tmp_path, {"staging": document}, number=2, before=before)
    assert [row["rule"] for row in record["results"] if row.get("history", {}).get("overdue")] == ["DB-03"]
    assert [entry["overdue"] for entry in record["trend"]] == [1]


def test_hashes_name_the_very_files(shipped: Document, tmp_path: Path) -> None:
    by = shipped["by"]
    assert by["pack"] == {"name": "brightbroom", "version": "2.0.0", "sha256": provenance.pack_hash(ROOT / "policies")}
    assert by["levels"] == {
        stack: provenance.file_hash(levels.FOLDER / f"{stack}.json") for stack in ("production", "staging")
    }
    assert by["waiversSha256"] == provenance.file_hash(ROOT / "policies" / "waivers.yaml")
    assert {"python", "brightbroom-infra", "pulumi", "pulumi-policy"} <= by["versions"].keys()
    for stack, entry in zip(("production", "staging"), shipped["states"], strict=True):
        (path,) = states.write(tmp_path, {stack: states.rehearsed(stack)})
        assert entry["sha256"] == provenance.file_hash(path)


def test_the_hash_of_the_pack_follows_every_byte_and_name_in_it_and_no_cache(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    (pack / "inner").mkdir(parents=True)
    (pack / "a.py").write_text("a")
    (pack / "inner" / "b.json").write_text("b")
    first = provenance.pack_hash(pack)
    (pack / "inner" / "__pycache__").mkdir()
    (pack / "inner" / "__pycache__" / "a.pyc").write_text("cache")
    assert provenance.pack_hash(pack) == first
    (pack / "a.py").rename(pack / "c.py")
    renamed = provenance.pack_hash(pack)
    (pack / "inner" / "b.json").write_text("B")
    assert len({first, renamed, provenance.pack_hash(pack)}) == 3


def test_who_ran_it_is_told_by_ci(tmp_path: Path) -> None:
    ci = {
        "GITHUB_ACTOR": "ann",
        "GITHUB_RUN_ID": "7",
        "GITHUB_SERVER_URL": "https://example.test",
        "GITHUB_REPOSITORY": "brightbroom/infra",
        "GITHUB_SHA": "c0ffee",
    }
    told = {
        "actor": "ann",
        "ciRun": "7",
        "repository": "https://example.test/brightbroom/infra",
        "commit": "c0ffee",
    }
    assert provenance.origin(tmp_path, ci) == told
    assert provenance.origin(tmp_path, {}) == dict.fromkeys(told, "")
    del ci["GITHUB_SERVER_URL"]
    assert provenance.origin(tmp_path, ci) == told | {"repository": ""}


def test_waived_violations_stay_visible_and_every_waiver_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states.waive(
        monkeypatch,
        tmp_path,
        {"rule": "DB-03", "resource": "database-project"},
        {"rule": "DB-03", "resource": "database-project", "created": "2026-10-01", "expires": "2026-11-24"},
        {"rule": "HDR-07", "resource": "headers-*"},
        {"rule": "DB-03", "resource": "database-project", "stack": "production", "approver": "ANN"},
    )
    document = small(item(NEON_PROJECT, "database-project", {"historyRetentionSeconds": 3600}))
    record = states.record(tmp_path / "states", {"staging": document})
    (row,) = (row for row in record["results"] if row["rule"] == "DB-03")
    assert (row["outcome"], row["waiver"], row["reason"]) == ("waived", "W-1", "the vendor mends it soon")
    assert row["findings"][0]["path"] == "historyRetentionSeconds"
    assert row["history"]["overdue"] is False
    told = {waiver["id"]: waiver for waiver in record["waivers"]}
    assert told["W-1"] == {
        **states.WAIVER,
        "id": "W-1",
        "rule": "DB-03",
        "resource": "database-project",
        "used": True,
        "problems": [],
    }
    assert [(name, waiver["used"]) for name, waiver in told.items()] == [
        ("W-1", True),
        ("W-2", True),
        ("W-3", False),
        ("W-4", False),
    ]
    assert ["over" in problem for problem in told["W-2"]["problems"]] == [True]
    assert ["no violation" in problem for problem in told["W-3"]["problems"]] == [True]
    assert ["owner" in problem for problem in told["W-4"]["problems"]] == [True]
    failed = {row["rule"] for row in record["results"] if row["outcome"] == "fail"}
    assert "GOV-03" in failed
    assert record["by"]["waiversSha256"] == provenance.file_hash(tmp_path / "waivers.yaml")


def test_retention_and_requirements_are_in_the_record(shipped: Document) -> None:
    assert {entry["stack"] for entry in shipped["retention"]} == set(states.STACKS)
    assert all(
        entry.keys() >= {"title", "shortestDays", "longestDays", "verdict", "parts"} for entry in shipped["retention"]
    )
    stated = {(entry["standard"], entry["version"], entry["clause"]): entry for entry in shipped["requirements"]}
    assert {entry["state"] for entry in shipped["requirements"]} == {"automated", "declared", "not covered by code"}
    for rule in shipped["rules"]:
        for clause in rule["requirements"]:
            assert rule["id"] in stated[(clause["standard"], clause["version"], clause["clause"])]["rules"]


def test_a_broken_rule_is_named_in_the_record(tmp_path: Path) -> None:
    def broken(_: Resource, __: Scope) -> Iterator[Finding]:
        raise ValueError("canary-6")
        yield

    record = _judged(tmp_path, small(item(NEON_PROJECT, "db")), dataclasses.replace(_rule("DB-03"), check=broken))
    (row,) = (row for row in record["results"] if row.get("broken"))
    assert row["outcome"] == "not evaluated"
    (told,) = record["broken"]
    assert told.startswith("staging: DB-03 could not judge: ValueError (test_record.py:")
    assert told.endswith("::db)")
    assert "canary-6" not in str(record)


@pytest.mark.parametrize(
    ("seen", "told"),
    [(None, "nothing"), (True, "True"), (1.0, "1.0"), ("x", "'x'"), (SECRET, "[secret]"), (["a"], "['a']")],
)
def test_every_kind_of_value_is_told_as_text(tmp_path: Path, seen: Any, told: str) -> None:
    def check(_: Resource, __: Scope) -> Iterator[Finding]:
        yield Finding("a", seen, "b", urn="urn:of:another")

    record = _judged(tmp_path, small(item(NEON_PROJECT, "db")), dataclasses.replace(_rule("DB-03"), check=check))
    assert record["results"][0]["findings"] == [{"path": "a", "seen": told, "wanted": "b", "urn": "urn:of:another"}]


def test_planted_secrets_are_nowhere_in_the_record(tmp_path: Path) -> None:
    """In properties that are marked, shown by `--show-secrets`, named as secrets, nested, or taken for an id."""
    document = states.exported(states.rehearsed("production"))
    canaries = []
    for number, resource in enumerate(states.resources_of(document)):
        planted = f"canary-{number:04}-x9"
        canaries.append(planted)
        for side in ("inputs", "outputs"):
            properties = resource.setdefault(side, {})
            properties["plantedByMark"] = {"deep": [plaintext(planted)]}
            properties["apiToken"] = f"{planted}-by-name"
        if resource["custom"]:
            resource["id"] = planted
    for resource in states.resources_of(document):
        for side in ("inputs", "outputs"):
            for key in ("historyRetentionSeconds", "gitRepository", "value", "key", "transforms", "visibility"):
                if key in resource[side]:
                    resource[side][key] = plaintext(canaries[0])
    text = dumps(states.record(tmp_path, {"production": document})).decode()
    assert '"outcome":"fail"' in text
    assert [canary for canary in canaries if canary in text] == []


def test_a_source_is_found_in_the_settings_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.staging.yaml").write_text(
        "# a comment\n"
        "config:\n"
        "  brightbroom-infra:environment: staging\n"
        "  brightbroom-infra:headers:\n"
        "    frameOptions: DENY\n"
        "    stages: [10,\n"
        "             50]\n"
        "  other:headers:\n"
        "    referrerPolicy: x\n"
    )
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "stack.py").write_text("")
    found = {
        source: Locations(tmp_path).of(dataclasses.replace(_rule("DB-03"), source=source), "staging")
        for source in (
            *("environment", "headers", "headers.frameOptions", "headers.stages.1", "headers.referrerPolicy"),
            *("nowhere", "infra/stack.py", "infra/gone.py", ""),
        )
    }
    file = "Pulumi.staging.yaml"
    assert found == {
        "environment": {"file": file, "line": 3, "key": "environment"},
        "headers": {"file": file, "line": 4, "key": "headers"},
        "headers.frameOptions": {"file": file, "line": 5, "key": "headers.frameOptions"},
        "headers.stages.1": {"file": file, "line": 7, "key": "headers.stages.1"},
        "headers.referrerPolicy": {"file": file, "line": 4, "key": "headers.referrerPolicy"},
        "nowhere": {"file": file, "key": "nowhere"},
        "infra/stack.py": {"file": "infra/stack.py"},
        "infra/gone.py": {},
        "": {},
    }


@pytest.mark.parametrize("content", [None, "a: [", "- x", "", "\0"])
def test_settings_that_cannot_be_read_take_nothing_else_away(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "Pulumi.staging.yaml").write_text(content)
    found = Locations(tmp_path).of(dataclasses.replace(_rule("DB-03"), source="database.historyHours"), "staging")
    assert "line" not in found


def test_a_violation_names_the_line_of_the_settings_that_decides_it() -> None:
    """The line that is named is the line to edit: on it stands the key."""
    locations = Locations(ROOT)
    texts = {stack: (ROOT / f"Pulumi.{stack}.yaml").read_text().splitlines() for stack in states.STACKS}
    for rule in registry.rules():
        assert rule.sources.keys() <= set(rule.applies_to), rule.id
        for stack, kind in itertools.product(states.STACKS, rule.applies_to):
            source, found = rule.source_of(kind), locations.of(rule, stack, kind)
            if "/" in source:
                assert found == {"file": source} or (ROOT / source).is_dir(), f"{rule.id}: {source} is nowhere"
            elif not source.startswith("secrets."):  # stands in no file until somebody sets it
                assert "line" in found, f"{rule.id}: {source} is nowhere"
                assert source.split(".")[-1] in texts[stack][found["line"] - 1], rule.id


def _rule(code: str) -> Rule:
    return next(rule for rule in registry.rules() if rule.id == code)


def _judged(folder: Path, document: Document, rule: Rule) -> Document:
    states_read = state.read_all(states.write(folder, {"state": document}))
    rule = dataclasses.replace(rule, applies_to=(NEON_PROJECT,), whole_stack=False)
    run = Run(started=states.AT, ended=states.AT, origin={}, by={}, number=1)
    return build(runner.run(states_read, run.today, [rule]), run, Locations(folder), Past())


def test_every_type_is_judged_read_or_out_of_scope_for_a_reason(shipped: Document) -> None:
    types = {one["type"]: one for one in shipped["types"]}
    assert types.keys() == {item["type"] for item in shipped["population"]}
    assert types["vercel:index/project:Project"] == {
        "type": "vercel:index/project:Project",
        "standing": "judged",
        "reason": "",
    }
    assert types["github:index/issueLabels:IssueLabels"]["standing"] == "out of scope"
    assert {one["standing"] for one in types.values()} <= {"judged", "read", "out of scope"}
    assert all(bool(one["reason"]) is (one["standing"] == "out of scope") for one in types.values())
