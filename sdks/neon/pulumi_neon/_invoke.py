"""How every function of this package is asked, and how its answer becomes a result.

A provider whose own configuration is not known yet, at preview, is not asked: the engine then answers with nothing at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, get_args, get_type_hints

import pulumi.runtime
from pulumi import InvokeOptions, InvokeOutputOptions, Output
from pulumi.output import UNKNOWN

from pulumi_neon._resource import VERSION, wire_name

_T = TypeVar("_T")


def ask(name: str, result: type[_T], opts: InvokeOptions | None, /, **given: Any) -> _T:
    """Ask, and wait for the answer; an argument that is None is left out."""
    chosen = InvokeOptions.merge(InvokeOptions(version=VERSION), opts)
    answer = pulumi.runtime.invoke(_token(name), _arguments(given), chosen).value
    if not answer:
        raise pulumi.RunError(
            f"{name} cannot be asked yet, since something it needs is not known: use the _output form"
        )
    return _read(result, answer)


def ask_output(
    name: str, result: type[_T], opts: InvokeOptions | InvokeOutputOptions | None, /, **given: Any
) -> Output[_T]:
    """Ask once the arguments are known; while one is not, at preview, the result is unknown and nobody is asked."""
    chosen = InvokeOutputOptions.merge(InvokeOptions(version=VERSION), opts)
    answer = pulumi.runtime.invoke_output(_token(name), _arguments(given), chosen)
    unknown: Output[Any] = Output.from_input(UNKNOWN)
    return answer.apply(lambda values: _read(result, values) if values else unknown)


def _token(name: str) -> str:
    return f"neon:index:{name}"


def _arguments(given: Mapping[str, Any]) -> dict[str, Any]:
    return {wire_name(name): value for name, value in given.items() if value is not None}


def _read(result: type[_T], answer: Mapping[str, Any]) -> _T:
    """The result that an answer says; what it leaves out stays None."""
    hints = get_type_hints(result)
    found = {field.name: answer.get(wire_name(field.name)) for field in fields(result)}  # type: ignore[arg-type]  # a dataclass
    return result(**{name: _value(hints[name], value) for name, value in found.items() if value is not None})


def _value(hint: Any, value: Any) -> Any:
    """A list becomes a tuple, of results where these are meant."""
    if not isinstance(value, list):
        return value
    (item,) = get_args(hint)
    return tuple(_read(item, each) if is_dataclass(item) else each for each in value)  # type: ignore[arg-type]  # a class
