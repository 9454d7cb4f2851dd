"""The tables speak of properties that the vendors' own SDKs have, with their kinds, secrets and obligations."""

from __future__ import annotations

import importlib
import inspect
import re
import typing
import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any

import pulumi
import pytest

from rehearsal.clouds import PACKAGES
from rehearsal.clouds.packages import catalogue
from rehearsal.clouds.table import Property, ResourceType

SDKS = {
    "vercel": "pulumiverse_vercel",
    "github": "pulumi_github",
    "upstash": "upstash_pulumi",
    "sentry": "pulumiverse_sentry",
    "random": "pulumi_random",
    "aws": "pulumi_aws",
}

OF_EVERY_RESOURCE = {"id", "urn", "pulumi_resource_name", "pulumi_resource_type"}

LEFT_OUT = {("random:index/randomPassword:RandomPassword", "bcryptHash")}
"""Outputs that a local cloud does not give, with the reason in the table's module."""

INPUT_NAMES: dict[str, Any] = {"Output": pulumi.Output, "T": Any}
"""What `pulumi.Input` refers to by name."""

ENTRIES = [entry for package in PACKAGES for entry in catalogue(package).types.values()]


@cache
def sdk_member(package: str, path: str, name: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # pulumi_aws.s3 warns of its own older classes
        return getattr(importlib.import_module(SDKS[package] + ("" if path == "index" else f".{path}")), name)


def sdk_class(token: str) -> Any:
    package, module, name = token.split(":")
    return sdk_member(package, module.partition("/")[0], name)


def wire_names(cls: Any) -> dict[str, str]:
    """Python name -> wire name of the properties of a resource or argument class."""
    found = {}
    for name, member in inspect.getmembers(cls, lambda member: isinstance(member, property)):
        assert member.fget is not None
        found[name] = getattr(member.fget, "_pulumi_name", None) or name
    return found


def arguments(cls: Any, method: str) -> dict[str, Any]:
    """Wire name -> type of the arguments of a constructor."""
    names = wire_names(cls)
    hints = typing.get_type_hints(getattr(cls, method), localns=INPUT_NAMES)
    ignored = {"return", "opts", "resource_name", "__props__", "self", "__self__"}
    return {names[name]: hint for name, hint in hints.items() if name not in ignored and name in names}


def parts(hint: Any) -> Iterator[Any]:
    """Every type inside a hint."""
    yield hint
    for inner in typing.get_args(hint):
        yield from parts(inner)


def plain_type(hint: Any) -> set[str]:
    """The kinds of a table that fit a hint."""
    found = {part for part in parts(hint) if inspect.isclass(part)}
    origins = {typing.get_origin(part) for part in parts(hint)}
    names = {origin.__name__ for origin in origins if inspect.isclass(origin)}
    if "Sequence" in names:
        return {"items"}
    if "Mapping" in names:
        return {"map"}
    if any(part.__name__.endswith("Args") for part in found):
        return {"block"}
    kinds = {bool: "flag", str: "text", int: "number", float: "number"}
    return {kind for cls, kind in kinds.items() if cls in found} or {"json"}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.resource)
def test_inputs_are_exactly_the_sdk_s(entry: ResourceType) -> None:
    assert set(entry.inputs) == set(arguments(sdk_class(entry.resource), "_internal_init"))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.resource)
def test_outputs_are_exactly_the_sdk_s(entry: ResourceType) -> None:
    cls = sdk_class(entry.resource)
    declared = set(wire_names(cls).values()) - OF_EVERY_RESOURCE
    left_out = {name for token, name in LEFT_OUT if token == entry.resource}
    assert set(entry.outputs) - set(entry.inputs) == declared - set(entry.inputs) - left_out


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.resource)
def test_kinds_and_nested_fields_fit_the_sdk(entry: ResourceType) -> None:
    cls = sdk_class(entry.resource)
    for name, hint in arguments(cls, "_internal_init").items():
        fits(entry.inputs[name], hint, f"{entry.resource} {name}")


def fits(prop: Property, hint: Any, where: str) -> None:
    """A property has the kind of its hint; a block has no field that its argument class lacks."""
    if prop.kind == "json":
        return
    assert prop.kind in plain_type(hint), where
    fields = prop.fields or (prop.item.fields if prop.item else {})
    if not fields:
        return
    classes = [part for part in parts(hint) if inspect.isclass(part) and part.__name__.endswith("Args")]
    assert classes, where
    known = arguments(classes[0], "__init__")
    assert set(fields) <= set(known), where
    for name, field in fields.items():
        fits(field, known[name], f"{where}.{name}")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.resource)
def test_what_the_sdk_requires_the_table_requires(entry: ResourceType) -> None:
    source = inspect.getsource(sdk_class(entry.resource)._internal_init)
    missing = set(re.findall(r"Missing required property '(\w+)'", source))
    names = wire_names(sdk_class(entry.resource))
    assert {names[name] for name in missing} <= {name for name, prop in entry.inputs.items() if prop.required}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.resource)
def test_what_the_sdk_keeps_secret_the_table_keeps_secret(entry: ResourceType) -> None:
    source = inspect.getsource(sdk_class(entry.resource)._internal_init)
    marked = re.search(r"additional_secret_outputs=\[(.*?)\]", source)
    wanted = set(re.findall(r'"(\w+)"', marked.group(1))) if marked else set()
    secret = {name for name, prop in entry.inputs.items() if prop.secret}
    secret |= {name for name, output in entry.outputs.items() if output.secret}
    left_out = {name for token, name in LEFT_OUT if token == entry.resource}
    assert wanted - left_out <= secret


@pytest.mark.parametrize("package", PACKAGES)
def test_the_configuration_is_the_sdk_s(package: str) -> None:
    provider = sdk_member(package, "index", "Provider")
    hints = typing.get_type_hints(provider._internal_init, localns=INPUT_NAMES)
    ignored = {"return", "opts", "resource_name"}
    wanted = {_camel(name) for name in hints if name not in ignored}
    assert set(catalogue(package).config) == wanted


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def test_functions_exist_in_the_sdks() -> None:
    for package in PACKAGES:
        for token in catalogue(package).functions:
            _, module, name = token.split(":")
            path = module.partition("/")[0]
            python = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
            assert callable(sdk_member(package, path, python))
