"""Universal resource names: `urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pulumi.runtime.proto import alias_pb2

STACK_TYPE: Final = "pulumi:pulumi:Stack"
PROVIDER_PREFIX: Final = "pulumi:providers:"


def qualified_type(urn: str) -> str:
    """The type with its parents' types, joined by `$`."""
    return urn.split("::", 3)[2]


def type_of(urn: str) -> str:
    """The resource's own type token."""
    return qualified_type(urn).rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    """The logical name."""
    return urn.split("::", 3)[3]


def is_provider(type_token: str) -> bool:
    """Whether the type is that of a provider resource."""
    return type_token.startswith(PROVIDER_PREFIX)


def package_of(type_token: str) -> str:
    """The package a type belongs to: `vercel` of `vercel:index/project:Project` and of `pulumi:providers:vercel`."""
    return type_token.removeprefix(PROVIDER_PREFIX).split(":", 1)[0]


def make_urn(stack: str, project: str, parent: str, type_token: str, name: str) -> str:
    """The URN of a resource; the stack's own type is not part of its children's names."""
    parent_type = qualified_type(parent) if parent else ""
    prefix = f"{parent_type}$" if parent_type and parent_type != STACK_TYPE else ""
    return f"urn:pulumi:{stack}::{project}::{prefix}{type_token}::{name}"


def alias_urns(
    urn_parts: tuple[str, str, str, str, str],
    aliases: Iterable[alias_pb2.Alias],
    aliased_parents: Mapping[str, str],
) -> list[str]:
    """Every older URN a resource may be known by.

    `urn_parts` is (stack, project, parent URN, type, name). `aliased_parents` maps the new URN of a resource to the old
    one it was found under: a child of a renamed component is looked for under the component's old name as well.
    """
    stack, project, parent, type_token, name = urn_parts
    own = [_own_alias(alias, urn_parts, aliased_parents) for alias in aliases]
    old_parent = aliased_parents.get(parent)
    if not old_parent:
        return own

    def inherited(inner_type: str, inner_name: str) -> str:
        prefix = name_of(parent)
        if inner_name.startswith(prefix):
            inner_name = name_of(old_parent) + inner_name[len(prefix) :]
        return f"urn:pulumi:{stack}::{project}::{qualified_type(old_parent)}${inner_type}::{inner_name}"

    return [*own, inherited(type_token, name), *(inherited(type_of(urn), name_of(urn)) for urn in own)]


def _own_alias(
    alias: alias_pb2.Alias, urn_parts: tuple[str, str, str, str, str], aliased_parents: Mapping[str, str]
) -> str:
    if alias.WhichOneof("alias") == "urn":
        return alias.urn
    stack, project, parent, type_token, name = urn_parts
    spec = alias.spec
    old_parent = "" if spec.noParent else aliased_parents.get(spec.parentUrn, spec.parentUrn) or parent
    return make_urn(
        spec.stack or stack, spec.project or project, old_parent, spec.type or type_token, spec.name or name
    )
