"""Structured field values, read as browsers read them (RFC 9651)."""

from __future__ import annotations

import pytest

from policies.catalogue import structured


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", {}),
        ("camera=()", {"camera": "()"}),
        ("  camera=( ),\tusb=(self) , hid  ", {"camera": "()", "usb": "(self)", "hid": "?1"}),
        ("camera=*, camera=()", {"camera": "()"}),
        ('usb=(self "https://a.example/x,hid=*");report-to=csp', {"usb": '(self "https://a.example/x,hid=*")'}),
        ('csp="/reports", other="https://a.example/"', {"csp": '"/reports"', "other": '"https://a.example/"'}),
        (r'a="q\"\\"', {"a": r'"q\"\\"'}),
        ("a=1, b=-2.5, c=?0, d=:YQ==:, *e=tok/en", {"a": "1", "b": "-2.5", "c": "?0", "d": ":YQ==:", "*e": "tok/en"}),
    ],
)
def test_a_dictionary_gives_its_members(text: str, wanted: dict[str, str]) -> None:
    assert structured.dictionary(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        *("camera=(),", ",camera=()", "camera=() usb=()", "camera=();;", "camera =()", "camera= ()", "Camera=()"),
        *("camera=(self", "camera 'none'", 'a="open', 'a="é"', "a=(self,x)", "a=", "camera=()\n", "1=()"),
    ],
)
def test_one_part_that_cannot_be_read_spoils_the_whole(text: str) -> None:
    assert structured.dictionary(text) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (" same-origin ", "same-origin"),
        ('same-origin-allow-popups; report-to="x"', "same-origin-allow-popups"),
        ("Same-Origin", "Same-Origin"),
        ("same-origin, same-origin", None),
        ("same-origin ;x", None),
        ('"same-origin"', None),
        ("", None),
    ],
)
def test_an_item_gives_its_token(text: str, wanted: str | None) -> None:
    assert structured.token(text) == wanted
