"""What is asked of the shop: each clause of each standard, and what answers it: rules, a declared fact, or somebody elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from policies.catalogue import clauses, practices, registry, standards
from policies.catalogue.clauses import Clause, Clauses, State
from policies.catalogue.model import Requirement
from policies.catalogue.sentences import SENTENCES


@dataclass(frozen=True, slots=True)
class Stated:
    """One clause. `rules` are the codes of those that serve it; `where` says who answers for what they do not show, empty where
    they show all of it."""

    standard: str
    version: str
    clause: str
    title: str
    state: State
    where: str
    rules: tuple[str, ...]


_TABLES: Final[tuple[tuple[Requirement, Clauses], ...]] = (
    (standards.pci("")[0], clauses.PCI_DSS),
    (standards.gdpr("")[0], clauses.GDPR),
    (standards.popia("")[0], clauses.POPIA),
    (standards.soc2("")[0], practices.SOC_2),
    (standards.asvs("")[0], clauses.ASVS),
    (standards.cis_github("")[0], practices.CIS_GITHUB),
    (standards.ssdf("")[0], practices.SSDF),
    (standards.scorecard("")[0], practices.SCORECARD),
    (standards.oshp("")[0], practices.SECURE_HEADERS),
)
"""Standards in the order of the reports. The clause of the `Requirement` is not read."""

_UNANSWERED: Final = "nobody yet"


@cache
def requirements() -> tuple[Stated, ...]:
    """Every clause, standard by standard; the strategy's own last, each heading before its sentences."""
    return (*(stated for family, table in _TABLES for stated in _published(family, table)), *_strategy())


def unlisted() -> tuple[str, ...]:
    """Clauses that a rule serves and no table has a title for, each with the rule. There should be none."""
    known = {(stated.standard, stated.version, stated.clause) for stated in requirements()}
    return tuple(
        f"{rule.id}: {requirement}"
        for rule in registry.rules()
        for requirement in rule.requirements
        if (requirement.standard, requirement.version, requirement.clause) not in known
    )


def _published(family: Requirement, table: Clauses) -> Iterator[Stated]:
    for name, given in table.items():
        rules = _serving(family, name)
        clause = given if isinstance(given, Clause) else Clause(given, State.AUTOMATED, "")
        state, where = clause.state, clause.where
        if rules:
            state = State.AUTOMATED
        elif state is State.AUTOMATED:
            state, where = State.ELSEWHERE, _UNANSWERED
        yield Stated(family.standard, family.version, name, clause.title, state, where, rules)


def _strategy() -> Iterator[Stated]:
    (family,) = standards.strategy("")
    for heading, sentences in SENTENCES.items():
        held = {code for sentence in sentences.values() for code in sentence.rules}
        rules = tuple(sorted({*held, *_serving(family, heading)}))
        state = State.AUTOMATED if rules else min((s.state for s in sentences.values()), key=list(State).index)
        where = "" if rules else "; ".join(dict.fromkeys(s.where for s in sentences.values() if s.state is state))
        yield Stated(family.standard, family.version, heading, "the heading as a whole", state, where, rules)
        for text, sentence in sentences.items():
            name = f"{heading}: {text}"
            yield Stated(family.standard, family.version, name, text, sentence.state, sentence.where, sentence.rules)


def _serving(family: Requirement, clause: str) -> tuple[str, ...]:
    return _by_requirement().get(Requirement(family.standard, family.version, clause), ())


@cache
def _by_requirement() -> Mapping[Requirement, tuple[str, ...]]:
    found: dict[Requirement, list[str]] = {}
    for rule in sorted(registry.rules(), key=lambda rule: rule.id):
        for requirement in rule.requirements:
            found.setdefault(requirement, []).append(rule.id)
    return {requirement: tuple(codes) for requirement, codes in found.items()}
