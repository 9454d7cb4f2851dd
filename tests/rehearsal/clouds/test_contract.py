"""What holds for every table entry, whatever the vendor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pulumi.provider.experimental.provider import PropertyDiffKind

from rehearsal.clouds import PACKAGES, VendorError, drift
from rehearsal.clouds.packages import catalogue
from rehearsal.clouds.table import ABSENT, Property, ResourceType
from rehearsal.engine.values import UNKNOWN, is_secret, plain
from tests.rehearsal.clouds.harness import Bench
from tests.rehearsal.clouds.samples import SAMPLES

ENTRIES: dict[str, ResourceType] = {
    token: entry for package in PACKAGES for token, entry in catalogue(package).types.items()
}
KEPT = [token for token, entry in ENTRIES.items() if entry.kept]

REPLACING = [
    (token, name)
    for token, entry in ENTRIES.items()
    for name, prop in entry.inputs.items()
    if prop.replaces is True and prop.kind != "json"
]
REQUIRED = [(token, name) for token, entry in ENTRIES.items() for name, prop in entry.inputs.items() if prop.required]


def other_value(prop: Property, value: Any) -> Any:
    """Another value of the same kind; it need not be one the vendor would take."""
    value = plain(value)
    match prop.kind:
        case "text":
            return f"{value or ''}-other"
        case "number":
            return (value or 0) + 1
        case "flag":
            return not value
        case "items" if value:
            return [*value, value[0]]
        case "items":
            return ["another"]
        case "json" if isinstance(value, str):
            return f"{value} "
        case _:
            return {**(value or {}), "another": "value"}


def test_every_entry_has_a_sample_and_every_sample_an_entry() -> None:
    assert set(SAMPLES) == set(ENTRIES)


@pytest.mark.parametrize("token", ENTRIES)
def test_create_then_diff_and_read_show_no_change(bench: Bench, token: str) -> None:
    made = bench.make(token)
    answer = bench.diff(made, made.inputs)
    assert not answer.changes
    assert answer.detailed_diff == {}
    assert bench.read(made) == (made.inputs, made.outputs)


@pytest.mark.parametrize("token", ENTRIES)
def test_outputs_are_what_preview_announced(bench: Bench, token: str) -> None:
    inputs, _ = bench.check(token, bench.sample(token))
    announced = bench.preview(token, inputs)
    made = bench.create(token, inputs)
    assert {name for name in announced if announced[name] != UNKNOWN} <= set(made.outputs)
    assert set(made.outputs) <= set(announced)
    for name, value in announced.items():
        assert is_secret(made.outputs.get(name)) == is_secret(value) or name not in made.outputs
        if name in inputs and ENTRIES[token].inputs[name].kind in ("text", "number", "flag"):
            assert value == made.outputs[name]


@pytest.mark.parametrize("token", ENTRIES)
def test_preview_of_a_create_knows_no_computed_output_and_touches_nothing(tmp_path: Path, token: str) -> None:
    bench = Bench(tmp_path / "clouds")
    inputs = SAMPLES[token].inputs(dict.fromkeys(SAMPLES[token].needs, UNKNOWN))
    taken, failures = bench.check(token, inputs)
    assert failures == {}
    announced = bench.preview(token, taken)
    assert {plain(announced[name]) for name in ENTRIES[token].outputs} <= {UNKNOWN}
    assert not (tmp_path / "clouds").exists()


@pytest.mark.parametrize("token", KEPT)
def test_preview_of_an_update_touches_nothing(bench: Bench, token: str) -> None:
    made = bench.make(token)
    before = drift.listing(bench.data)
    bench.update(made, made.inputs, preview=True)
    assert drift.listing(bench.data) == before


@pytest.mark.parametrize(("token", "name"), REPLACING)
def test_a_changed_replacing_property_replaces(bench: Bench, token: str, name: str) -> None:
    made = bench.make(token)
    prop = ENTRIES[token].inputs[name]
    old = made.outputs.get(name)
    answer = bench.diff(made, {**made.inputs, name: other_value(prop, old)})
    assert answer.changes
    assert answer.replaces == [name]
    assert answer.delete_before_replace == ENTRIES[token].delete_before_replace
    kinds = {diff.kind for path, diff in answer.detailed_diff.items() if path.startswith(name)}
    assert kinds <= {PropertyDiffKind.ADD_REPLACE, PropertyDiffKind.UPDATE_REPLACE}
    assert kinds


@pytest.mark.parametrize("token", KEPT)
def test_a_changed_other_property_updates(bench: Bench, token: str) -> None:
    made = bench.make(token)
    for name, prop in ENTRIES[token].inputs.items():
        if prop.replaces or prop.kind == "json" or prop.unsent:
            continue
        changed = {**made.inputs, name: other_value(prop, made.outputs.get(name))}
        answer = bench.diff(made, changed)
        assert answer.changes, name
        assert answer.replaces == [], name
        assert bench.diff(made, changed, [name]).changes is False, name


@pytest.mark.parametrize(("token", "name"), REQUIRED)
def test_a_required_property_is_asked_for(bench: Bench, token: str, name: str) -> None:
    inputs = bench.sample(token)
    del inputs[name]
    _, failures = bench.check(token, inputs)
    assert f"is required by {ENTRIES[token].noun}" in failures[name]


@pytest.mark.parametrize("token", ENTRIES)
def test_all_mistakes_are_told_at_once_and_unknown_values_pass(bench: Bench, token: str) -> None:
    wrong = {
        name: [["wrong"]] for name, prop in ENTRIES[token].inputs.items() if prop.kind in ("text", "number", "flag")
    }
    _, failures = bench.check(token, {**wrong, "misspelt": "x"})
    assert {*wrong, "misspelt"} <= set(failures)
    unknown = dict.fromkeys(bench.sample(token), UNKNOWN)
    assert bench.check(token, unknown)[1] == {}


@pytest.mark.parametrize("token", [token for token in KEPT if ENTRIES[token].unique])
def test_a_second_object_of_the_same_identity_is_refused(bench: Bench, token: str) -> None:
    made = bench.make(token)
    before = drift.listing(bench.data)
    with pytest.raises(VendorError, match=f"already exists; to take it over: pulumi import {token}"):
        bench.create(token, made.inputs, "second")
    assert drift.listing(bench.data) == before


@pytest.mark.parametrize("token", ENTRIES)
def test_secret_outputs_are_marked_and_nothing_secret_is_on_disk(bench: Bench, token: str) -> None:
    made = bench.make(token)
    entry = ENTRIES[token]
    wanted = {name for name, output in entry.outputs.items() if output.secret}
    wanted |= {name for name, prop in entry.inputs.items() if prop.secret and name in made.outputs}
    assert wanted <= {name for name, value in made.outputs.items() if is_secret(value)}
    for path in bench.data.iterdir():
        content = path.read_bytes()
        assert b"canary" not in content, path
        for name in wanted:
            assert str(plain(made.outputs[name])).encode() not in content, name


@pytest.mark.parametrize("token", KEPT)
def test_deleted_twice_is_no_error_and_gone_is_gone(bench: Bench, token: str) -> None:
    made = bench.make(token)
    bench.delete(made)
    bench.delete(made)
    assert bench.read(made) is None
    with pytest.raises(VendorError, match=r"does not exist|there is no"):
        bench.update(made, made.inputs)


@pytest.mark.parametrize("token", KEPT)
def test_an_update_keeps_the_id_and_what_was_made_once(bench: Bench, token: str) -> None:
    made = bench.make(token)
    again = bench.update(made, made.inputs)
    for name, output in ENTRIES[token].outputs.items():
        if output.when == "once":
            assert again.outputs[name] == made.outputs[name], name
    assert not bench.diff(again, again.inputs).changes
    assert bench.read(again) == (again.inputs, again.outputs)


@pytest.mark.parametrize("token", KEPT)
def test_an_interrupted_create_is_adopted_once_and_only_with_its_inputs(bench: Bench, token: str) -> None:
    made = bench.make(token)
    assert bench.adopt(made) == (made.id, made.outputs)
    name, prop = next((name, prop) for name, prop in ENTRIES[token].inputs.items() if name in made.inputs)
    assert bench.adopt(made, {**made.inputs, name: other_value(prop, made.inputs[name])}) is None
    bench.delete(made)
    assert bench.adopt(made) is None


@pytest.mark.parametrize("token", KEPT)
def test_import_gives_inputs_that_plan_nothing(bench: Bench, token: str) -> None:
    """Write-only values cannot come back; all else must."""
    made = bench.make(token)
    made_inputs = made.inputs
    made.inputs, made.outputs = {}, {}
    found = bench.read(made)
    assert found is not None
    inputs, made.outputs = found
    hidden = {
        name
        for name, prop in ENTRIES[token].inputs.items()
        if prop.hides(plain(made_inputs)) or _holds_hidden(prop, made_inputs.get(name))
    }
    left = {change.partition(".")[0].partition("[")[0] for change in bench.diff(made, made_inputs).detailed_diff}
    assert left <= hidden
    assert not bench.diff(made, inputs).changes
    for name in made_inputs:
        prop = ENTRIES[token].inputs[name]
        assert name in inputs or name in hidden or plain(made_inputs[name]) == prop.fallback, name


def _holds_hidden(prop: Property, value: Any) -> bool:
    if prop.item is not None:
        return any(_holds_hidden(prop.item, item) for item in plain(value) or [])
    return isinstance(value, dict) and any(
        field.hides(plain(value)) or _holds_hidden(field, plain(value).get(name)) for name, field in prop.fields.items()
    )


def test_a_property_taken_away_gets_the_vendor_s_own_value_again(bench: Bench) -> None:
    """Three behaviours: falls back, keeps what was chosen, or is removed."""
    token = "vercel:index/project:Project"
    made = bench.create(
        token, {"name": "a", "gitForkProtection": False, "nodeVersion": "20.x", "buildCommand": "vite build"}
    )
    answer = bench.diff(made, {"name": "a"})
    assert {path: diff.kind for path, diff in answer.detailed_diff.items()} == {
        "gitForkProtection": PropertyDiffKind.UPDATE,
        "buildCommand": PropertyDiffKind.DELETE,
    }
    again = bench.update(made, {"name": "a"})
    assert again.outputs["gitForkProtection"] is True
    assert again.outputs["nodeVersion"] == "20.x"
    assert "buildCommand" not in again.outputs


def test_a_set_may_be_given_in_another_order(bench: Bench) -> None:
    made = bench.make("vercel:index/webhook:Webhook")
    swapped = {**made.inputs, "events": list(reversed(made.inputs["events"]))}
    assert not bench.diff(made, swapped).changes


def test_a_name_left_out_is_made_up_once(bench: Bench) -> None:
    token = "vercel:index/edgeConfig:EdgeConfig"
    first, failures = bench.check(token, {}, "flags")
    assert failures == {}
    assert first["name"].startswith("flags-")
    assert bench.check(token, {}, "flags", {"name": "flags-before"})[0]["name"] == "flags-before"


def test_no_entry_lets_two_owners_of_a_missing_value_compete() -> None:
    """A property left out has one answer: default, fallback or chosen."""
    for token, entry in ENTRIES.items():
        for name, prop in entry.inputs.items():
            answers = [prop.default is not ABSENT, prop.fallback is not ABSENT, prop.chosen is not None, prop.required]
            assert sum(answers) <= 1, (token, name)
