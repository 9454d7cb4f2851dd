"""Local clouds: the vendors' part of a rehearsal, without a vendor.

Each cloud is a provider on Pulumi's own provider interface over one store on disk. What a vendor requires, fills in,
replaces, keeps secret and refuses stands in one reviewed table per vendor (`vercel.py`, `github.py`, …); a type without
an entry is refused by name. Neon is not here: its plugin is ours, so it is rehearsed over HTTP (`rehearsal.clouds.neon`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from pulumi.provider.experimental.provider import Provider

from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.errors import CloudError, VendorError
from rehearsal.clouds.faults import Fault, FaultPlan
from rehearsal.clouds.packages import PACKAGES, catalogue
from rehearsal.clouds.store import Store

__all__ = ["PACKAGES", "CloudError", "Fault", "FaultPlan", "VendorError", "providers"]

MOST_CAPABLE: Final[Mapping[str, str]] = {"vercel": "enterprise", "github": "enterprise"}


def providers(
    data: Path,
    faults: FaultPlan | None = None,
    plans: Mapping[str, str] | None = None,
) -> dict[str, Callable[[], Provider]]:
    """A factory per package (`vercel`, `github`, `upstash`, `sentry`, `random`, `aws`).

    `data` is the folder of the stores, made when a cloud is first written to. `faults` are shared by all clouds. `plans` names
    the tier of an account (`{"vercel": "pro", "github": "team"}`); a cloud refuses what its tier lacks, and one not named
    has every feature. Every provider of one package made here works on one store; nothing is opened before it is needed.
    """
    unknown = set(plans or {}) - set(MOST_CAPABLE)
    if unknown:
        raise CloudError(f"only {', '.join(MOST_CAPABLE)} know plans, not {', '.join(sorted(unknown))}")
    shared = faults or FaultPlan()
    tiers = {**MOST_CAPABLE, **(plans or {})}
    stores: dict[str, Store] = {}
    return {package: partial(_make, package, data, stores, shared, tiers.get(package, "")) for package in PACKAGES}


def _make(package: str, data: Path, stores: dict[str, Store], faults: FaultPlan, plan: str) -> Provider:
    entries = catalogue(package)
    if plan and plan not in entries.plans:
        raise CloudError(f"the plans of {package} are {', '.join(entries.plans)}, not {plan!r}")
    if package not in stores:
        stores[package] = Store(data, package, entries.indexes())
    return Cloud(entries, stores[package], faults, plan)
