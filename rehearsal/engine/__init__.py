"""The embedded engine: runs an unmodified Pulumi program in this process against providers given as Python objects.

::

    project = Project.load(root, "staging").overlaid({"app:key": "value"}, secret_keys=frozenset())
    with StateFile(folder / "state.json", "staging", passphrase) as state:
        result = run(Operation.UP, project=project, state=state, providers={"vercel": make_vercel}, packs=[root / "policies"])

The planning follows the real engine (`pkg/resource/deploy`); the state is its deployment document of version 3.
"""

from rehearsal.engine.changes import ChangeKind, PropertyChange
from rehearsal.engine.context import Step
from rehearsal.engine.errors import (
    EngineError,
    Failure,
    FailureKind,
    InputError,
    LockError,
    ProviderError,
    StateError,
)
from rehearsal.engine.events import Event
from rehearsal.engine.host import ProviderFactory
from rehearsal.engine.journal import JournalHook
from rehearsal.engine.policy import PolicyFinding
from rehearsal.engine.project import Project
from rehearsal.engine.run import Operation, Options, PackReport, Result, run
from rehearsal.engine.state import ResourceState
from rehearsal.engine.statefile import StateFile
from rehearsal.engine.values import UNKNOWN, Properties, has_secret, has_unknown, is_secret, masked, plain

__all__ = [
    "UNKNOWN",
    "ChangeKind",
    "EngineError",
    "Event",
    "Failure",
    "FailureKind",
    "InputError",
    "JournalHook",
    "LockError",
    "Operation",
    "Options",
    "PackReport",
    "PolicyFinding",
    "Project",
    "Properties",
    "PropertyChange",
    "ProviderError",
    "ProviderFactory",
    "ResourceState",
    "Result",
    "StateError",
    "StateFile",
    "Step",
    "has_secret",
    "has_unknown",
    "is_secret",
    "masked",
    "plain",
    "run",
]
