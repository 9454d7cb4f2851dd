"""The functions a program may ask, by token. They only read, and they are asked at preview too."""

from collections.abc import Mapping
from typing import Final

from neon_provider.functions import branches, connections, consumption, projects, snapshots
from neon_provider.functions.base import Function, Refused

FUNCTIONS: Final[Mapping[str, Function]] = {
    **projects.FUNCTIONS,
    **branches.FUNCTIONS,
    **connections.FUNCTIONS,
    **snapshots.FUNCTIONS,
    **consumption.FUNCTIONS,
}

__all__ = ["FUNCTIONS", "Function", "Refused"]
