"""What a run tells while it works, in the real engine's shape."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from tests.rehearsal.engine.conftest import Toy

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}
TWO = """
part = Part("part")
a = Thing("a", region="x", opts=Opts(parent=part))
part.register_outputs({"host": a.host})
"""


def told(toy: Toy, kind: str) -> list[dict[str, Any]]:
    return [event[kind] for event in toy.events if kind in event]


def ends(toy: Toy) -> list[dict[str, Any]]:
    return [event["metadata"] for event in told(toy, "resOutputsEvent")]


def test_a_secret_keeps_its_mark_and_loses_its_text(toy: Toy) -> None:
    toy.up(TWO)
    (thing,) = (end["new"] for end in ends(toy) if end["urn"].endswith("::a"))
    assert thing["outputs"]["password"] == SECRET
    assert "pw-obj-1-secret" not in json.dumps(toy.events)


def test_a_component_is_told_of_again_with_its_outputs(toy: Toy) -> None:
    toy.up(TWO)
    seen = [end["new"]["outputs"] for end in ends(toy) if end["urn"].endswith("::part")]
    assert seen == [{}, {"host": "obj-1.example"}]


def test_only_a_resource_that_a_provider_manages_is_custom(toy: Toy) -> None:
    toy.up(TWO)
    assert {end["urn"].split("::")[-1] for end in ends(toy) if end["new"].get("custom")} == {"a", "default"}


def test_a_replacement_is_told_as_its_halves_and_as_one(toy: Toy) -> None:
    toy.up(TWO)
    toy.events.clear()
    toy.up(TWO.replace('region="x"', 'region="y"'))
    halves = Counter((end["op"], end.get("logical", False)) for end in ends(toy) if end["urn"].endswith("::a"))
    assert halves == {("create-replacement", False): 1, ("replace", True): 1, ("delete-replaced", False): 1}


def test_the_summary_counts_a_replacement_once_and_no_default_provider(toy: Toy) -> None:
    toy.up(TWO)
    toy.up(TWO.replace('region="x"', 'region="y"'))
    first, second = told(toy, "summaryEvent")
    assert first["resourceChanges"] == {"create": 3}
    assert second["resourceChanges"] == {"same": 2, "replace": 1}
    assert (first["result"], second["result"]) == ("succeeded", "succeeded")


def test_a_failed_run_says_so_and_does_not_count_what_failed(toy: Toy) -> None:
    def refuse(call: str) -> None:
        if call == "create:a":
            raise ValueError("no")

    toy.vendor.refuse = refuse
    toy.up(TWO)
    (summary,) = told(toy, "summaryEvent")
    assert summary["result"] == "failed"
    assert summary["resourceChanges"] == {"create": 2}


def test_an_explicit_provider_names_its_plugin_as_a_default_one_does(toy: Toy) -> None:
    result = toy.up(
        """
        where = Opts(version="1.2.3", plugin_download_url="https://plugins.example")
        pulumi.ProviderResource("toy", "explicit", {}, where)
        """
    )
    provider = next(resource for resource in result.resources if resource.name == "explicit")
    assert provider.inputs == {"version": "1.2.3", "__internal": {"pluginDownloadURL": "https://plugins.example"}}
    assert provider.outputs == {"version": "1.2.3"}
