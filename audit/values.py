"""Property values of a state file as rules see them: plain JSON in which secrets and unknown values are marked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from policies.catalogue import secrecy
from policies.catalogue.resource import SECRET, UNKNOWN

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""The key whose presence makes an object one of the engine's special values."""

_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the engine's mark of a secret, not one
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_REFERENCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
_ASSETS: Final = ("c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7")

_SHORTEST: Final = 4
"""Shorter secrets are not searched for: they stand in everything."""

_SHORTEST_UNMARKED: Final = 8
"""As `_SHORTEST`, for what only its name or form says to be one."""

_JSON: Final = ('"', "[", "{")

_MARKED_TEXTS: Final[Mapping[str, Any]] = {
    "[secret]": SECRET,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7": UNKNOWN,
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421": UNKNOWN,
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9": UNKNOWN,
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2": UNKNOWN,
    "030794c1-ac77-496b-92df-f27374a8bd58": UNKNOWN,
    "e48ece36-62e2-4504-bad9-02848725956a": UNKNOWN,
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff": UNKNOWN,
}
"""Texts that stand for a value: redacted, or not known when the state was written (one for each kind of value)."""


class Reader:
    """Reads one document. `secrets` are the texts that the document marks secret and yet shows in plain text."""

    def __init__(self) -> None:
        self.secrets: set[str] = set()

    def read(self, content: bytes | str) -> Any:
        """The document with its special values replaced. Raises `ValueError` where it is not JSON."""
        text = content.decode(json.detect_encoding(content)) if isinstance(content, bytes) else content
        document = json.loads(text, object_hook=self._special, parse_float=_number, parse_constant=_refuse)
        return _replaced(document) if any(mark in text for mark in _MARKED_TEXTS) else document

    def _special(self, value: dict[str, Any]) -> Any:
        mark = value.get(SIGNATURE)
        if mark is None:
            return value
        if mark == _SECRET:
            return self._shown(self._plain(value["plaintext"])) if "plaintext" in value else SECRET
        if mark == _OUTPUT:
            inner = value.get("value", UNKNOWN)
            return self._shown(inner) if value.get("secret") else inner
        if mark == _REFERENCE:
            return {key: value[key] for key in ("urn", "id") if key in value}
        if mark in _ASSETS:
            return {key: inner for key, inner in value.items() if key != SIGNATURE}
        return UNKNOWN

    def _plain(self, text: Any) -> Any:
        if not isinstance(text, str):
            raise ValueError("a secret in plain text is no text")
        return self.read(text)

    def _shown(self, value: Any) -> Any:
        self.secrets.update(texts(value))
        return value


def texts(value: Any) -> Iterator[str]:
    """Every text inside a value, and every number as one, but no key."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from texts(inner)


class Veil:
    """Hides secret texts, whole or in part, escaped or encoded: those that a state marks and yet shows (`secrets`), and `others`,
    which it does not mark. Each text is searched once: what rules say is mostly the same."""

    def __init__(self, secrets: Iterable[str], others: Iterable[str] = ()) -> None:
        found = {secret for secret in secrets if len(secret) >= _SHORTEST}
        self.secrets = tuple(sorted(found, key=lambda secret: (-len(secret), secret)))
        decoded = (inner for secret in self.secrets if secret.startswith(_JSON) for inner in _decoded(secret))
        self._nets = (
            secrecy.Net([*self.secrets, *decoded], _SHORTEST),
            secrecy.Net(set(others), _SHORTEST_UNMARKED),
        )
        self._veiled: dict[str, str] = {}

    def over(self, text: str) -> str:
        """The text with `[secret]` in the place of every secret."""
        if text not in self._veiled:
            veiled = secrecy.formless(text)
            for net in self._nets:
                veiled = net.hide(veiled)
            self._veiled[text] = veiled
        return self._veiled[text]


def _decoded(text: str) -> Iterator[str]:
    """The texts inside a text that is JSON, as routes hold their headers."""
    try:
        yield from texts(json.loads(text))
    except (ValueError, RecursionError):
        return


def _replaced(value: Any) -> Any:
    if isinstance(value, str):
        return _MARKED_TEXTS.get(value, value)
    if isinstance(value, dict):
        return {key: _replaced(inner) for key, inner in value.items()}
    return [_replaced(inner) for inner in value] if isinstance(value, list) else value


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is no value of JSON")
