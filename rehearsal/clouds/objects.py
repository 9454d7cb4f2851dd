"""What a vendor does to its objects: refuse, make, change, delete with all that hangs on them, and show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from rehearsal.clouds import compare
from rehearsal.clouds.errors import VendorError
from rehearsal.clouds.seal import is_digest
from rehearsal.clouds.store import Object, Store, Transaction
from rehearsal.clouds.table import (
    ABSENT,
    Attempt,
    Catalogue,
    Facts,
    Function,
    Property,
    Reference,
    ResourceType,
)
from rehearsal.engine.values import UNKNOWN, Properties, Value, is_secret, make_secret, plain


@dataclass(frozen=True, slots=True)
class _View:
    """The objects and the tier, for refusals and functions."""

    store: Store
    plan: str

    def get(self, type_token: str, object_id: str) -> Object | None:
        return self.store.get(type_token, object_id)

    def find(self, type_token: str, match: Mapping[str, Value]) -> list[Object]:
        return self.store.find(type_token, match)


class Objects:
    """The objects of one cloud, under the rules of its catalogue."""

    def __init__(self, catalogue: Catalogue, store: Store, plan: str) -> None:
        self._catalogue = catalogue
        self._store = store
        self._view = _View(store, plan)

    # ---- writing -----------------------------------------------------------------------------------------------

    def create(self, entry: ResourceType, urn: str, inputs: Properties, facts: Facts) -> tuple[str, Properties]:
        """Make an object; returns its id and outputs."""
        with self._store.transaction() as transaction:
            generation = self._store.made(urn) + 1
            facts = replace(facts, digest=self._store.digest(urn, generation))
            wanted = _wanted(entry, inputs, {}, facts)
            facts = replace(facts, inputs=plain(wanted))
            facts = replace(facts, id=str(entry.make_id(facts)))
            self._refuse(entry, "create", facts, None)
            outputs = _outputs(entry, wanted, {}, facts, ("once", "derived", "written"))
            if entry.kept:
                kept = self._concealed(entry, outputs)
                serial = self._store.next_serial
                transaction.put(Object(entry.resource, facts.id, urn, generation, serial, kept))
        return facts.id, outputs

    def update(
        self, entry: ResourceType, object_id: str, old: Properties, inputs: Properties, facts: Facts
    ) -> Properties:
        """Change an object; returns its new outputs."""
        with self._store.transaction() as transaction:
            if not entry.kept:
                wanted = _wanted(entry, inputs, old, facts)
                return _outputs(entry, wanted, old, replace(facts, id=object_id), ("derived", "written"))
            live = self._store.get(entry.resource, object_id)
            if live is None:
                raise VendorError(*self._catalogue.not_found, f"{entry.noun} {object_id} does not exist")
            facts = replace(facts, id=object_id, digest=self._store.digest(live.urn, live.generation))
            before = _restored(live.properties, old)
            wanted = _wanted(entry, inputs, before, facts)
            facts = replace(facts, inputs=plain(wanted))
            self._refuse(entry, "update", facts, live)
            outputs = _outputs(entry, wanted, before, facts, ("derived", "written"))
            transaction.put(replace(live, properties=self._concealed(entry, outputs)))
        return outputs

    def delete(self, entry: ResourceType, object_id: str) -> None:
        """Delete an object and what it owns; nothing happens when it is gone."""
        if not entry.kept:
            return
        with self._store.transaction() as transaction:
            live = self._store.get(entry.resource, object_id)
            if live is None:
                return
            attempt = Attempt("delete", {}, live.plain(), object_id, self._view)
            for refuse in entry.refuse:
                refuse(attempt)
            self._drop(live, transaction)

    def change(self, entry: ResourceType, live: Object, path: str, value: Value, now: str) -> None:
        """A hand-made change of one property (a path such as `gitRepository.productionBranch`); None takes it away."""
        with self._store.transaction() as transaction:
            properties = _with_path(live.properties, path.split("."), value)
            facts = Facts(
                inputs=plain(properties),
                digest=self._store.digest(live.urn, live.generation),
                now=now,
                account={},
                id=live.id,
            )
            for name, output in entry.outputs.items():
                if output.foreign:
                    properties[name] = output.make(facts)
            transaction.put(replace(live, properties=self._concealed(entry, properties)))

    def remove(self, live: Object) -> None:
        """A deletion by hand: no refusal, but all that hangs on the object goes too."""
        with self._store.transaction() as transaction:
            self._drop(live, transaction)

    # ---- reading -----------------------------------------------------------------------------------------------

    def read(
        self, entry: ResourceType, object_id: str, state: Properties, asked: Properties
    ) -> tuple[Properties, Properties] | None:
        """(inputs, outputs) of the live object, or None when it is gone.

        Write-only values are those of the state, because the vendor never gives them back.
        """
        if not entry.kept:
            return (asked, state) if state else None
        with self._store.transaction():
            live = self._store.get(entry.resource, object_id)
        if live is None:
            return None
        outputs = _restored(live.properties, state)
        if asked:
            inputs = {name: compare.as_asked(value, outputs[name]) for name, value in asked.items() if name in outputs}
        else:
            inputs = {
                name: outputs[name]
                for name, prop in entry.inputs.items()
                if name in outputs and plain(outputs[name]) != prop.fallback
            }
        return inputs, outputs

    def adopt(self, entry: ResourceType, urn: str, inputs: Properties) -> tuple[str, Properties] | None:
        """The newest object made for a URN, if these inputs made it."""
        if not entry.kept:
            return None
        with self._store.transaction():
            for live in self._store.for_urn(entry.resource, urn)[:1]:
                wanted = self._concealed(entry, inputs)
                if not compare.differences(entry.inputs, live.properties, wanted):
                    return live.id, _restored(live.properties, inputs)
        return None

    def ask(self, function: Function, arguments: Properties, account: Properties) -> Properties:
        """Call a function over the objects."""
        with self._store.transaction():
            return function(arguments, self._view, account)

    # ---- rules -------------------------------------------------------------------------------------------------

    def _refuse(
        self, entry: ResourceType, operation: Literal["create", "update"], facts: Facts, live: Object | None
    ) -> None:
        for reference in entry.references:
            self._refuse_missing(reference, facts.inputs)
        for keys in entry.unique:
            match = {key: facts.inputs.get(key) for key in keys}
            for found in self._store.find(entry.resource, match):
                if live is None or found.id != live.id:
                    self._refuse_existing(entry, keys, found)
        if live is None and entry.kept and (found_id := self._store.get(entry.resource, facts.id)):
            self._refuse_existing(entry, (), found_id)
        old = None if live is None else live.plain()
        attempt = Attempt(operation, facts.inputs, old, "" if live is None else live.id, self._view)
        for refuse in entry.refuse:
            refuse(attempt)

    def _refuse_existing(self, entry: ResourceType, keys: tuple[str, ...], found: Object) -> None:
        what = f" with the same {' and '.join(keys)}" if keys else ""
        raise VendorError(
            *self._catalogue.conflict,
            f"a {entry.noun}{what} already exists; to take it over: pulumi import {entry.resource} <name> {found.id}",
        )

    def _refuse_missing(self, reference: Reference, inputs: Properties) -> None:
        given = inputs.get(reference.property)
        for value in given if isinstance(given, list) else [given]:
            if value in (None, "") or self._referenced(reference, value, inputs):
                continue
            noun = self._catalogue.types[reference.type].noun
            raise VendorError(*self._catalogue.not_found, f"{reference.property}: there is no {noun} {value!r}")

    def _referenced(self, reference: Reference, value: Value, inputs: Properties) -> bool:
        if reference.assumed:
            return True
        if reference.target == "id":
            return self._store.get(reference.type, str(value)) is not None
        match = {reference.target: value, **{there: inputs.get(here) for here, there in reference.also}}
        return bool(self._store.find(reference.type, match))

    def _drop(self, gone: Object, transaction: Transaction) -> None:
        """Take an object and all it owns away."""
        left, seen = [gone], {(gone.type, gone.id)}
        while left:
            item = left.pop()
            transaction.drop(item)
            for child in self._owned(item):
                if (child.type, child.id) not in seen:
                    seen.add((child.type, child.id))
                    left.append(child)

    def _owned(self, owner: Object) -> Iterator[Object]:
        properties = owner.plain()
        for entry, reference in self._catalogue.owned_by(owner.type):
            value = owner.id if reference.target == "id" else properties.get(reference.target)
            for child in self._store.find(entry.resource, {reference.property: value}):
                inner = child.plain()
                if all(inner.get(here) == properties.get(there) for here, there in reference.also):
                    yield child

    def _concealed(self, entry: ResourceType, outputs: Properties) -> Properties:
        return self._conceal(entry.inputs, outputs, plain(outputs))

    def _conceal(self, fields: Mapping[str, Property], values: Properties, inputs: Properties) -> Properties:
        kept = dict(values)
        for name, prop in fields.items():
            value = kept.get(name)
            if value is None or is_digest(value) or value == UNKNOWN:
                continue
            if prop.hides(inputs):
                kept[name] = self._store.seal.digest(value)
            elif prop.kind == "block" and isinstance(value, dict) and not is_secret(value):
                kept[name] = self._conceal(prop.fields, value, inputs)
            elif prop.item is not None and prop.item.kind == "block" and isinstance(value, list):
                inner = prop.item.fields
                kept[name] = [self._conceal(inner, item, plain(item)) for item in value]
        return kept


def _wanted(entry: ResourceType, inputs: Properties, old: Properties, facts: Facts) -> Properties:
    """The inputs with what the vendor adds to them."""

    def choose(prop: Property) -> Value:
        return prop.chosen(facts) if prop.chosen else ABSENT

    return compare.held(entry.inputs, inputs, old, choose)


def _outputs(
    entry: ResourceType, wanted: Properties, old: Properties, facts: Facts, when: tuple[str, ...]
) -> Properties:
    """What the vendor answers after a write; outputs made at another time are those of before."""
    outputs = _sent(entry.inputs, wanted)
    for name, output in entry.outputs.items():
        if output.when in when:
            value = output.make(facts)
            outputs[name] = make_secret(value) if output.secret else value
        elif name in old:
            outputs[name] = old[name]
    return outputs


def _sent(fields: Mapping[str, Property], wanted: Properties) -> Properties:
    """The part of the inputs that reaches the vendor."""
    sent = dict(wanted)
    for name, prop in fields.items():
        value = sent.get(name)
        if value is not None and prop.unsent is not None and prop.unsent(plain(value)):
            del sent[name]
        elif prop.kind == "block" and isinstance(value, dict) and not is_secret(value):
            sent[name] = _sent(prop.fields, value)
    return sent


def _restored(live: Properties, state: Properties) -> Properties:
    """The live properties with the state's own write-only values; one that the state does not know is left out."""
    restored: Properties = {}
    for name, value in live.items():
        known = state.get(name)
        if is_digest(value):
            if known is not None:
                restored[name] = known
        elif isinstance(value, dict) and not is_secret(value):
            restored[name] = _restored(value, known if isinstance(known, dict) else {})
        elif isinstance(value, list) and not is_secret(known):
            knowns = known if isinstance(known, list) else []
            restored[name] = [
                _restored({"": item}, {"": knowns[index]} if index < len(knowns) else {}).get("")
                for index, item in enumerate(value)
            ]
        else:
            restored[name] = make_secret(value) if is_secret(known) else value
    return restored


def _with_path(properties: Properties, path: list[str], value: Value) -> Properties:
    changed = dict(properties)
    head, rest = path[0], path[1:]
    if rest:
        inner = changed.get(head)
        changed[head] = _with_path(inner if isinstance(inner, dict) else {}, rest, value)
    elif value is None:
        changed.pop(head, None)
    else:
        changed[head] = make_secret(value) if is_secret(changed.get(head)) else value
    return changed
