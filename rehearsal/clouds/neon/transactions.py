"""One call at a time: the service's lock and the store's, and who is told what a call changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rehearsal.clouds.neon.background import tick
from rehearsal.clouds.neon.keys import UNLIMITED, Key
from rehearsal.clouds.neon.world import Call, World


@contextmanager
def transaction(
    world: World,
    lock: threading.RLock,
    body: Any = None,
    query: dict[str, str] | None = None,
    ending: str = "",
    key: Key = UNLIMITED,
) -> Iterator[Call]:
    """A call whose changes are kept when the block ends well; the world's observer is told of them while the lock holds."""
    with lock:
        with world.store.transaction() as kept:
            call = Call(world, kept, {} if body is None else body, query or {}, ending, key)
            tick(call)
            yield call
            changes = call.commit()
        if changes and world.observer:
            world.observer(changes)
