"""How fast may be asked: Neon allows about 700 requests a minute, and bursts of 40 a second on one route."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from email.utils import formatdate
from typing import Literal, TypeAlias

RetryAfter: TypeAlias = Literal["seconds", "date", "absent"]


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: float

    def refill(self, size: float, per_second: float, now: float) -> None:
        self.tokens = min(size, self.tokens + max(0.0, now - self.filled) * per_second)
        self.filled = now


class RateLimit:
    """Token buckets: one for all requests, one for each route. A request that is refused takes no token."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._buckets: dict[Hashable, _Bucket] = {}

    def wait(self, route: Hashable, per_minute: int, per_second_on_route: int) -> float:
        """0 when the request may pass, else seconds until one like it may. A limit of 0 is none."""
        limits = [("all", per_minute, per_minute / 60), (("route", route), per_second_on_route, per_second_on_route)]
        with self._lock:
            now = self._now()
            buckets: list[tuple[_Bucket, float]] = []
            for key, size, per_second in limits:
                if size:
                    bucket = self._buckets.setdefault(key, _Bucket(size, now))
                    bucket.refill(size, per_second, now)
                    buckets.append((bucket, per_second))
            wait = max(((1 - bucket.tokens) / per_second for bucket, per_second in buckets), default=0.0)
            if wait > 1e-6:  # the dust of repeated refills is no reason to refuse
                return wait
            for bucket, _ in buckets:
                bucket.tokens -= 1
            return 0.0


def retry_after(seconds: float, form: RetryAfter) -> str:
    """The header's text, in whole seconds upwards; a date is of the real clock, as clients compare it. Empty for none."""
    whole = max(1, math.ceil(seconds))
    if form == "absent":
        return ""
    return str(whole) if form == "seconds" else formatdate(time.time() + whole, usegmt=True)
