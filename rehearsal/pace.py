"""Fewer garbage collections while a program is loaded and run."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def fewer_collections() -> Iterator[None]:
    """A run imports thousands of classes and makes thousands of short-lived futures, and next to none is garbage before its
    end: looking for it less often makes a run a tenth shorter (benchmarks/results.md)."""
    threshold = gc.get_threshold()
    gc.set_threshold(50_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*threshold)
