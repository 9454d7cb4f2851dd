"""Structured field values, as `Permissions-Policy`, `Reporting-Endpoints` and the cross-origin policies have them (RFC 9651).

A browser ignores a whole header in which one member cannot be read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_KEY: Final = r"[a-z*][a-z0-9_.*-]*"
_WORD: Final = r"[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*"
_STRING: Final = r'"(?:[ !#-\[\]-~]|\\["\\])*"'
_NUMBER: Final = r"@?-?[0-9]{1,15}(?:\.[0-9]{1,3})?"
_BARE: Final = rf"(?:{_STRING}|{_WORD}|{_NUMBER}|\?[01]|:[A-Za-z0-9+/=]*:)"
_PARAMETERS: Final = rf"(?:; *{_KEY}(?:={_BARE})?)*"
_LIST: Final = rf"\( *(?:{_BARE}{_PARAMETERS}(?: +{_BARE}{_PARAMETERS})*)? *\)"
_MEMBER: Final = re.compile(rf"({_KEY})(?:=({_LIST}|{_BARE}))?{_PARAMETERS}")
_ITEM: Final = re.compile(rf"({_BARE}){_PARAMETERS}")
_COMMA: Final = re.compile(r"[ \t]*,[ \t]*")
_NOTHING: Final = re.compile(r"\( *\)")


def dictionary(text: str) -> Mapping[str, str] | None:
    """The members of a dictionary without their parameters, None where browsers cannot read it.

    Of a repeated member the last counts. An empty list is `()`, a member without a value `?1`.
    """
    text = text.strip(" ")
    found: dict[str, str] = {}
    position = 0
    while text:
        member = _MEMBER.match(text, position)
        if member is None:
            return None
        found[member[1]] = "()" if _NOTHING.fullmatch(member[2] or "") else member[2] or "?1"
        if member.end() == len(text):
            break
        comma = _COMMA.match(text, member.end())
        if comma is None:
            return None
        position = comma.end()
    return found


def token(text: str) -> str | None:
    """The token of an item without its parameters, None where browsers cannot read one."""
    item = _ITEM.fullmatch(text.strip(" "))
    return item[1] if item and re.fullmatch(_WORD, item[1]) else None
