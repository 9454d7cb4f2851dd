"""Property paths such as `a.b[0]["c.d"]`, as `ignore_changes` writes them."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from typing import Any

from rehearsal.engine.values import Properties

_PART = re.compile(r'\["([^"]+)"\]|\[(\d+)\]|([^.\[\]"]+)')


def parse(path: str) -> list[str | int]:
    """The keys and indices of a path."""
    return [quoted or (int(index) if index else name) for quoted, index, name in _PART.findall(path)]


def keep_old(new: Properties, old: Properties, paths: Iterable[str]) -> Properties:
    """The new properties with the given paths set back to their old values; a path that does not exist is passed over."""
    paths = list(paths)
    if not paths:
        return new
    if "*" in paths:
        return copy.deepcopy(old)
    result = copy.deepcopy(new)
    for path in paths:
        _reset(result, old, parse(path))
    return result


def _reset(new: Any, old: Any, keys: list[str | int]) -> None:
    *parents, last = keys
    try:
        for key in parents:
            old, new = old[key], new[key]
        if isinstance(old, dict) and last not in old:
            new.pop(last, None)
        else:
            new[last] = copy.deepcopy(old[last])
    except (KeyError, IndexError, TypeError):
        return
