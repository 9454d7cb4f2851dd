"""What a program may ask of a provider: answers, unknown arguments, secrets, and calls that fail."""

from __future__ import annotations

import json

import pytest

from rehearsal.engine import FailureKind, is_secret
from tests.rehearsal.engine.conftest import Toy
from tests.rehearsal.engine.vendor import VendorError

UNKNOWN_ARGUMENT = """
a = Thing("a", region="x")
found = pulumi.runtime.invoke_output("toy:index:look", {"host": a.host})
Thing("b", region="x", answer=found["answer"])
"""
TOKEN = """
found = pulumi.runtime.invoke_output("toy:index:look", {"size": 1})
pulumi.export("token", found["token"])
Thing("b", region="x", token=found["token"], size=found["size"])
pulumi.runtime.invoke("toy:index:look", {}, None)
pulumi.log.info("the token is tk-answered-secret")
"""
WRONG = """
pulumi.runtime.invoke("toy:index:look", {"wrongSize": 1, "wrongName": "x", "right": 2})
Thing("b", region="x")
"""
CAUGHT = """
try:
    pulumi.runtime.invoke("toy:index:look", {})
except Exception as error:
    pulumi.export("error", str(error))
Thing("b", region="x")
"""


def test_a_function_with_an_unknown_argument_is_not_asked_and_its_answer_is_unknown(toy: Toy) -> None:
    preview = toy.preview(UNKNOWN_ARGUMENT)
    assert preview.ok, preview.failures
    assert toy.vendor.calls == []
    up = toy.up()
    assert up.ok, up.failures
    assert toy.vendor.calls == ["create:a", "invoke:look", "create:b"]
    assert [item["answer"] for item in toy.vendor.objects.values() if "answer" in item] == ["yes"]


def test_a_secret_answer_is_secret_in_state_outputs_and_messages(toy: Toy) -> None:
    up = toy.up(TOKEN)
    assert up.ok, up.failures
    assert is_secret(up.outputs["token"])
    thing = next(resource for resource in up.resources if resource.name == "b")
    assert is_secret(thing.inputs["token"])
    assert "tk-answered-secret" not in toy.state_path.read_text()
    assert "tk-answered-secret" not in json.dumps(toy.events)
    assert "the token is [secret]" in json.dumps(toy.events)


def test_every_wrong_argument_is_told_as_input_and_nothing_after_the_call_is_made(toy: Toy) -> None:
    up = toy.up(WRONG)
    assert {(failure.kind, failure.message) for failure in up.failures} == {
        (FailureKind.INPUT, "toy:index:look: wrongName: is no argument"),
        (FailureKind.INPUT, "toy:index:look: wrongSize: is no argument"),
    }
    assert toy.vendor.objects == {}


@pytest.mark.parametrize("call", ["invoke", "invoke_output"])
def test_a_refused_call_that_nobody_catches_is_the_vendors_failure(toy: Toy, call: str) -> None:
    toy.vendor.refuse = _refuse
    up = toy.up(f'found = pulumi.runtime.{call}("toy:index:look", {{}})\npulumi.export("found", found)')
    assert [(failure.kind, failure.message) for failure in up.failures] == [
        (FailureKind.VENDOR, "toy:index:look: the vendor is closed")
    ]


def test_a_program_may_catch_a_refused_call_and_go_on(toy: Toy) -> None:
    toy.vendor.refuse = _refuse
    up = toy.up(CAUGHT)
    assert up.ok, up.failures
    text = "invoke of toy:index:look failed: invocation of toy:index:look returned an error: the vendor is closed"
    assert up.outputs["error"] == text
    assert len(toy.vendor.objects) == 1


def test_a_provider_whose_configuration_is_not_known_answers_nothing_at_preview(toy: Toy) -> None:
    """As with the real engine: the answer is empty, and it is known."""
    preview = toy.preview(
        """
        a = Thing("a", region="x")
        account = pulumi.ProviderResource("toy", "account", {"host": a.host})
        found = pulumi.runtime.invoke("toy:index:look", {}, pulumi.InvokeOptions(provider=account))
        pulumi.export("found", found.value)
        """
    )
    assert preview.ok, preview.failures
    assert toy.vendor.calls == []
    assert preview.outputs["found"] == {}


def _refuse(call: str) -> None:
    if call.startswith("invoke:"):
        raise VendorError("the vendor is closed")
