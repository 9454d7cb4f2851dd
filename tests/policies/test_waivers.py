"""The waivers' file, its schema, and waivers in a whole run: what is accepted stays visible, what is not in force stops."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
import yaml

import policies.crossguard
from audit import session
from brightbroom import rehearse
from brightbroom.cli import main
from brightbroom.exits import ExitCode
from brightbroom.plays import play_of
from policies.catalogue import document, registry, waiver_file
from policies.catalogue.waiver_file import WaiversError
from rehearsal.engine import InputError, Operation
from rehearsal.stage import Stage

ROOT: Final = Path(__file__).parent.parent.parent
TODAY: Final = date(2026, 11, 25)
GOOD: Final[Mapping[str, Any]] = {
    "id": "W-1",
    "rule": "DB-03",
    "stack": "staging",
    "resource": "database-*",
    "reason": "the plan changes next month",
    "owner": "data@brightbroom.app",
    "approver": "security@brightbroom.app",
    "ticket": "BB-1",
    "created": "2026-11-20",
    "expires": "2027-02-18",
    "compensatingControl": "snapshots are taken every hour",
}
EMPTY: Final = object()


def _changed(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in {**GOOD, **changes}.items() if value is not EMPTY}


def _file(folder: Path, *entries: Any) -> Path:
    path = folder / "waivers.yaml"
    path.write_text(yaml.safe_dump({"waivers": list(entries)}, sort_keys=False), encoding="utf-8")
    return path


ACCEPTED = [
    _changed(),
    _changed(id="2026.11_a"),
    _changed(resource="database"),
    _changed(reason="three words suffice"),
    _changed(reason="a folded text of YAML\nends with its line\n"),
    _changed(approver=GOOD["owner"]),
    _changed(created="2028-02-29", expires="2028-02-29"),
]
REFUSED = [
    *(_changed(**{key: EMPTY}) for key in GOOD),
    *(_changed(**{key: ""}) for key in GOOD),
    *(_changed(**{key: 7}) for key in GOOD),
    *(_changed(**{key: ["DB-03"]}) for key in GOOD),
    _changed(severity="high"),
    _changed(id="two words"),
    _changed(rule="DB-99"),
    _changed(rule="GOV-03"),
    _changed(stack="prodution"),
    _changed(resource="*"),
    _changed(resource="?*"),
    _changed(resource="[!-]*"),
    _changed(resource="database-[a-z]*"),
    _changed(reason="because"),
    _changed(reason="is fine"),
    _changed(compensatingControl="none needed"),
    _changed(created="20.11.2026"),
    _changed(created="2026-11-20T10:00:00"),
    _changed(expires="2027-02-31"),
    _changed(expires="soon"),
    "W-1",
]


def _label(entry: object) -> str:
    changes = {key: entry.get(key, "missing") for key in {**GOOD, **entry}} if isinstance(entry, dict) else {"": entry}
    return ",".join(f"{key}={value}" for key, value in changes.items() if GOOD.get(key) != value) or "all good"


@pytest.mark.parametrize("entry", ACCEPTED, ids=_label)
def test_a_good_waiver_is_read_and_the_schema_takes_it(tmp_path: Path, entry: dict[str, Any]) -> None:
    (read,) = waiver_file.waivers(_file(tmp_path, entry))
    assert (read.id, read.rule, read.expires) == (entry["id"], entry["rule"], date.fromisoformat(entry["expires"]))
    _against_schema({"waivers": [entry]})


@pytest.mark.parametrize("entry", REFUSED, ids=_label)
def test_a_bad_waiver_is_refused_and_the_schema_refuses_it(tmp_path: Path, entry: object) -> None:
    with pytest.raises(WaiversError, match=r"waivers\.yaml:\d+: waivers\[0\]"):
        waiver_file.waivers(_file(tmp_path, entry))
    with pytest.raises(jsonschema.ValidationError):
        _against_schema({"waivers": [entry]})


@pytest.mark.parametrize("key", [key for key in GOOD if key not in ("reason", "compensatingControl")])
def test_what_is_one_line_ends_without_a_break(tmp_path: Path, key: str) -> None:
    """A pattern that ends with one fits no resource."""
    with pytest.raises(WaiversError, match=rf"waivers\[0\]\.{key}: "):
        waiver_file.waivers(_file(tmp_path, _changed(**{key: f"{GOOD[key]}\n"})))


def test_a_break_at_the_end_of_a_sentence_is_no_part_of_it(tmp_path: Path) -> None:
    sentences = {"reason": "the plan changes\nnext month\n", "compensatingControl": "nobody has the address\n"}
    (read,) = waiver_file.waivers(_file(tmp_path, _changed(**sentences)))
    assert (read.reason, read.compensating_control) == ("the plan changes\nnext month", "nobody has the address")


@pytest.mark.parametrize("text", ["", "[]", "waivers:", "waivers: {}", "waivers: []\nothers: []", "waivers: none"])
def test_a_file_of_another_shape_is_refused_and_the_schema_refuses_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WaiversError, match=r"waivers\.yaml"):
        waiver_file.waivers(path)
    with pytest.raises(jsonschema.ValidationError):
        _against_schema(yaml.safe_load(text))


def _against_schema(value: object) -> None:
    schema = json.loads(document.WAIVERS_SCHEMA.read_text(encoding="utf-8"))
    checker = jsonschema.FormatChecker(formats=["date"])
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "cannot be read as YAML"),
        ("waivers: []\n---\nwaivers: []", "cannot be read as YAML"),
        ("waivers: []\nwaivers: []", "'waivers' is given twice"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WaiversError, match=says):
        waiver_file.waivers(path)


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WaiversError, match="cannot be read"):
        waiver_file.waivers(tmp_path / "waivers.yaml")


def test_all_mistakes_are_told_at_once_each_with_line_given_and_wanted(tmp_path: Path) -> None:
    bad = _changed(rule="DB-99", expires="soon", note="x")
    path = _file(tmp_path, GOOD, bad, _changed(expires="2026-11-01"))
    with pytest.raises(WaiversError) as caught:
        waiver_file.waivers(path)
    lines = str(caught.value).splitlines()
    assert lines[0] == "waivers.yaml has mistakes; no rule was run:"
    told = "\n".join(lines[1:])
    for part in (
        "waivers.yaml:14: waivers[1].rule: 'DB-99'; wanted one of BK-01, ",
        "waivers.yaml:22: waivers[1].expires: 'soon'; wanted a day, YYYY-MM-DD",
        "waivers.yaml:24: waivers[1]: 'note' is no key; wanted one of approver, ",
        "waivers.yaml:13: waivers[1].id: 'W-1' is given twice; wanted an id of its own",
        "waivers[2].expires: '2026-11-01'; wanted 2026-11-20 or later",
    ):
        assert part in told
    assert len(lines) == 7


def test_days_may_stand_without_quotes(tmp_path: Path) -> None:
    path = _file(tmp_path, GOOD)
    path.write_text(path.read_text(encoding="utf-8").replace("'2026-11-20'", "2026-11-20"), encoding="utf-8")
    (read,) = waiver_file.waivers(path)
    assert read.created == date(2026, 11, 20)


def test_the_shipped_file_holds_no_waiver_and_an_example_that_would_be_one(tmp_path: Path) -> None:
    """A waiver that is shipped would stop every run once its day has come."""
    assert waiver_file.waivers() == ()
    lines = waiver_file.FILE.read_text(encoding="utf-8").splitlines()
    start = lines.index("# waivers:")
    path = tmp_path / "waivers.yaml"
    path.write_text("\n".join(line[2:] for line in lines[start:] if line.startswith("#")), encoding="utf-8")
    (example,) = waiver_file.waivers(path)
    severity = next(rule.severity for rule in registry.rules() if rule.id == example.rule)
    assert list(example.problems(severity, example.created)) == []


# ---- in a whole run, through the embedded engine ------------------------------------------------------------------

SHORT: Final = {"database.historyHours": 6}


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Gives the project other waivers, and the day that they are written for."""
    made = policies.crossguard.crossguard_policies
    monkeypatch.setattr(policies.crossguard, "crossguard_policies", lambda rules, name, _: made(rules, name, TODAY))

    def ship(*entries: Mapping[str, Any]) -> None:
        monkeypatch.setattr(waiver_file, "FILE", _file(tmp_path, *map(dict, entries)))

    return ship


def _previewed(folder: Path, changes: dict[str, Any]) -> list[tuple[str, str, str]]:
    with Stage(play_of(ROOT, "staging", changes), folder / "data", fresh=True) as stage:
        result = stage.run(Operation.PREVIEW)
    return [
        (finding.level, finding.policy, finding.message)
        for finding in result.findings
        if not finding.policy.startswith("to-be-judged")
    ]


def test_a_waived_violation_of_a_mandatory_rule_stops_nothing_and_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    shipped: Callable[..., None],
) -> None:
    shipped(GOOD)
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(rehearse, "DATA", str(tmp_path / "data"))
    assert main(["rehearse", "--stack", "staging", "--set", "database.historyHours=6"]) == ExitCode.FINE
    told = " ".join(capsys.readouterr().out.split())
    assert "advisory waivers-in-force" in told
    assert "DB-03 is waived until 2027-02-18 by W-1 (BB-1): the plan changes next month" in told
    assert "Owner data@brightbroom.app, approved by security@brightbroom.app" in told
    assert "historyRetentionSeconds: seen 21600" in told


def test_an_expired_waiver_ends_the_run_with_3_and_nothing_is_created(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    shipped: Callable[..., None],
) -> None:
    shipped(_changed(created="2026-08-26", expires="2026-11-24"))
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(rehearse, "DATA", str(tmp_path / "data"))
    assert main(["rehearse", "--stack", "staging", "--set", "database.historyHours=6"]) == ExitCode.POLICY
    told = " ".join(capsys.readouterr().out.split())
    assert "W-1.expires: seen '2026-11-24, which is over'" in told
    assert "historyRetentionSeconds: seen 21600" in told
    assert not (tmp_path / "data" / "staging" / "state.json").exists()


@pytest.mark.parametrize(
    ("changes", "settings", "fires", "says"),
    [
        ({}, {}, {"gov"}, "W-1.resource: seen \"'database-*', where DB-03 has no violation"),
        (
            {"approver": GOOD["owner"]},
            SHORT,
            {"gov", "db"},
            "W-1.approver: seen 'data@brightbroom.app, who is its owner",
        ),
        (
            {"expires": "2027-02-19"},
            SHORT,
            {"gov", "db"},
            "W-1.expires: seen '2027-02-19, 91 days after it was created",
        ),
        ({"created": "2026-11-26"}, SHORT, {"gov", "db"}, "W-1.created: seen '2026-11-26, which is yet to come"),
    ],
    ids=["unused", "self-approved", "over-long", "not begun"],
)
def test_a_waiver_that_is_not_in_force_or_not_needed_stops_the_run(
    tmp_path: Path,
    shipped: Callable[..., None],
    changes: dict[str, Any],
    settings: dict[str, Any],
    fires: set[str],
    says: str,
) -> None:
    shipped(_changed(**changes))
    found = _previewed(tmp_path, settings)
    assert {policy.split("-")[0] for _, policy, _ in found} == fires
    assert {level for level, _, _ in found} == {"mandatory"}
    assert any(says in message for _, _, message in found)


def test_a_file_with_mistakes_lets_no_pack_load(tmp_path: Path, shipped: Callable[..., None]) -> None:
    shipped(_changed(rule="DB-99"))
    with (
        Stage(play_of(ROOT, "staging", {}), tmp_path / "data", fresh=True) as stage,
        pytest.raises(InputError, match=r"does not load: WaiversError: .*\n.*waivers\[0\]\.rule: 'DB-99'"),
    ):
        stage.run(Operation.PREVIEW)


# ---- in an audit --------------------------------------------------------------------------------------------------


def _state(folder: Path) -> Path:
    """A state that holds a database with a short window."""
    urn = "urn:pulumi:staging::brightbroom-infra::"
    short = {"name": "shop", "historyRetentionSeconds": 21_600}
    resources = [
        {"urn": f"{urn}pulumi:pulumi:Stack::root", "type": "pulumi:pulumi:Stack", "outputs": {}},
        {
            "urn": f"{urn}neon:index:Project::database-project",
            "type": "neon:index:Project",
            "inputs": short,
            "outputs": short,
        },
    ]
    path = folder / "state.json"
    path.write_text(
        json.dumps({"version": 3, "deployment": {"manifest": {}, "resources": resources}}), encoding="utf-8"
    )
    return path


def _audited(folder: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """The results of that state, by rule and logical name."""
    request = session.Request(
        states=[_state(folder)], settings=ROOT, clock=lambda: datetime(2026, 11, 25, tzinfo=UTC), environment={}
    )
    return {(row["rule"], row["urn"].rpartition("::")[2]): row for row in session.unkept(request)["results"]}


def test_an_audit_shows_what_is_waived_with_its_waiver(tmp_path: Path, shipped: Callable[..., None]) -> None:
    shipped(GOOD)
    results = _audited(tmp_path)
    waived = results["DB-03", "database-project"]
    assert (waived["outcome"], waived["waiver"], waived["reason"]) == ("waived", "W-1", GOOD["reason"])
    assert waived["findings"][0]["path"] == "historyRetentionSeconds"
    assert results["GOV-03", "root"]["outcome"] == "pass"


def test_an_audit_fails_for_what_is_waived_no_more_and_for_the_waiver(
    tmp_path: Path, shipped: Callable[..., None]
) -> None:
    shipped(_changed(created="2026-08-26", expires="2026-11-24"))
    results = _audited(tmp_path)
    assert results["DB-03", "database-project"]["outcome"] == "fail"
    assert results["GOV-03", "root"]["findings"][0]["path"] == "W-1.expires"


def test_an_audit_with_mistakes_in_the_file_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], shipped: Callable[..., None]
) -> None:
    shipped(_changed(rule="DB-99"))
    assert main(["audit", "--state", str(_state(tmp_path)), "--settings", str(ROOT)]) == ExitCode.INPUT
    told = "".join(capsys.readouterr())
    assert "waivers[0].rule: 'DB-99'" in told
    assert "Traceback" not in told
