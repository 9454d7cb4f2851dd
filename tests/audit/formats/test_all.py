"""What holds for every format of a record, whatever the record holds."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.formats import markdown, parts, table
from tests.audit import states
from tests.audit.formats import judges, page, sample
from tests.audit.formats.counting import FORMATS, RENDERERS

OFFICIAL = pytest.mark.skipif(not judges.SCHEMAS.is_dir(), reason="the official schemas are not beside the project")


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The shipped stacks with faults, as the audit records them."""
    return states.faulty(tmp_path_factory.mktemp("states"))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_tells_the_six_counts_of_the_record(name: str, faulty: dict[str, Any]) -> None:
    write, read = FORMATS[name]
    for record in (sample.record(), sample.many(1_000), faulty):
        assert read(write(record)) == record["counts"]["total"]


def test_code_scanning_is_told_of_every_violation_and_of_nothing_else(faulty: dict[str, Any]) -> None:
    for record in (sample.record(), sample.many(1_000), faulty):
        (run,) = json.loads(RENDERERS["alerts"](record))["runs"]
        assert len(run["results"]) == record["counts"]["total"]["fail"] > 0
        assert {result["kind"] for result in run["results"]} == {"fail"}
        assert not any(result["suppressions"] for result in run["results"])


@pytest.mark.parametrize("name", RENDERERS)
def test_the_same_record_gives_the_same_bytes(name: str) -> None:
    assert RENDERERS[name](sample.record()) == RENDERERS[name](sample.record())


@pytest.mark.parametrize("name", RENDERERS)
def test_a_format_leaves_the_record_as_it_is(name: str) -> None:
    record = sample.record()
    RENDERERS[name](record)
    assert record == sample.record()


@pytest.mark.parametrize("name", judges.MODELS)
def test_the_models_of_a_package_accept_every_machine_format(name: str, faulty: dict[str, Any]) -> None:
    for record in (sample.record(), faulty):
        judges.MODELS[name](RENDERERS[name](record))


@OFFICIAL
@pytest.mark.parametrize("name", judges.OFFICIAL)
def test_the_official_schema_accepts_the_format(name: str, faulty: dict[str, Any]) -> None:
    for record in (sample.record(), faulty):
        judges.OFFICIAL[name](RENDERERS[name](record))


@pytest.mark.parametrize("name", RENDERERS)
def test_a_format_tells_nothing_that_it_does_not_name(name: str) -> None:
    """Whatever a record may hold one day, nothing of it gets out before a format says so."""
    record = page.told()
    for part in list(_parts(record)):
        part["canary"] = "c4n4ry"
    assert b"c4n4ry" not in RENDERERS[name](record)


@pytest.mark.parametrize("name", RENDERERS)
def test_a_secret_of_a_state_is_in_no_format(name: str, secretive: dict[str, Any]) -> None:
    content = RENDERERS[name](secretive).decode()
    assert not [secret for secret in SECRETS if secret in content]


@pytest.mark.parametrize("name", RENDERERS)
def test_a_record_without_anything_to_tell_is_told(name: str) -> None:
    record = RENDERERS[name](_empty())
    assert record.endswith(b"\n")
    if name in judges.MODELS:
        judges.MODELS[name](record)


def test_a_list_is_written_item_by_item_and_reads_as_one() -> None:
    """What makes a long list need no more memory than one of its items does not show in the bytes."""
    items = [{"a": [1, {"b": None}]}, "é", 2]
    (whole, end) = parts.json_pieces({"first": {"items": items, "none": []}, "last": True})
    pieces = list(parts.json_pieces({"first": {"items": iter(items), "none": iter(())}, "last": True}))
    assert b"".join(pieces) == whole + end
    assert len(pieces) > len(items)
    assert json.loads(whole)["first"]["items"] == items


@pytest.mark.parametrize("name", RENDERERS)
def test_four_times_the_results_cost_four_times_the_work(name: str) -> None:
    few, many = (_calls(RENDERERS[name], sample.many(number)) for number in (100, 400))
    assert many < 4.2 * few


def _calls(write: Callable[[Mapping[str, Any]], bytes], record: Mapping[str, Any]) -> int:
    """How many functions are called to write a record."""
    events: Counter[str] = Counter()
    sys.setprofile(lambda _frame, event, _argument: events.update((event,)))
    try:
        write(record)
    finally:
        sys.setprofile(None)
    return events["call"] + events["c_call"]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(
    [sample.NASTY, "](", "{0}", "|", "`" * 5, "\\|", "]]>", "&amp;", "\x00", "\ufffe", "﷐", "e\u0301" * 9, " ", "@all"]
)


@settings(max_examples=25)
@given(seen=TEXTS, path=TEXTS, reason=TEXTS, name=TEXTS, person=TEXTS)
def test_any_text_is_told_in_every_format(seen: str, path: str, reason: str, name: str, person: str) -> None:
    record = _with_texts(seen, path, reason, name, person)
    for kind, (write, read) in FORMATS.items():
        content = write(record)
        assert read(content) == record["counts"]["total"], kind
        if kind in judges.MODELS:
            judges.MODELS[kind](content)
        if kind in judges.OFFICIAL and judges.SCHEMAS.is_dir():
            judges.OFFICIAL[kind](content)
    for shown in (table.render(record).decode(), markdown.render(record).decode()):
        assert not [char for char in shown if unicodedata.category(char) == "Cc" and char != "\n"]
        assert not {"\u202e", "\u2066", "\x1b"} & set(shown)


def _with_texts(seen: str, path: str, reason: str, name: str, person: str) -> dict[str, Any]:
    record = sample.record()
    for result in record["results"]:
        result["urn"] += name
        for finding in result.get("findings", ()):
            finding |= {"seen": seen, "path": path, "wanted": reason}
        if "reason" in result:
            result["reason"] = reason or "-"
    for item in record["population"]:
        item |= {"urn": item["urn"] + name, "name": item["name"] + name, "id": seen}
    for waiver in record["waivers"]:
        waiver |= {"owner": person, "approver": person, "reason": reason, "ticket": seen, "compensatingControl": reason}
    record["run"]["actor"] = person
    return record


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a record that has named fields; in the others any key is a name that somebody chose."""
    if isinstance(value, list):
        for inner in value:
            yield from _parts(inner)
    elif isinstance(value, dict):
        if not _is_keyed(value):
            yield value
        for inner in value.values():
            yield from _parts(inner)


def _is_keyed(value: dict[str, Any]) -> bool:
    record = sample.record()
    maps = [record["settings"], *record["settings"].values(), record["by"]["levels"], record["by"]["versions"]]
    maps += [setting["parameters"] for found in record["settings"].values() for setting in found.values()]
    maps += [state["providers"] for state in record["states"]]
    counts = record["counts"]
    maps += [counts["total"], *(counts[kind] for kind in ("byStack", "byRule", "byArea"))]
    maps += [tally for kind in ("byStack", "byRule", "byArea") for tally in counts[kind].values()]
    return value in maps


def _empty() -> dict[str, Any]:
    record = sample.record()
    for part in ("rules", "population", "results", "otherTypes", "waivers", "fixed", "requirements", "broken"):
        record[part] = []
    record["settings"] = {stack: {} for stack in record["settings"]}
    record["run"] |= {"number": 0, "actor": "", "ciRun": "", "repository": "", "commit": ""}
    record["previous"] = {"number": 0, "sha256": ""}
    return sample.counted(record)


SECRETS = ("c4n4ry-of-a-plain-value", "c4n4ry-of-a-marked-value", "c4n4ry-in-a-list")


@pytest.fixture(scope="module")
def secretive(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Both stacks with secrets in plain text: as the value of a variable, marked and yet shown, and inside a list."""
    documents = {stack: states.rehearsed(stack) for stack in states.STACKS}
    for document in documents.values():
        for item in states.resources_of(document):
            for side in ("inputs", "outputs"):
                _plant(item.get(side, {}))
    return states.record(tmp_path_factory.mktemp("secrets"), documents)


def _plant(properties: dict[str, Any]) -> None:
    plain, marked, listed = SECRETS
    if properties.get("sensitive"):
        properties["value"] = plain
    if "variables" in properties:
        for variable in properties["variables"]:
            variable["value"] = listed
    for name in ("token", "password", "secret"):
        if name in properties:
            properties[name] = {
                "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
                "plaintext": f'"{marked}"',
            }
