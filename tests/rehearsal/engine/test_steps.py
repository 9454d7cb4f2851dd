"""Each kind of step: what is done, in which order, and what the state says afterwards."""

from rehearsal.engine import FailureKind, Operation, is_secret
from tests.rehearsal.engine.conftest import Toy, ops
from tests.rehearsal.engine.vendor import VendorError

TWO = """
part = Part("part")
a = Thing("a", region="x", size=1, opts=Opts(parent=part))
b = Thing("b", region="x", parentId=a.id, opts=Opts(parent=part))
pulumi.export("host", a.host)
pulumi.export("password", a.password) if hasattr(a, "password") else None
"""


def test_a_first_update_creates_everything_and_a_second_nothing(toy: Toy) -> None:
    preview = toy.preview(TWO)
    assert preview.ok
    assert ops(preview) == {"toy-dev": "create", "part": "create", "a": "create", "b": "create", "default": "create"}
    assert toy.vendor.objects == {}
    assert not toy.state_path.exists()
    up = toy.up()
    assert up.ok, up.failures
    assert len(toy.vendor.objects) == 2
    assert up.outputs["host"] == "obj-1.example"
    again = toy.preview()
    assert again.ok
    assert again.changed == []


def test_outputs_named_secret_are_secret_in_the_state(toy: Toy) -> None:
    up = toy.up(TWO)
    thing = next(r for r in up.resources if r.name == "a")
    assert is_secret(thing.outputs["password"])
    assert "pw-obj-1-secret" not in toy.state_path.read_text()


def test_an_unknown_at_preview_stays_unknown(toy: Toy) -> None:
    preview = toy.preview(TWO)
    b = next(step for step in preview.steps if step.name == "b")
    assert b.new is not None
    assert b.new.inputs["parentId"] == "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def test_an_edit_updates_in_place(toy: Toy) -> None:
    toy.up(TWO)
    up = toy.up(TWO.replace("size=1", "size=2"))
    assert ops(up) == {"a": "update"}
    step = next(s for s in up.steps if s.name == "a")
    assert [(c.path, c.old, c.new) for c in step.changes] == [("size", 1, 2)]
    assert toy.vendor.objects["obj-1"]["size"] == 2


def test_a_replacement_creates_first_and_deletes_last(toy: Toy) -> None:
    toy.up(TWO)
    toy.vendor.calls.clear()
    up = toy.up(TWO.replace('"a", region="x"', '"a", region="y"'))
    assert ops(up) == {"a": "create-replacement, delete-replaced", "b": "create-replacement, delete-replaced"}
    assert toy.vendor.calls == ["create:a", "create:b", "delete:b", "delete:a"]
    assert sorted(toy.vendor.objects) == ["obj-3", "obj-4"]
    assert toy.preview().changed == []


def test_delete_before_replace_takes_dependents_first(toy: Toy) -> None:
    program = TWO.replace('Thing("a", region="x"', 'Thing("a", kind="Single", region="x"')
    toy.up(program)
    toy.vendor.calls.clear()
    up = toy.up(program.replace('region="x", size', 'region="y", size'))
    assert up.ok
    assert toy.vendor.calls == ["delete:b", "delete:a", "create:a", "create:b"]
    assert toy.preview().changed == []


def test_what_the_program_drops_is_deleted_dependents_first(toy: Toy) -> None:
    toy.up(TWO)
    toy.vendor.calls.clear()
    up = toy.up("pass")
    assert up.ok
    assert toy.vendor.calls == ["delete:b", "delete:a"]
    assert toy.vendor.objects == {}


def test_destroy_leaves_nothing(toy: Toy) -> None:
    toy.up(TWO)
    result = toy.run(Operation.DESTROY)
    assert result.ok
    assert result.resources == []
    assert toy.vendor.objects == {}


def test_a_protected_resource_refuses_and_the_others_are_still_judged(toy: Toy) -> None:
    program = 'Thing("a", region="x", opts=Opts(protect=True))\nThing("b", region="x", opts=Opts(protect=True))'
    toy.up(program)
    toy.vendor.calls.clear()
    result = toy.run(Operation.DESTROY)
    assert {(f.kind, f.urn.split("::")[-1]) for f in result.failures} == {
        (FailureKind.INPUT, "a"),
        (FailureKind.INPUT, "b"),
    }
    assert toy.vendor.calls == []
    assert len(toy.vendor.objects) == 2
    assert toy.preview(program).changed == []


def test_retained_and_deleted_with_resources_are_not_deleted_at_the_vendor(toy: Toy) -> None:
    toy.up(
        'a = Thing("a", region="x")\nThing("b", region="x", opts=Opts(deleted_with=a))\n'
        'Thing("c", region="x", opts=Opts(retain_on_delete=True))'
    )
    toy.vendor.calls.clear()
    assert toy.up("pass").ok
    assert toy.vendor.calls == ["delete:a"]


def test_ignored_and_replacing_changes_follow_the_options(toy: Toy) -> None:
    toy.up('Thing("a", region="x", size=1)\nThing("b", region="x", size=1)')
    up = toy.up(
        'Thing("a", region="x", size=2, opts=Opts(ignore_changes=["size"]))\n'
        'Thing("b", region="x", size=2, opts=Opts(replace_on_changes=["size"]))'
    )
    assert ops(up) == {"b": "create-replacement, delete-replaced"}


def test_a_renamed_component_keeps_its_children(toy: Toy) -> None:
    toy.up(TWO)
    renamed = TWO.replace('Part("part")', 'Part("piece", opts=Opts(aliases=[pulumi.Alias(name="part")]))')
    up = toy.up(renamed)
    assert up.ok
    assert ops(up) == {}
    assert len(toy.vendor.objects) == 2
    assert toy.preview().changed == []


def test_an_import_takes_what_exists(toy: Toy) -> None:
    toy.vendor.objects["obj-9"] = {"type": "toy:index:Thing", "urn": "", "region": "x", "host": "h", "password": "p"}
    program = 'Thing("a", region="x", opts=Opts(import_="obj-9"))'
    up = toy.up(program)
    assert up.ok, up.failures
    assert ops(up)["a"] == "import"
    assert len(toy.vendor.objects) == 1
    assert toy.preview('Thing("a", region="x")').changed == []


def test_importing_what_is_not_there_fails(toy: Toy) -> None:
    up = toy.up('Thing("a", region="x", opts=Opts(import_="missing"))')
    assert up.kinds == {FailureKind.VENDOR}
    assert "missing" in up.failures[0].message


def test_a_check_failure_is_bad_input_and_nothing_is_made(toy: Toy) -> None:
    up = toy.up('Thing("a", size=1)')
    assert up.kinds == {FailureKind.INPUT}
    assert "region: is required" in up.failures[0].message
    assert toy.vendor.objects == {}


def test_two_resources_of_one_name_are_refused(toy: Toy) -> None:
    up = toy.up('Thing("a", region="x")\nThing("a", region="x")')
    assert up.kinds == {FailureKind.INPUT}


def test_a_refusal_stops_the_run_and_the_next_one_goes_on(toy: Toy) -> None:
    def refuse(call: str) -> None:
        if call == "create:b":
            raise VendorError("quota exceeded")

    toy.vendor.refuse = refuse
    up = toy.up(TWO)
    assert up.kinds == {FailureKind.VENDOR}
    assert "quota exceeded" in up.failures[0].message
    assert len(toy.vendor.objects) == 1
    toy.vendor.refuse = lambda _: None
    again = toy.up()
    assert again.ok
    assert ops(again) == {"b": "create"}


def test_a_half_made_object_is_kept_and_completed(toy: Toy) -> None:
    def refuse(call: str) -> None:
        if call == "create:a":
            raise VendorError("operation failed", resource_id="yes")

    toy.vendor.refuse = refuse
    up = toy.up(TWO)
    assert up.kinds == {FailureKind.VENDOR}
    assert next(r for r in up.resources if r.name == "a").initErrors == ["operation failed"]
    toy.vendor.refuse = lambda _: None
    again = toy.up()
    assert again.ok, again.failures
    assert ops(again) == {"a": "update", "b": "create"}
    assert len(toy.vendor.objects) == 2


def test_a_program_that_raises_deletes_nothing(toy: Toy) -> None:
    toy.up(TWO)
    up = toy.up('raise ValueError("oops")')
    assert up.kinds == {FailureKind.BUG}
    assert len(toy.vendor.objects) == 2
    assert toy.up('raise pulumi.RunError("bad setting")').kinds == {FailureKind.INPUT}


def test_continue_on_error_passes_over_dependents_only(toy: Toy) -> None:
    def refuse(call: str) -> None:
        if call == "create:a":
            raise VendorError("no")

    toy.vendor.refuse = refuse
    up = toy.up(TWO + 'Thing("c", region="x")\n', continue_on_error=True)
    assert up.kinds == {FailureKind.VENDOR}
    assert [item["urn"].split("::")[-1] for item in toy.vendor.objects.values()] == ["c"]
