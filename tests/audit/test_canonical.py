"""Our canonical JSON is RFC 8785's, byte for byte, and refuses what would make it depend on the reader."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from audit.canonical import dumps, plain, well_formed
from policies.catalogue.resource import SECRET, UNKNOWN
from tests.audit import states

LARGEST = 2**53 - 1

keys = st.text(st.characters(max_codepoint=127), max_size=6)
texts = st.text(st.characters(codec="utf-8"), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_the_bytes_are_those_of_the_standard(value: Any) -> None:
    assert dumps(value) == rfc8785.dumps(value)
    assert json.loads(dumps(value)) == value


def test_a_whole_record_has_the_bytes_of_the_standard(tmp_path: Path) -> None:
    record = states.faulty(tmp_path)
    assert dumps(record) == rfc8785.dumps(record)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"a": [{"b": 1.0}]}, "record.a.0.b is of type float"),
        ({"a": float("nan")}, "record.a is of type float"),
        ({"a": (1,)}, "record.a is of type tuple"),
        ({"a": {1: "x"}}, "record.a has the key 1"),
        ({"ä": 1}, "record has the key 'ä'"),
        ([2**53], "record.0 is 9007199254740992"),
        ({"a": -(2**53)}, "record.a is -9007199254740992"),
        ({"a": SECRET}, "record.a is of type _Mark"),
    ],
)
def test_what_readers_may_differ_about_is_refused_with_its_place(value: Any, told: str) -> None:
    with pytest.raises(TypeError, match=r".*") as caught:
        dumps(value)
    assert told in str(caught.value)


def test_values_become_fit_for_a_record() -> None:
    given_values = {"a": 3.0, "b": 0.25, "c": (1, [2.5]), "d": SECRET, "e": UNKNOWN, "f": date(2026, 11, 25), 7: 2**60}
    assert plain(given_values) == {
        "a": 3,
        "b": "0.25",
        "c": [1, ["2.5"]],
        "d": "[secret]",
        "e": "[unknown]",
        "f": "2026-11-25",
        "7": "1152921504606846976",
    }
    assert plain([True, None, float("inf")]) == [True, None, "inf"]


def test_half_a_surrogate_pair_can_be_written() -> None:
    broken = json.loads('"a\\ud800b"')
    assert well_formed(broken) == "a�b"
    assert well_formed("\U0001f6c1 ok") == "\U0001f6c1 ok"
    assert dumps({"a": plain(broken)}) == '{"a":"a�b"}'.encode()
