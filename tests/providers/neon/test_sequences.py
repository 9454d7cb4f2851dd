"""Random sequences: edits of the program, runs with faults, changes by hand, refreshes, previews and killed runs.

At the end of each the faults are over: a refresh and an update succeed, a preview plans nothing, and the state equals the
service. `NEON_SEQUENCES=500` runs that many, with other seeds each time; a plain run has a few, always the same. A sequence
that fails is printed as the shortest list of steps that fails the same way.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from rehearsal.clouds.neon import Fault, FaultPlan, NeonService, Switches
from rehearsal.engine import Operation, Result, plain
from tests.providers.neon.sequence_faults import FAULTS, FAULTS_OF_READING
from tests.providers.neon.sequence_judge import differences, keys
from tests.providers.neon.sequence_live import Key, documents
from tests.providers.neon.sequence_others import RESTORE, drifts, make_strange
from tests.providers.neon.sequence_program import SLOTS, Program, is_open, places, protects, slot_of
from tests.providers.neon.sequence_stack import Stack, When, Where, surroundings

SEQUENCES = int(os.environ.get("NEON_SEQUENCES", "0"))  # read here: no test sees the person's own environment
FEW = 15


class Sequences(RuleBasedStateMachine):
    """One sequence: one account, one stack."""

    def __init__(self) -> None:
        super().__init__()
        self.cleanup = ExitStack()
        root = self.cleanup.enter_context(tempfile.TemporaryDirectory(prefix="sequence-"))
        self.service = self.cleanup.enter_context(NeonService())
        self.stack = Stack(Path(root), self.service)
        self.cleanup.callback(self.stack.close)
        self.cleanup.enter_context(surroundings(self.stack))
        self.program = Program()
        self.held: set[str] = set()
        """Slots that the state may hold."""
        self.protected: set[str] = set()
        """Those that may be protected in the state: Neon, and the plugin, refuse to delete them before a run that unprotects."""
        self.children: set[str] = set()
        """Branches that may have another one as their parent: it cannot be deleted unless the program says so."""
        self.touched: set[str] = set()
        self.drifted = False
        """Whether something may be otherwise at Neon than the state says: an update may fail then, until a refresh."""
        self.interrupted = False
        """Whether something may be left behind that only a program which still declares it finds again."""
        self.lost: set[str] = set()
        """Keys that may have been made without an answer: the plugin revokes such a one when it makes the same one again."""
        self.destroyed = False
        self.struck: list[str] = []
        self.strangers: dict[Key, str] = {}

    # ---- edits -------------------------------------------------------------------------------------------------

    @initialize(data=st.data(), seconds=st.sampled_from([0, 2]), asks=st.booleans())
    def begin(self, data: st.DataObject, seconds: int, asks: bool) -> None:
        """A program to begin with, on a Neon whose operations take so many seconds. A real engine does not ask the provider
        for what a killed run left behind; the embedded one does."""
        self.stack.asks = asks
        self.service.switches = Switches(operation_seconds=seconds, anonymize_seconds=seconds)
        self.program.declare("p1", SLOTS["p1"].usual)
        for slot in data.draw(st.lists(st.sampled_from(sorted(SLOTS)), min_size=3, max_size=8), "slots"):
            self._declare(data, slot)
        self._update([])

    def _edit_some(self, data: st.DataObject) -> None:
        kinds = ["change"] if self.interrupted else [*EDITS, "change", "change"]
        for edit in data.draw(st.lists(st.sampled_from(kinds), max_size=3), "edits"):
            among = SLOTS if edit == "declare" else self.program.declared
            if among:
                slot = data.draw(st.sampled_from(sorted(among)), "slot")
                EDITS[edit](self, data, slot)

    def _declare(self, data: st.DataObject, slot: str) -> None:
        """A resource more, or one with other arguments."""
        choices = {name: st.sampled_from(values) for name, values in SLOTS[slot].choices.items()}
        given = data.draw(st.fixed_dictionaries(choices), "arguments")
        self._edit(lambda program: program.declare(slot, given), slot)

    def _change(self, data: st.DataObject, slot: str) -> None:
        """Another value of one argument."""
        choices = [name for name in SLOTS[slot].choices if not (self.interrupted and SLOTS[slot].tells(name))]
        if choices:
            argument, given = data.draw(st.sampled_from(sorted(choices)), "argument"), self.program.declared[slot]
            others = [value for value in SLOTS[slot].choices[argument] if value != given[argument]]
            given = {**given, argument: data.draw(st.sampled_from(others), "value")}
            self._edit(lambda program: program.declare(slot, given), slot if SLOTS[slot].replaces(argument) else "")

    def _remove(self, data: st.DataObject, slot: str) -> None:
        """A resource less, and all that need it."""
        self._edit(lambda program: program.remove(slot), slot)

    def _rename(self, data: st.DataObject, slot: str) -> None:
        """Another logical name, with the old ones as aliases."""
        self._edit(lambda program: program.rename(slot), slot if slot in self.lost else "")

    def _edit(self, act: Any, endangered: str) -> None:
        """Keep a change of the program, unless Neon would refuse it whatever happens. `endangered` may be deleted by it."""
        tried = self.program.copy()
        act(tried)
        if tried.refused or (endangered and self._in_the_way(endangered) & (self.protected | self.lost)):
            return
        if any(not tried.declared[slot]["parent_id"] for slot in self.children & tried.declared.keys()):
            return
        gone = {slot for slot in self.held - tried.declared.keys() if SLOTS[slot].kind == "Endpoint"}
        if any(protects(tried, place) for slot in gone for place in places(slot)):
            return  # a compute of a protected branch cannot be deleted
        self.program = tried

    def _in_the_way(self, slot: str) -> set[str]:
        """What must not be protected for a slot to go."""
        going = self.program.closure(slot) if slot in self.program.declared else {slot}
        return going | {place for gone in going for place in places(gone)}

    # ---- runs --------------------------------------------------------------------------------------------------

    @rule(data=st.data(), faults=FAULTS, first=st.one_of(st.none(), FAULTS_OF_READING))
    def up(self, data: st.DataObject, faults: list[Fault], first: list[Fault] | None) -> None:
        """An update of a program that was edited, with a preview `first` and the faults of that."""
        self._edit_some(data)
        if first is not None:
            self._preview(first)
        self._update(faults)

    def _update(self, faults: list[Fault]) -> None:
        """Without faults, and with nothing that a refresh had to see first, it succeeds."""
        self._before_up()
        result = self._run(Operation.UP, faults)
        if result.ok:
            self._after_up()
        else:
            self._after_failure(result)

    @rule(
        where=st.sampled_from(["journal", "request"]),
        number=st.one_of(st.integers(1, 12), st.integers(1, 60)),
        when=st.sampled_from(["before", "after"]),
        data=st.data(),
    )
    def up_and_die(self, where: Where, number: int, when: When, data: st.DataObject) -> None:
        """An update that is killed, and the faults it met before."""
        self._edit_some(data)
        faults = data.draw(FAULTS, "faults")
        self._before_up()
        self.service.faults = FaultPlan(faults)
        died = self.stack.run_and_die(Operation.UP, self.program.text, where, number, when)
        self.interrupted = self.interrupted or (died and not self.stack.asks)
        if died:
            self._lose()
        self.service.faults = FaultPlan()
        self._no_secrets()

    @rule(faults=FAULTS_OF_READING)
    def refresh(self, faults: list[Fault]) -> None:
        """A refresh."""
        if self._run(Operation.REFRESH, faults).ok:
            self.drifted = False

    def _preview(self, faults: list[Fault]) -> None:
        """It changes nothing."""
        before, asked = documents(self.service), len(self.service.requests)
        self._run(Operation.PREVIEW, faults)
        assert {request.method for request in self.service.requests[asked:]} <= {"GET"}
        assert keys(documents(self.service)) == keys(before)

    @precondition(lambda self: not (self.protected or self.destroyed or self.interrupted or self.lost))
    @rule(faults=FAULTS)
    def destroy(self, faults: list[Fault]) -> None:
        """All goes, once in a sequence."""
        self.destroyed = True
        result = self._run(Operation.DESTROY, faults)
        if result.ok:
            self.held.clear()
            self.children.clear()
            assert self._resources() == []
        else:
            self._after_failure(result)

    def _after_failure(self, result: Result) -> None:
        assert self.struck or self.drifted, f"the {result.operation} failed: {_told(result)}"
        self.interrupted = True
        self._lose()

    def _lose(self) -> None:
        """A run ended early: what was deleted already is seen by a refresh alone, and what was made is looked for."""
        self.drifted = True
        self.lost |= {slot for slot in self.program.declared if SLOTS[slot].kind == "OrgApiKey"}

    def _before_up(self) -> None:
        self.held |= self.program.declared.keys()
        self.protected |= {slot for slot in self.program.declared if protects(self.program, slot)}
        self.children |= {slot for slot, given in self.program.declared.items() if given.get("parent_id")}

    def _after_up(self) -> None:
        self.interrupted = False
        self.lost.clear()
        self.held &= self.program.declared.keys()
        self.children &= self.held
        self.protected -= {slot for slot in self.protected if is_open(self.program, slot)}

    def _run(self, operation: Operation, faults: list[Fault]) -> Result:
        self.service.faults = FaultPlan(faults)
        result = self.stack.run(operation, self.program.text)
        self.struck = [fault.kind for fault in self.service.faults.struck]
        self.service.faults = FaultPlan()
        note(f"{operation}: {'ok' if result.ok else _told(result)}; faults that struck: {self.struck}")
        self._no_secrets(_told(result))
        return result

    def _no_secrets(self, told: str = "") -> None:
        """No password or key stands in plain text on disk, or in what a run told."""
        texts = self.stack.texts() + told
        with self.service._call() as call:
            passwords = [role["password"] for role in call.all("role") if role["password"]]
        assert [text for text in (*passwords, self.service.api_key) if text in texts] == []

    # ---- others ------------------------------------------------------------------------------------------------

    @rule(data=st.data())
    def drift(self, data: st.DataObject) -> None:
        """Somebody changes what the stack manages."""
        held = {slot_of(item.urn): item for item in self._resources() if not item.delete}
        slots = sorted(held.keys() & self.program.declared.keys())
        if not slots:
            return
        kind = data.draw(st.sampled_from(sorted({SLOTS[slot].kind for slot in slots})), "kind")
        slot = data.draw(st.sampled_from([slot for slot in slots if SLOTS[slot].kind == kind]), "slot")
        possible = drifts(kind, held[slot].id, self.program.declared[slot])
        if kind == "Project" and self.lost:
            del possible["delete"]  # a key of a project is another key when the project is made again
        change = data.draw(st.sampled_from(sorted(possible)), "change")
        method, path, body = possible[change]
        self.stack.pass_time(5)
        if self.stack.ask(method, path, body).is_success:
            self.drifted = True
            self.touched.add(slot)
            if change == RESTORE:
                project = held[slot].id.partition("/")[0]
                set_aside = [b for b in self.service.objects()["branch"] if "(old)" in b["name"]]
                self.strangers |= {("branch", b["id"]): project for b in set_aside if b["project_id"] == project}

    @rule(kind=st.sampled_from(["branch", "role", "endpoint", "snapshot", "api_key"]))
    def guest(self, kind: str) -> None:
        """Somebody makes an object of their own in the first project."""
        project = next((item for item in self._resources() if slot_of(item.urn) == "p1"), None)
        if project is None:
            return
        self.stack.pass_time(5)
        objects = self.service.objects()
        default = [b["id"] for b in objects["branch"] if b["project_id"] == project.id and b["default"]]
        if default:
            made = make_strange(self.stack, kind, project.id, default[0], f"guest_{len(self.strangers)}")
            if made:
                self.strangers[made] = "" if kind == "api_key" else project.id

    def _resources(self) -> list[Any]:
        with self.stack.open() as state:
            return [item for item in state.resources if item.custom and item.type.startswith("neon:")]

    # ---- the end -----------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        """A refresh and an update without faults, and then all is equal."""
        try:
            note(self.program.text)
            for operation in (Operation.REFRESH, Operation.UP):
                result = self._run(operation, [])
                assert result.ok, f"the last {operation} failed: {_told(result)}"
            left = self._run(Operation.PREVIEW, []).changed
            assert [f"{step.op} {step.urn} {[c.path for c in step.changes]}" for step in left] == []
            self._judge()
        finally:
            self.cleanup.close()

    def _judge(self) -> None:
        resources, objects = self.stack.resources(), documents(self.service)
        assert {slot_of(item.urn) for item in resources} == self.program.declared.keys()
        assert differences(resources, objects, set(self.strangers), self.touched) == []
        projects = {item["id"] for item in objects["project"]}
        theirs = {key for key, project in self.strangers.items() if not project or project in projects}
        assert theirs - keys(objects) == set()
        texts = self.stack.texts()
        made = [plain(item.outputs).get("key") for item in resources if item.type.endswith(":OrgApiKey")]
        assert all(made)
        assert [text for text in made if text in texts] == []


EDITS: dict[str, Callable[[Sequences, st.DataObject, str], None]] = {
    "declare": Sequences._declare,
    "change": Sequences._change,
    "remove": Sequences._remove,
    "rename": Sequences._rename,
}


def _told(result: Result) -> str:
    return "; ".join(f"{failure.urn.rpartition('::')[2]}: {failure.message}" for failure in result.failures)


def test_whatever_happens_in_between_the_state_equals_the_service_in_the_end() -> None:
    chosen = settings(
        max_examples=SEQUENCES or FEW,
        stateful_step_count=15 if SEQUENCES else 10,
        derandomize=not SEQUENCES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    run_state_machine_as_test(Sequences, settings=chosen)
