"""What must stop a run stops it on a real engine as it does on the embedded one, in the same words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from brightbroom.exits import CommandError
from brightbroom.plays import play_of
from rehearsal.engine import Operation
from tests.engine.comparing import errors, findings
from tests.engine.conftest import Pair, pair
from tests.engine.known import PROGRAM_ENDED

pytestmark = pytest.mark.engine

MISTAKES = {"hosting.nodeVersion": "8.x", "payments.mode": "live"}
BAD_HEADER = {"headers.strictTransportSecurity": "max-age=60"}


@pytest.fixture
def staging(tmp_path: Path) -> Iterator[Pair]:
    with pair(tmp_path, "staging") as engines:
        yield engines


def test_mistakes_in_the_settings_are_one_message_and_nothing_is_made(staging: Pair) -> None:
    with pytest.raises(CommandError) as caught:
        play_of(staging.root, "staging", MISTAKES)
    staging.engine.set(MISTAKES)
    run = staging.engine.run(Operation.UP)
    assert not run.ok
    assert set(errors(run.events)) == {" ".join(str(caught.value).split()), PROGRAM_ENDED}
    assert "Traceback" not in run.output
    assert staging.engine.export() == []


def test_a_violation_is_found_at_preview_by_both_and_nothing_is_made(staging: Pair) -> None:
    runs = staging.play(Operation.PREVIEW, BAD_HEADER)
    assert not runs.real.ok
    assert not runs.embedded.ok
    found = findings(runs.real.events)
    assert found == findings(runs.embedded.events)
    assert {policy for policy, level, _, _ in found if level == "mandatory"} == {"hdr-07-hsts-is-long-and-preloaded"}
    assert not staging.engine.run(Operation.UP).ok
    assert staging.engine.export() == []


def test_a_repair_is_made_and_told_alike_by_both(staging: Pair) -> None:
    runs = staging.play(Operation.UP, {"headers.referrerPolicy": "unsafe-url"})
    assert runs.real.ok, runs.real.output
    assert runs.embedded.ok
    told = [
        [e["policyRemediationEvent"] for e in run.events if "policyRemediationEvent" in e]
        for run in (runs.real, runs.embedded)
    ]
    assert [[(e["policyName"], e["resourceUrn"]) for e in events] for events in told] == [
        [("hdr-10-referrers-stay-with-the-origin", told[0][0]["resourceUrn"])]
    ] * 2
    for [event] in told:
        assert "unsafe-url" in str(event["before"])
        assert "unsafe-url" not in str(event["after"])
        assert "strict-origin-when-cross-origin" in str(event["after"])
    for state in (runs.real_state, runs.embedded_state):
        route = next(resource for resource in state if resource.name == "headers-all")
        assert "unsafe-url" not in str(route.inputs)


def test_a_violation_that_a_preview_did_not_see_stops_an_update_of_both(staging: Pair) -> None:
    runs = staging.play(Operation.UP, BAD_HEADER)
    assert not runs.real.ok
    assert not runs.embedded.ok
    assert findings(runs.real.events) == findings(runs.embedded.events)
    for state in (runs.real_state, runs.embedded_state):
        assert "headers-all" not in {resource.name for resource in state}
