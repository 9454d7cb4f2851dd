"""The standards that rules serve, each with its version."""

from __future__ import annotations

from policies.catalogue.model import Requirement


def pci(*clauses: str) -> tuple[Requirement, ...]:
    """PCI DSS, the card industry's data security standard."""
    return _clauses("PCI DSS", "4.0.1", clauses)


def asvs(*clauses: str) -> tuple[Requirement, ...]:
    """OWASP Application Security Verification Standard."""
    return _clauses("ASVS", "5.0", clauses)


def gdpr(*articles: str) -> tuple[Requirement, ...]:
    """General Data Protection Regulation (EU) 2016/679."""
    return _clauses("GDPR", "2016/679", articles)


def soc2(*criteria: str) -> tuple[Requirement, ...]:
    """SOC 2 Trust Services Criteria."""
    return _clauses("SOC 2", "TSC 2017", criteria)


def cis_github(*controls: str) -> tuple[Requirement, ...]:
    """CIS GitHub Benchmark."""
    return _clauses("CIS GitHub", "1.2.0", controls)


def ssdf(*practices: str) -> tuple[Requirement, ...]:
    """NIST Secure Software Development Framework, SP 800-218."""
    return _clauses("NIST SSDF", "1.1", practices)


def popia(*sections: str) -> tuple[Requirement, ...]:
    """Protection of Personal Information Act, South Africa (Act 4 of 2013); sections with or without their `s`."""
    return _clauses("POPIA", "Act 4 of 2013", tuple(f"s{section.removeprefix('s')}" for section in sections))


def scorecard(*checks: str) -> tuple[Requirement, ...]:
    """OpenSSF Scorecard."""
    return _clauses("OpenSSF Scorecard", "5", checks)


def strategy(*clauses: str) -> tuple[Requirement, ...]:
    """BrightBroom's own deployment strategy; a clause is a heading of it, as `docs/coverage.md` has them."""
    return _clauses("Deployment Strategy", "", clauses)


def oshp(*headers: str) -> tuple[Requirement, ...]:
    """OWASP Secure Headers Project."""
    return _clauses("OWASP Secure Headers", "", headers)


def _clauses(standard: str, version: str, clauses: tuple[str, ...]) -> tuple[Requirement, ...]:
    return tuple(Requirement(standard, version, clause) for clause in clauses)
