"""Which values are secret by name, and how they are kept out of what rules say.

Names are all there is to go by in a preview: the engine shows a pack every secret in plain text.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from policies.catalogue.model import Finding
from policies.catalogue.resource import SECRET, UNKNOWN, Resource, Stack

_WORDS: Final = re.compile(
    r"PASS(WORD|PHRASE)?$|SECRET|TOKEN|CREDENTIAL|PRIVATE|DATABASE_URL|CONNECTION|DSN$|_KEY$|^KEY$|REDIS_(REST_)?URL|SALT$",
    re.IGNORECASE,
)
_SHORTEST: Final = 4
"""Shorter texts are not searched for: they stand in everything."""


def is_secret_name(name: str) -> bool:
    """Whether a variable or property of this name holds a secret: `PAYFAST_PASSPHRASE`, `connectionUri`, `webhookSecret`."""
    return bool(_WORDS.search(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)))


def concealed(finding: Finding, resource: Resource, stack: Stack) -> Finding:
    """The finding with every secret text of the judged resources replaced by `[secret]`."""
    others = (stack.by_urn[finding.urn],) if finding.urn and finding.urn in stack.by_urn else ()
    hidden = sorted({text for r in (resource, *others) for text in secret_texts(r)}, key=len, reverse=True)
    return dataclasses.replace(
        finding,
        path=_without(finding.path, hidden),
        seen=_without(finding.seen, hidden),
        wanted=_without(finding.wanted, hidden),
    )


def secret_texts(resource: Resource) -> Iterator[str]:
    """Every text of a resource that is secret by the name of its property, or of the variable it is the value of."""
    yield from _texts(resource.properties, secret=False)


def _texts(value: Any, *, secret: bool) -> Iterator[str]:
    if isinstance(value, Mapping):
        names = [str(value[key]) for key in ("key", "secretName", "variableName") if isinstance(value.get(key), str)]
        named = value.get("sensitive") is True or any(map(is_secret_name, names))
        for key, inner in value.items():
            is_value = named and key in ("value", "valueWo", "plaintextValue", "encryptedValue")
            is_name = key in ("key", "secretName", "variableName")
            yield from _texts(inner, secret=secret or is_value or (is_secret_name(key) and not is_name))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from _texts(inner, secret=secret)
    elif secret and isinstance(value, str) and len(value) >= _SHORTEST:
        yield value


def _without(value: Any, hidden: Sequence[str]) -> Any:
    if value is SECRET or value is UNKNOWN:
        return value
    if isinstance(value, str):
        for text in hidden:
            value = value.replace(text, "[secret]")
        return value
    if isinstance(value, Mapping):
        return {key: _without(inner, hidden) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [_without(inner, hidden) for inner in value]
    return value
