"""The words in which a vendor's types are described.

A `ResourceType` says what a vendor does with one type; `Property` says it for one input. Nothing here acts: `checks`,
`compare` and `cloud` read these tables. Values are plain JSON as in `rehearsal.engine.values`.

What a vendor does with an input that the program leaves out is one of three things:

- `default`: the vendor's plugin writes it into the inputs (Terraform SDK v2 schema defaults: GitHub, Upstash, AWS);
- `fallback`: the service answers with this value, and falls back to it when the input is taken away;
- `chosen`: the service picks a value and keeps it, also when the input is taken away later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal, Protocol, TypeAlias, TypedDict, Unpack

from rehearsal.engine.values import Properties, Value

Kind: TypeAlias = Literal["text", "number", "flag", "items", "map", "block", "json"]


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT: Final[Any] = _Absent()
"""Stands for a value that is not there; `None` is a value a program may send."""


class Found(Protocol):
    """An object of a cloud, as a refusal sees it."""

    @property
    def id(self) -> str:
        """The vendor's id."""

    @property
    def urn(self) -> str:
        """The URN it was made for; empty when it was made by hand."""

    def plain(self) -> Properties:
        """Its properties without secret marks."""


class View(Protocol):
    """What a refusal may look at: the other objects, and the tier of the account."""

    @property
    def plan(self) -> str:
        """The account's tier; empty where the vendor has none."""

    def get(self, type_token: str, object_id: str) -> Found | None:
        """The object with this id."""

    def find(self, type_token: str, match: Mapping[str, Value]) -> Sequence[Found]:
        """The objects of a type whose properties have these values."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A create, update or delete that the vendor may refuse."""

    operation: Literal["create", "update", "delete"]
    inputs: Properties
    old: Properties | None
    id: str
    view: View

    def others(self, type_token: str, **match: Value) -> list[Found]:
        """The other objects of a type with these values."""
        return [found for found in self.view.find(type_token, match) if found.id != self.id]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a vendor's own values are made from.

    `digest` is 64 hexadecimal digits, the same for the same URN and generation, so two engines that make the same objects
    in another order get the same ids. `now` is UTC in RFC 3339. `account` is the provider's configuration without secrets.
    """

    inputs: Properties
    digest: str
    now: str
    account: Properties
    id: str = ""
    scratch: dict[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def number(self) -> int:
        """A whole number for vendors that count their objects."""
        return 10_000_000 + int(self.digest[:12], 16) % 890_000_000


Make: TypeAlias = Callable[[Facts], Value]


@dataclass(frozen=True, slots=True)
class Computed:
    """An output that no input gives.

    `when` it is made: `once` at create, `derived` from the inputs at every write, `written` anew at every write.
    `foreign`: also anew when somebody changes the object by hand.
    """

    make: Make
    when: Literal["once", "derived", "written"] = "once"
    secret: bool = False
    foreign: bool = False


def once(make: Make, *, secret: bool = False) -> Computed:
    """An output made at create and kept."""
    return Computed(make, "once", secret)


def derived(make: Make, *, secret: bool = False) -> Computed:
    """An output that follows the inputs."""
    return Computed(make, "derived", secret)


def written(make: Make, *, foreign: bool = False) -> Computed:
    """An output that is new after every write, such as a time of change."""
    return Computed(make, "written", foreign=foreign)


Replaces: TypeAlias = bool | Literal["presence"]


class Options(TypedDict, total=False):
    """What every kind of property may have; see `Property`."""

    required: bool
    replaces: Replaces
    secret: bool
    write_only: bool | Callable[[Properties], bool]
    autoname: bool
    default: Value
    fallback: Value
    chosen: Make
    unsent: Callable[[Value], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One input, or one field of a block.

    `bounds` are the lowest and highest number, the shortest and longest text, or the fewest and most items; an end may be
    None. `choices` and `pattern` (whole text) limit texts and numbers. `write_only`: the vendor never gives the value back.
    `replaces`: a change replaces the object; `"presence"` when only giving it or taking it away does. `unsent` tells which
    values the vendor's plugin takes but never sends, so that they differ at every preview.
    `secret`: the output is secret although the input need not be. `unordered`: the vendor keeps a set. `autoname`: left
    out, it becomes the logical name and a random suffix.
    """

    kind: Kind
    required: bool = False
    replaces: Replaces = False
    secret: bool = False
    write_only: bool | Callable[[Properties], bool] = False
    autoname: bool = False
    default: Value = ABSENT
    fallback: Value = ABSENT
    chosen: Make | None = None
    unsent: Callable[[Value], bool] | None = None
    choices: tuple[Value, ...] = ()
    bounds: tuple[float | None, float | None] = (None, None)
    pattern: str = ""
    unordered: bool = False
    item: Property | None = None
    fields: Mapping[str, Property] = field(default_factory=dict)

    def hides(self, inputs: Properties) -> bool:
        """Whether the vendor keeps this value to itself, given the object's other inputs."""
        return self.write_only(inputs) if callable(self.write_only) else self.write_only


_Bounds: TypeAlias = tuple[float | None, float | None]


def text(*choices: str, pattern: str = "", length: _Bounds = (None, None), **options: Unpack[Options]) -> Property:
    """A text; `choices` are the only values, `length` counts characters."""
    return Property(kind="text", choices=choices, pattern=pattern, bounds=length, **options)


def number(
    low: float | None = None, high: float | None = None, *, choices: tuple[float, ...] = (), **options: Unpack[Options]
) -> Property:
    """A number within its bounds, or one of a few."""
    return Property(kind="number", bounds=(low, high), choices=choices, **options)


def flag(**options: Unpack[Options]) -> Property:
    """True or false."""
    return Property(kind="flag", **options)


def items(
    item: Property, *, count: _Bounds = (None, None), unordered: bool = False, **options: Unpack[Options]
) -> Property:
    """A list of one kind of thing; `count` bounds how many."""
    return Property(kind="items", item=item, bounds=count, unordered=unordered, **options)


def names(*choices: str, count: _Bounds = (None, None), **options: Unpack[Options]) -> Property:
    """A set of texts, whose order does not matter to the vendor."""
    return items(text(*choices), count=count, unordered=True, **options)


def block(fields: Mapping[str, Property], **options: Unpack[Options]) -> Property:
    """A block with these fields."""
    return Property(kind="block", fields=fields, **options)


def texts_by_key(**options: Unpack[Options]) -> Property:
    """A map of texts with free keys."""
    return Property(kind="map", **options)


def json_value(**options: Unpack[Options]) -> Property:
    """Any value: a block that the program does not use or that the vendor leaves open."""
    return Property(kind="json", **options)


@dataclass(frozen=True, slots=True)
class Failure:
    """One mistake in the inputs, found before anything is sent."""

    property: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reference:
    """An input that must name an object of another type.

    `target` is the property of that object it is compared with (`id` for the vendor's id). `also` are pairs of further
    properties (here, there) that must agree. `owned`: deleting the other object deletes this one. `assumed`: an object
    that this cloud never held is taken to exist, because it may belong to another stack.
    """

    property: str
    type: str
    target: str = "id"
    also: tuple[tuple[str, str], ...] = ()
    owned: bool = True
    assumed: bool = False


Validate: TypeAlias = Callable[[Properties], Iterable[Failure]]
Refuse: TypeAlias = Callable[[Attempt], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceType:
    """One type of a vendor; `resource` is its token on the wire.

    `make_id` names a new object. `unique` are sets of properties that no two objects may share; `lookups` are further sets that
    refusals search by. `kept` is false for what lives in the state alone. `validate` runs at check over plain inputs, where a
    property that is not yet known is `UNKNOWN`; `refuse` runs before a create, update or delete and raises `VendorError`.
    """

    resource: str
    inputs: Mapping[str, Property]
    make_id: Make
    outputs: Mapping[str, Computed] = field(default_factory=dict)
    unique: tuple[tuple[str, ...], ...] = ()
    lookups: tuple[tuple[str, ...], ...] = ()
    references: tuple[Reference, ...] = ()
    delete_before_replace: bool = False
    kept: bool = True
    validate: tuple[Validate, ...] = ()
    refuse: tuple[Refuse, ...] = ()

    @property
    def noun(self) -> str:
        """The type as a vendor's message names it."""
        return self.resource.rpartition(":")[2]

    def indexes(self) -> tuple[tuple[str, ...], ...]:
        """The property sets by which objects of this type are looked up."""
        keys = [*self.unique, *self.lookups, *((reference.property,) for reference in self.references)]
        return tuple(dict.fromkeys(tuple(sorted(key)) for key in keys))


Function: TypeAlias = Callable[[Properties, View, Properties], Properties]
"""An invoke: (arguments, view, account) -> answer."""


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """All that one package knows: its configuration, types and functions, and its tiers from least to most."""

    package: str
    config: Mapping[str, Property]
    types: Mapping[str, ResourceType]
    functions: Mapping[str, Function] = field(default_factory=dict)
    plans: tuple[str, ...] = ()
    validate_config: tuple[Validate, ...] = ()
    conflict: tuple[int, str] = (409, "conflict")
    not_found: tuple[int, str] = (404, "not_found")

    @cached_property
    def _owned(self) -> dict[str, list[tuple[ResourceType, Reference]]]:
        found: dict[str, list[tuple[ResourceType, Reference]]] = {}
        for entry in self.types.values():
            for reference in entry.references:
                if reference.owned:
                    found.setdefault(reference.type, []).append((entry, reference))
        return found

    def owned_by(self, type_token: str) -> list[tuple[ResourceType, Reference]]:
        """The types whose objects go when an object of this type goes, and by which input they hang on it."""
        return self._owned.get(type_token, [])

    def indexes(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        """For each type, the property sets a store must find objects by."""
        wanted = {token: list(entry.indexes()) for token, entry in self.types.items()}
        for entry in self.types.values():
            for reference in entry.references:
                if reference.target != "id" and (reference.target,) not in wanted[reference.type]:
                    wanted[reference.type].append((reference.target,))
        return {token: tuple(keys) for token, keys in wanted.items()}


def by_token(*entries: ResourceType) -> dict[str, ResourceType]:
    """The table of a package."""
    return {entry.resource: entry for entry in entries}
