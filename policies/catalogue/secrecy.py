"""Which names and texts are secret, and how secrets are kept out of what rules say.

Names and marks are all there is to go by in a preview: the engine shows a pack every secret in plain text. A variable's value is
secret when its name says so or it is declared sensitive; a property's when its name says so, or the provider's
`additionalSecretOutputs` do.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit
from weakref import WeakKeyDictionary

from policies.catalogue.model import Finding
from policies.catalogue.resource import SECRET, UNKNOWN, Resource, Stack
from policies.catalogue.secret_names import is_secret_name
from policies.catalogue.types import FINGERPRINTS

__all__ = [
    "Net",
    "concealed",
    "formless",
    "is_secret_name",
    "is_secret_text",
    "quoted",
    "secret_places",
    "secret_texts",
]

_SHAPE: Final = re.compile(
    r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    r"|\b(?:gh[oprsu]_|github_pat_|napi_|sk_live_|xox[abprs]-|sntry[su]_)[A-Za-z0-9_-]{16,}"
    r"|\bpul-[0-9a-f]{40}\b|\bAKIA[0-9A-Z]{16}\b|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"
    r"|(?i:\b(?:bearer|basic) +(?=[a-z+/._~=-]*[0-9])[a-z0-9+/._~=-]{16,})"
    r"|(?<=[?&])(?i:(?:(?:api|access|auth|secret)[_-]?)?(?:key|token)|sig|signature|(?:client_)?secret|password|passphrase)"
    r"=[^&#\s'\"]{8,}"
    r"|(?<=//api\.vercel\.com/v1/integrations/deploy/)[\w/-]+"
    r"|(?<=//hooks\.slack\.com/services/)[\w/]+|(?<=//discord\.com/api/webhooks/)[\w/-]+"
)
"""Credentials in a URL or its query, private keys, tokens of GitHub, Neon, Stripe, Slack, Sentry, Pulumi and AWS, signed JSON
tokens, what the header Authorization holds, and the part of a deploy hook's or a chat's address that is all one needs."""

_NAMES: Final = ("key", "secretName", "variableName")
_VALUES: Final = ("value", "valueWo", "plaintextValue", "encryptedValue", "valueEncrypted")
_OF_A_PAIR: Final = frozenset({"value", "valueWo", "targets", "sensitive", "op", "type"})
"""Beside one of these, `key` is the name of something; else it is a key."""

_NO_SECRETS: Final = ("", "true", "false")
"""Values that everybody knows; to hide them would hide the words of the rules."""

_MARK: Final = "[secret]"
_OWN: Final = 4
_OTHERS: Final = 8
"""Texts of the judged resource are searched for from the first length on, those of the rest of the stack from the second;
shorter ones stand in everything."""
_PIECE: Final = 12
"""A part of a secret is hidden from this length on."""


def is_secret_text(text: str) -> bool:
    """Whether a text is secret by its form, whatever its name: `postgresql://user:password@host`, a private key, a token."""
    return bool(_SHAPE.search(text))


def secret_places(resource: Resource) -> Iterator[tuple[str, Any]]:
    """Dotted path and value of everything in a resource that is secret by name, by mark or by form.

    The value is a text, a number, `SECRET` or `UNKNOWN`. Fingerprints stand under the names of secrets and are none.
    """
    if resource.type == FINGERPRINTS:
        return
    alone = isinstance(resource.properties.get("key"), str)
    marked = {name for name in resource.secret_outputs if not (alone and name in _VALUES)}
    for name, value in resource.properties.items():
        named = _is_secret_in(resource.properties, name)
        yield from _places(value, name, secret=named or name in marked)


def secret_texts(resource: Resource) -> Iterator[str]:
    """Every secret text of a resource that can be read; by themselves too, the password in a URL and the token in a text."""
    for _, value in secret_places(resource):
        if value is SECRET or value is UNKNOWN or str(value).lower() in _NO_SECRETS:
            continue
        yield str(value)
        yield from _passwords(str(value))
        yield from (re.split("[ =]", found[0], maxsplit=1)[-1] for found in _SHAPE.finditer(str(value)))


def concealed(finding: Finding, resource: Resource, stack: Stack) -> Finding:
    """The finding with every secret text of the judged resources replaced by `[secret]`, also in part, escaped or nested."""
    others = (stack.by_urn[finding.urn],) if finding.urn and finding.urn in stack.by_urn else ()
    nets = (Net(text for each in (resource, *others) for text in secret_texts(each)), _net_of(stack))
    return dataclasses.replace(
        finding,
        path=_without(finding.path, nets),
        seen=_without(finding.seen, nets),
        wanted=_without(finding.wanted, nets),
    )


@lru_cache(maxsize=4096)
def formless(text: str) -> str:
    """The text with `[secret]` in the place of all that is secret by its form."""
    return _SHAPE.sub(_MARK, text)


def quoted(value: Any) -> str:
    """What stands where something else should, for a message about a file: too short to be a secret, or only its kind."""
    if isinstance(value, str) and (len(value) >= _PIECE or is_secret_text(value)):
        return f"a text of {len(value)} letters"
    return f"a {type(value).__name__}" if isinstance(value, list | dict) else repr(value)


def _places(value: Any, path: str, *, secret: bool) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _places(inner, f"{path}.{key}", secret=secret or _is_secret_in(value, key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for position, inner in enumerate(value):
            yield from _places(inner, f"{path}.{position}", secret=secret)
    elif value is SECRET or (value is not None and not isinstance(value, bool) and (secret or _is_secret_value(value))):
        yield path, value


def _is_secret_value(value: Any) -> bool:
    return isinstance(value, str) and is_secret_text(value)


def _is_secret_in(properties: Mapping[str, Any], key: str) -> bool:
    """Whether a property is secret beside its siblings: the value of a named pair, or one with a secret name."""
    if key in _NAMES:
        return key == "key" and not _OF_A_PAIR & properties.keys() and "route" not in properties
    if key in _VALUES:
        names = [properties[name] for name in _NAMES if isinstance(properties.get(name), str)]
        return (
            properties.get("sensitive") is True or "secretName" in properties or any(is_secret_name(n) for n in names)
        )
    return is_secret_name(key)


def _passwords(text: str) -> Iterator[str]:
    try:
        password = urlsplit(text).password if "://" in text else None
    except ValueError:
        return
    if password:
        yield password
        yield unquote(password)


class Net:
    """Secret texts in all their forms, in letters of either case, found in another text in one pass over it."""

    def __init__(self, texts: Iterable[str], shortest: int = 1, *, pieces: bool = True) -> None:
        self._exact: set[str] = set()
        self._by_head: dict[str, list[str]] = {}
        self._pieces: set[str] = set()
        for text in texts:
            for form in _forms(text):
                if len(form) >= shortest:
                    self._add(_small(form), pieces=pieces and "://" not in text)

    def _add(self, form: str, *, pieces: bool) -> None:
        self._exact.add(form)
        if len(form) >= _OWN:
            self._by_head.setdefault(form[:_OWN], []).append(form)
        if pieces:
            self._pieces.update(form[start : start + _PIECE] for start in range(len(form) - _PIECE + 1))

    def hide(self, text: str) -> str:
        """The text with every secret replaced."""
        small = _small(text)
        if small in self._exact:
            return _MARK
        covered = [False] * len(text)
        for start in range(len(text) - _OWN + 1):
            for form in self._by_head.get(small[start : start + _OWN], ()):
                if small.startswith(form, start):
                    covered[start : start + len(form)] = [True] * len(form)
            if small[start : start + _PIECE] in self._pieces:
                covered[start : start + _PIECE] = [True] * _PIECE
        return text if True not in covered else _marked(text, covered)


def _small(text: str) -> str:
    """The text in small letters, as long as it was: hosts and header values are told so. Each letter by itself: the small form of
    some is longer, or depends on their neighbours."""
    if text.isascii():
        return text.lower()
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def _marked(text: str, covered: Sequence[bool]) -> str:
    shown = "".join("\0" if hidden else letter for letter, hidden in zip(text, covered, strict=True))
    return re.sub("\0+", _MARK, shown)


def _forms(text: str) -> set[str]:
    """A secret as it is, as `repr` and JSON escape it, in a URL, and in base64."""
    return {
        text,
        repr(text)[1:-1],
        json.dumps(text)[1:-1],
        json.dumps(text, ensure_ascii=False)[1:-1],
        quote(text, errors="replace"),
        quote(text, safe="", errors="replace"),
        base64.b64encode(text.encode(errors="replace")).decode().rstrip("="),
    }


_NETS: Final[WeakKeyDictionary[Stack, Net]] = WeakKeyDictionary()


def _net_of(stack: Stack) -> Net:
    """The secrets of a whole stack, gathered once; whole texts only, as there may be many."""
    if stack not in _NETS:
        _NETS[stack] = Net((text for each in stack for text in secret_texts(each)), _OTHERS, pieces=False)
    return _NETS[stack]


def _without(value: Any, nets: Sequence[Net]) -> Any:
    if value is None or value is SECRET or value is UNKNOWN or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {_without(key, nets): _without(inner, nets) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_without(inner, nets) for inner in value]
    text = str(value)
    hidden = formless(text)
    for net in nets:
        hidden = net.hide(hidden)
    return value if hidden == text else hidden
