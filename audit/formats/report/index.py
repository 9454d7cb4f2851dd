"""An evidence record, looked up: rules and resources by name, results by outcome, counts by rule and stack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from audit.formats.parts import Record, by_id, name_of, type_of
from policies.catalogue.model import Outcome

SIX = tuple(outcome.value for outcome in Outcome)
"""The six answers, as bars and tables show them."""


class Index:
    """The record with what is asked of it again and again."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.rules: Mapping[str, Record] = by_id(record["rules"])
        self.stacks: list[str] = [state["stack"] for state in record["states"]]
        self._resources: dict[tuple[str, str], Record] = {
            (item["stack"], item["urn"]): item for item in record["population"] if not item["waits"]
        }
        self._tallies: dict[tuple[str, str], Counter[str]] = {}
        self._having: dict[str, list[Record]] = {outcome: [] for outcome in SIX}
        for result in record["results"]:
            self._tallies.setdefault((result["rule"], result["stack"]), Counter())[result["outcome"]] += 1
            self._having[result["outcome"]].append(result)

    def having(self, outcome: str) -> list[Record]:
        """The results with one outcome, in the record's order."""
        return self._having[outcome]

    def tally(self, rules: Iterable[str], stacks: Iterable[str] = ()) -> dict[str, int]:
        """How often each outcome was given by these rules on resources of types they judge, in some stacks or in all."""
        places = list(stacks) or self.stacks
        found: Counter[str] = Counter()
        for rule in rules:
            for stack in places:
                found.update(self._tallies.get((rule, stack), {}))
        return {outcome: found[outcome] for outcome in SIX}

    def resource(self, stack: str, urn: str) -> Record:
        """The resource with this URN; what the URN itself says where it is not in the population."""
        unknown: Record = {"stack": stack, "urn": urn, "name": name_of(urn), "type": type_of(urn)}
        return self._resources.get((stack, urn), unknown)
