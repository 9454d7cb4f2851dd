"""Clauses of published standards, titled in our own words: those that rules serve, and those that no code can show.

A plain text is the title of a clause that rules answer. The others say who answers instead: a fact that the program declares
(component and property), or somebody, and where. The lists are what a shop that sends its customers to PayFast's pages answers
for, and the goals that this project set itself beyond, not the standards in full.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias


class State(StrEnum):
    """Who shows that a clause is kept: rules, a declared fact, or somebody outside of the code."""

    AUTOMATED = "automated"
    DECLARED = "declared"
    ELSEWHERE = "not covered by code"


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause that rules do not answer, or not alone: `where` names who does, and where that is to be seen."""

    title: str
    state: State
    where: str


def held(title: str, remainder: str) -> Clause:
    """Answered by rules; `remainder` says what of it they do not show."""
    return Clause(title, State.AUTOMATED, remainder)


def declared(title: str, where: str) -> Clause:
    """Answered by a fact that the program declares: `where` begins with the component."""
    return Clause(title, State.DECLARED, where)


def elsewhere(title: str, where: str) -> Clause:
    """Answered by somebody: `where` begins with who, and says by what."""
    return Clause(title, State.ELSEWHERE, where)


Clauses: TypeAlias = Mapping[str, str | Clause]

_ELIGIBILITY: Final = "supports eligibility for SAQ A, which no longer asks for it by itself"
_ABOVE_SAQ_A: Final = "not asked for in SAQ A; a goal of this project"
_SAQ_A: Final = frozenset(
    {
        *("2.2.2", "3.1.1", "3.2.1", "6.3.1", "6.3.3", "9.4.1", "9.4.6", "11.3.2", "11.3.2.1"),
        *("8.2.1", "8.2.2", "8.2.5", "8.3.1", "8.3.6"),
        *("12.8.1", "12.8.2", "12.8.3", "12.8.4", "12.8.5", "12.10.1"),
    }
)
"""Clauses below that SAQ A asks for (PCI DSS 4.0.1, revision 1 of January 2025)."""


def _of_saq_a(clauses: Clauses) -> Clauses:
    """The clauses, in which those that SAQ A does not ask for say so."""
    return {name: given if name in _SAQ_A else _above(given) for name, given in clauses.items()}


def _above(given: str | Clause) -> Clause:
    clause = given if isinstance(given, Clause) else held(given, "")
    if "SAQ A" in clause.where:
        return clause
    where = "; ".join(filter(None, (clause.where, _ABOVE_SAQ_A)))
    return Clause(clause.title, clause.state, where)


_NO_PAPER: Final = "operators: no card data is received, so there is no paper or medium with any"

PCI_DSS: Final[Clauses] = {
    **_of_saq_a(
        {
            "1.2.7": "ways around the network controls are reviewed and few",
            "1.3.1": "only the traffic that is needed reaches the database",
            "2.2.1": "components are set up by one hardened standard",
            "2.2.2": elsewhere(
                "no vendor's default account or password is in use", "operators: accounts of each vendor"
            ),
            "3.1.1": elsewhere("the handling of stored account data is written down", _NO_PAPER),
            "3.2.1": held("account data is kept no longer than needed, here not at all", "app: its own tables"),
            "3.3.1": held("nothing that authorises a card is kept after the payment", "app: its own tables"),
            "4.2.1": "card data crosses open networks under strong cryptography only",
            "6.2.2": elsewhere("developers are trained in secure coding once a year", "people: training records"),
            "6.2.3": "code of our own is reviewed before it is released",
            "6.2.4": held("common kinds of attack are prevented in the code", "app: reviews and tests"),
            "6.3.1": held("security holes are found and ranked by risk", "people: the ranking"),
            "6.3.3": held("parts with known holes are patched in time", "app: its own packages"),
            "6.4.2": "public pages stand behind something that finds and stops attacks",
            "6.4.3": held("scripts of payment pages are known, allowed and unchanged", _ELIGIBILITY),
            "6.5.1": held(
                "changes to production are described, approved, tested and reversible", "people: the description"
            ),
            "6.5.2": elsewhere("after a large change all requirements still hold", "people: the release checklist"),
            "6.5.3": "production is kept apart from other environments",
            "6.5.4": "releases to production need more than one role",
            "6.5.5": "live card data and live customer data stay out of test environments",
            "6.5.6": "test data and test accounts are gone before production",
            "7.2.4": elsewhere(
                "accounts and rights are reviewed every six months", "operators: members of each vendor's team"
            ),
            "7.2.5": "accounts of programs have the rights they need, and no more",
            "8.2.1": elsewhere("every person has an account of their own", "operators: members of each vendor's team"),
            "8.2.2": elsewhere(
                "shared accounts are exceptions with an owner", "operators: members of each vendor's team"
            ),
            "8.2.5": elsewhere("access of those who leave ends at once", "people: the leaver's checklist"),
            "8.3.1": elsewhere(
                "people sign in with a factor that proves who they are", "vendors: sign-in of each team"
            ),
            "8.3.2": "secrets are unreadable where they are stored and sent",
            "8.3.6": elsewhere("passwords have twelve characters at least", "vendors: sign-in of each team"),
            "8.4.2": held("access asks for a second factor", "operators: teams without single sign-on"),
            "8.6.2": "secrets of programs stand in no script, file or code",
            "8.6.3": "secrets of programs are changed in time and guarded from misuse",
            "9.4.1": elsewhere("media with card data are locked away", _NO_PAPER),
            "9.4.6": elsewhere("paper with card data is destroyed", _NO_PAPER),
            "10.2.1": "what happens on every component is logged",
            "10.3.4": "logs cannot be changed unnoticed",
            "10.4.1": elsewhere("logs are reviewed every day", "operators: alerts and searches of the log sink"),
            "10.5.1": "logs are kept for twelve months, three of them at hand",
            "10.7.2": "a control that fails is noticed and told",
            "11.3.2": elsewhere("an approved vendor scans from outside every three months", "people: ASV reports"),
            "11.3.2.1": elsewhere("an approved vendor scans after large changes", "people: ASV reports"),
            "11.4.1": elsewhere("penetration tests follow a method", "people: reports of the yearly test"),
            "11.6.1": held("changes of payment pages and their headers are noticed", _ELIGIBILITY),
            "12.3.1": held("exceptions rest on an analysis of their risk", "people: the analysis behind each ticket"),
            "12.5.2": held("the scope is written down and confirmed every year", "people: the yearly confirmation"),
            "12.6.1": elsewhere("everybody is made aware of security", "people: training records"),
            "12.8.1": declared("service providers are listed", "DataInventory.categories[].place and the stack files"),
            "12.8.2": elsewhere(
                "service providers take on their part in writing", "people: contracts with each vendor"
            ),
            "12.8.3": elsewhere("service providers are examined before they are taken", "people: vendor register"),
            "12.8.4": elsewhere(
                "service providers prove their compliance every year", "people: attestation of PayFast"
            ),
            "12.8.5": elsewhere("who keeps which requirement is written down", "people: contract with PayFast"),
            "12.10.1": declared("there is a plan for incidents, with roles and contacts", "IncidentContacts.roles"),
            "12.10.2": elsewhere("the incident plan is rehearsed every year", "people: minutes of the drill"),
        }
    ),
    "SAQ A": elsewhere(
        "the site is not open to attacks by scripts", "people: the yearly questionnaire; header rules help"
    ),
}

ASVS: Final[Clauses] = {
    "1": elsewhere("input is decoded, encoded and cleaned", "app: reviews and tests"),
    "2": elsewhere("input is valid and follows the business", "app: reviews and tests"),
    "3.4": "answers carry the headers that make browsers protect the page",
    "3.4.1": "browsers are told to use TLS only, for a year at least",
    "3.4.2": "other origins read answers only where they are allowed to by name",
    "3.4.3": "a content security policy limits where scripts and other parts come from",
    "3.4.4": "browsers do not guess content types",
    "3.4.5": "addresses do not reach other sites as referrers",
    "3.4.6": "pages cannot be framed by other sites",
    "3.4.7": "breaches of the content security policy are reported",
    "3.4.8": "windows of other origins are kept apart",
    "3.6.1": "files from elsewhere are known and checked for integrity",
    "3.7.2": "forms and redirects lead to listed places only",
    "3.7.4": "the domain is on the browsers' list of TLS-only sites",
    "4": elsewhere("the API takes and gives well-formed messages only", "app: reviews and tests"),
    "5": elsewhere("uploads are limited and cannot run", "app: it takes none today"),
    "6": elsewhere("people prove who they are safely", "app: reviews and tests"),
    "7": elsewhere("sessions begin and end safely", "app: reviews and tests"),
    "8": elsewhere("everybody reaches their own data only", "app: reviews and tests"),
    "9": elsewhere("tokens are checked before they are trusted", "app: reviews and tests"),
    "12.2.1": "people reach the app by TLS only",
    "12.3.1": "the app reaches other services by TLS only",
    "13.1.4": "for each secret it is known how it is kept and renewed",
    "13.2.2": "programs reach the database with the least rights",
    "13.3.1": "secrets live in a store for secrets, not in code",
    "13.3.2": "secrets are given to those that need them only",
    "13.3.4": "secrets end or are renewed in time",
    "13.4.3": "no listing and no source is shown in production",
    "14.2.2": "personal data is not kept by caches of servers",
    "14.3.2": "personal data is not kept by caches of browsers",
    "15": elsewhere("the code is designed and written for security", "app: reviews and tests"),
    "16.4.2": "logs are safe from change",
    "16.4.3": "logs leave for a system of their own",
}

GDPR: Final[Clauses] = {
    "5(1)(a)": declared("processing is lawful and open", "DataInventory.categories[].legalBasis"),
    "5(1)(c)": held("no more personal data than the purpose needs", "app: what its forms ask for"),
    "5(1)(e)": held("personal data is kept no longer than the purpose needs", "app: deletes what is due"),
    "6": declared("every processing has a legal basis", "DataInventory.categories[].legalBasis"),
    "12-14": elsewhere("people are told what is done with their data", "people and app: the privacy policy"),
    "15": elsewhere("people get a copy of their data", "people: requests to the information officer"),
    "16": elsewhere("people have wrong data corrected", "app: the account page"),
    "17": held("people have their data erased, copies included", "app: the erasure itself"),
    "20": elsewhere("people take their data along", "people: requests to the information officer"),
    "21": elsewhere("people object to a processing", "people: requests to the information officer"),
    "25": "protection is designed in and on by default",
    "27": elsewhere("there is a representative in the Union", "people: the mandate, if the law asks for one"),
    "28": elsewhere("processors are bound by contract", "people: data processing agreements with each vendor"),
    "30(1)": declared("there is a record of the processing", "DataInventory.categories[]"),
    "30(1)(e)": "the record says which countries data goes to",
    "30(1)(f)": "the record says when each category is erased",
    "32": "personal data is secured as its risk demands",
    "32(1)(a)": held("personal data is encrypted or pseudonymised", "app: its pseudonyms"),
    "32(1)(b)": "systems stay confidential, whole, reachable and resilient",
    "32(1)(c)": "data and access to it can be restored in time",
    "32(1)(d)": held("the protection is tested regularly", "people: the yearly test of everything else"),
    "33": held("a breach is reported to the authority within 72 hours", "people: docs/runbooks/incident.md"),
    "34": declared("people are told of a breach that endangers them", "IncidentContacts.userNotice"),
    "35": elsewhere("risky processing is assessed beforehand", "people: the impact assessment"),
    "37-39": elsewhere("a data protection officer is named where due", "people: the appointment"),
    "44": held("data leaves the Union under the rules for it only", "people: transfer clauses with vendors"),
    "45": "data goes to countries with adequate protection",
    "46": held("elsewhere safeguards replace what the country lacks", "people: transfer clauses with vendors"),
}

POPIA: Final[Clauses] = {
    "s14": "records are kept no longer than needed",
    "s14(4)": "what may no longer be kept is destroyed, deleted or de-identified soon",
    "s14(5)": "what was destroyed cannot be put together again",
    "s17": declared("there is a record of the processing", "DataInventory.categories[]"),
    "s18": elsewhere("people are told what is collected and why", "people and app: the privacy policy"),
    "s19": "personal information is secured by reasonable measures",
    "s20-21": elsewhere("those who process for the shop are bound by contract", "people: agreements with each vendor"),
    "s22": declared("a breach is reported to the regulator and to people", "IncidentContacts.roles"),
    "s23": elsewhere("people get their information", "people: requests to the information officer"),
    "s24": held("people have their information corrected or deleted", "app: the deletion itself"),
    "s55": elsewhere("the information officer is registered", "people: registration with the regulator"),
    "s69": elsewhere("marketing asks first", "app: consent at registration"),
    "s72": held("information leaves the country under adequate protection only", "people: agreements with vendors"),
}
