"""Changes by hand: seen by a read, or hidden where the vendor hides them."""

from __future__ import annotations

import pytest

from rehearsal.clouds import CloudError, VendorError, drift
from rehearsal.engine.values import make_secret
from tests.rehearsal.clouds import samples
from tests.rehearsal.clouds.harness import Bench


def test_a_hand_made_change_shows_as_drift(bench: Bench) -> None:
    made = bench.make(samples.PROJECT)
    changed = drift.change(
        bench.data, "vercel", samples.PROJECT, {"name": "brightbroom"}, "gitRepository.productionBranch", "main"
    )
    assert changed.properties["gitRepository"]["productionBranch"] == "main"
    found = bench.read(made)
    assert found is not None
    wanted, (inputs, made.outputs) = made.inputs, found
    assert inputs["gitRepository"]["productionBranch"] == "main"
    assert set(bench.diff(made, wanted).detailed_diff) == {"gitRepository.productionBranch"}
    again = bench.update(made, wanted)
    assert bench.read(again) == (again.inputs, again.outputs)


def test_a_hand_made_change_of_a_value_the_program_leaves_to_the_vendor(bench: Bench) -> None:
    made = bench.make(samples.PROJECT)
    drift.change(bench.data, "vercel", samples.PROJECT, {"id": made.id}, "gitForkProtection", value=False)
    found = bench.read(made)
    assert found is not None
    inputs, made.outputs = found
    assert inputs == made.inputs
    assert set(bench.diff(made, made.inputs).detailed_diff) == {"gitForkProtection"}


def test_a_setting_added_or_taken_away_by_hand(bench: Bench) -> None:
    made = bench.make(samples.PROJECT)
    drift.change(bench.data, "vercel", samples.PROJECT, {"id": made.id}, "buildCommand", "npm run odd")
    drift.change(bench.data, "vercel", samples.PROJECT, {"id": made.id}, "skewProtection", None)
    found = bench.read(made)
    assert found is not None
    wanted, (inputs, made.outputs) = made.inputs, found
    assert "skewProtection" not in inputs
    assert set(bench.diff(made, wanted).detailed_diff) == {"buildCommand", "skewProtection"}


def test_a_sensitive_variable_changed_by_hand_stays_unseen(bench: Bench) -> None:
    made = bench.make(samples.VARIABLE)
    drift.change(bench.data, "vercel", samples.VARIABLE, {"key": "AUTH_SECRET"}, "value", "stolen")
    assert bench.read(made) == (made.inputs, made.outputs)
    drift.change(bench.data, "vercel", samples.VARIABLE, {"key": "AUTH_SECRET"}, "comment", "by hand")
    found = bench.read(made)
    assert found is not None
    assert found[1]["comment"] == "by hand"
    assert found[1]["value"] == make_secret("canary-auth")


def test_a_readable_variable_changed_by_hand_is_seen_and_stays_secret(bench: Bench) -> None:
    inputs = bench.sample(samples.VARIABLE, sensitive=False, key="LOG_LEVEL", value=make_secret("info"))
    made = bench.create(samples.VARIABLE, inputs)
    drift.change(bench.data, "vercel", samples.VARIABLE, {"key": "LOG_LEVEL"}, "value", "debug")
    found = bench.read(made)
    assert found is not None
    assert found[0]["value"] == make_secret("debug")
    assert b"debug" not in (bench.data / "vercel.jsonl").read_bytes()


def test_a_github_secret_changed_by_hand_shows_only_its_time(bench: Bench) -> None:
    """The vendor's plugin reports the newer time and repairs nothing."""
    made = bench.make(samples.SECRET)
    made.outputs["remoteUpdatedAt"] = made.outputs["updatedAt"] = "2020-01-01T00:00:00Z"
    drift.change(bench.data, "github", samples.SECRET, {"secretName": "VERCEL_TOKEN"}, "value", "stolen")
    found = bench.read(made)
    assert found is not None
    assert found[0]["value"] == make_secret("canary-ci")
    assert found[1]["remoteUpdatedAt"] > "2020-01-01T00:00:00Z"
    wanted, made.outputs = made.inputs, found[1]
    assert not bench.diff(made, wanted).changes


def test_what_is_removed_by_hand_is_gone_with_all_that_hangs_on_it(bench: Bench) -> None:
    project, variable = bench.make(samples.PROJECT), bench.make(samples.VARIABLE)
    domain, webhook = bench.make(samples.DOMAIN), bench.make(samples.WEBHOOK)
    drift.remove(bench.data, "vercel", samples.PROJECT, {"name": "brightbroom"})
    assert bench.read(project) is None
    assert bench.read(variable) is None
    assert bench.read(domain) is None
    assert bench.read(webhook) == (webhook.inputs, webhook.outputs)
    with pytest.raises(VendorError, match="404"):
        bench.update(variable, variable.inputs)
    bench.delete(variable)


def test_a_removed_repository_takes_environments_with_their_secrets(bench: Bench) -> None:
    bench.make(samples.ENVIRONMENT_SECRET)
    bench.make(samples.POLICY)
    drift.remove(bench.data, "github", samples.REPOSITORY, {"name": "app"})
    assert drift.listing(bench.data) == []


def test_a_removed_environment_takes_only_its_own(bench: Bench) -> None:
    bench.make(samples.ENVIRONMENT_SECRET)
    other = {"repository": "app", "environment": "staging"}
    bench.create(samples.ENVIRONMENT, other, "staging")
    bench.create(samples.ENVIRONMENT_SECRET, {**bench.sample(samples.ENVIRONMENT_SECRET), **other}, "staging")
    drift.remove(bench.data, "github", samples.ENVIRONMENT, {"environment": "production"})
    left = [(item.type, item.name) for item in drift.listing(bench.data)]
    assert left == [
        (samples.REPOSITORY, "sample"),
        (samples.ENVIRONMENT, "staging"),
        (samples.ENVIRONMENT_SECRET, "staging"),
    ]


def test_the_listing_hides_secrets_and_names_objects(bench: Bench) -> None:
    bench.make(samples.REDIS)
    bench.make(samples.VARIABLE)
    found = {item.type: item for item in drift.listing(bench.data)}
    assert set(found) == {samples.REDIS, samples.PROJECT, samples.VARIABLE}
    assert found[samples.REDIS].properties["password"] == "[secret]"
    assert found[samples.REDIS].name == "sample"
    assert found[samples.REDIS].package == "upstash"
    assert "canary" not in repr(found)
    assert [item.type for item in drift.listing(bench.data, "upstash")] == [samples.REDIS]


def test_a_listing_of_nothing_makes_nothing(bench: Bench) -> None:
    folder = bench.data / "clouds"
    assert drift.listing(folder) == []
    assert not folder.exists()


def test_a_hand_that_grips_nothing_or_too_much_is_told(bench: Bench) -> None:
    bench.make(samples.ENVIRONMENT)
    bench.create(samples.ENVIRONMENT, {"repository": "app", "environment": "staging"}, "staging")
    with pytest.raises(CloudError, match=r"2 objects of .* match repository='app'; one was wanted"):
        drift.remove(bench.data, "github", samples.ENVIRONMENT, {"repository": "app"})
    with pytest.raises(CloudError, match="0 objects"):
        drift.change(bench.data, "github", samples.ENVIRONMENT, {"environment": "x"}, "waitTimer", 1)
    with pytest.raises(CloudError, match="no reviewed entry"):
        drift.change(bench.data, "github", "github:index/team:Team", {}, "name", "x")
