"""A local Neon: its API v2 over real HTTP on loopback, with state, plan limits, operations that take time, and faults.

It is one level lower than the other clouds because the Neon plugin is ours and must be exercised whole.
"""

from rehearsal.clouds.neon.faults import Fault, FaultPlan
from rehearsal.clouds.neon.service import NeonService
from rehearsal.clouds.neon.switches import Switches

__all__ = ["Fault", "FaultPlan", "NeonService", "Switches"]
