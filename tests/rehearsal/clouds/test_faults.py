"""Scripted faults strike where and when they are told to."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.clouds import CloudError, Fault, FaultPlan, VendorError, drift
from tests.rehearsal.clouds import samples
from tests.rehearsal.clouds.harness import Bench

LABEL = "github:index/issueLabel:IssueLabel"


def label(bench: Bench, name: str) -> None:
    bench.make(samples.REPOSITORY)
    bench.create(LABEL, {"repository": "app", "name": name, "color": "000000"}, name)


def names(bench: Bench) -> list[str]:
    return [item.properties["name"] for item in drift.listing(bench.data, "github") if item.type == LABEL]


def test_a_fault_strikes_its_nth_call_and_leaves_nothing(tmp_path: Path) -> None:
    plan = FaultPlan(
        (Fault("create", type="*:IssueLabel", nth=2, status=503, code="unavailable", message="Try later."),)
    )
    bench = Bench(tmp_path, plan)
    label(bench, "one")
    with pytest.raises(VendorError, match=r"^503 unavailable: Try later\.$"):
        label(bench, "two")
    label(bench, "three")
    assert names(bench) == ["one", "three"]


def test_a_late_fault_does_the_work_and_loses_the_answer(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FaultPlan((Fault("create", name="two", after=True, status=504),)))
    label(bench, "one")
    with pytest.raises(VendorError, match="504"):
        label(bench, "two")
    assert names(bench) == ["one", "two"]


def test_a_fault_lasts_as_long_as_told(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FaultPlan((Fault("create", name="t*", times=2), Fault("create", name="z", times=0))))
    for name in ("t1", "t2"):
        with pytest.raises(VendorError):
            label(bench, name)
    label(bench, "t3")
    for _ in range(3):
        with pytest.raises(VendorError):
            label(bench, "z")
    assert names(bench) == ["t3"]


def test_other_operations_can_fail_too(tmp_path: Path) -> None:
    faults = FaultPlan((Fault("read", name="sample"), Fault("update", name="sample"), Fault("delete", name="sample")))
    bench = Bench(tmp_path, faults)
    made = bench.make(samples.REPOSITORY)
    with pytest.raises(VendorError, match="500 internal_server_error"):
        bench.read(made)
    with pytest.raises(VendorError, match="500 internal_server_error"):
        bench.update(made, {**made.inputs, "description": "new"})
    with pytest.raises(VendorError, match="500 internal_server_error"):
        bench.delete(made)
    assert bench.read(made) == (made.inputs, made.outputs)


def test_a_preview_meets_no_fault(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FaultPlan((Fault("create", times=0), Fault("update", times=0))))
    assert bench.preview(samples.WEBHOOK, bench.sample(samples.WEBHOOK))


def test_functions_can_fail(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FaultPlan((Fault("invoke", type="github:index/getUser:getUser", status=401),)))
    with pytest.raises(VendorError, match="401"):
        bench.invoke("github:index/getUser:getUser", {"username": "ada"})
    assert bench.invoke("github:index/getUser:getUser", {"username": "ada"})["login"] == "ada"


def test_a_plan_travels_as_text_without_its_counters() -> None:
    plan = FaultPlan((Fault("create", type="a", name="b", nth=3, times=0, after=True), Fault("delete")))
    with pytest.raises(VendorError):
        plan.before("delete", "x", "y")
    again = FaultPlan.from_json(plan.to_json())
    assert again == plan
    with pytest.raises(VendorError):
        again.before("delete", "x", "y")


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"operation": "create", "odd": 1}]'])
def test_a_text_that_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(CloudError, match="not a fault plan"):
        FaultPlan.from_json(text)


def test_a_fault_that_never_could_strike_is_refused() -> None:
    with pytest.raises(CloudError, match="one of create, read"):
        Fault("destroy")  # type: ignore[arg-type]
    with pytest.raises(CloudError, match="from 1"):
        Fault("create", nth=0)
