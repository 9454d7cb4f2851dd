"""Criteria and good practices that rules serve or that no code can show, as `clauses.py` has those of laws and of PCI DSS."""

from __future__ import annotations

from typing import Final

from policies.catalogue.clauses import Clauses, declared, elsewhere, held

SOC_2: Final[Clauses] = {
    "A1.1": "there is capacity for what is to come",
    "A1.2": "backups and recovery are designed, running and protected",
    "A1.3": "recovery is tested",
    "C1.2": elsewhere(
        "what is confidential is disposed of in time", "app: deletes what is due; rules see how long copies live"
    ),
    "CC1.1": elsewhere("integrity and ethics are lived", "people: code of conduct"),
    "CC1.4": elsewhere("people are able to do their work, and trained", "people: training records"),
    "CC2.2": declared("people know who answers for security", "IncidentContacts.roles"),
    "CC3.2": elsewhere("risks are found and assessed", "people: the risk register"),
    "CC4.1": "controls are evaluated all the time",
    "CC4.2": elsewhere("those who can act hear of faults in controls", "people: who reads each evidence report"),
    "CC5.3": "controls follow written policy, and exceptions are kept short",
    "CC6.1": "access to systems and secrets is limited",
    "CC6.2": elsewhere("access is given and taken away by a process", "people: joiner's and leaver's checklists"),
    "CC6.3": elsewhere("rights are reviewed", "operators: members of each vendor's team, every quarter"),
    "CC6.4": elsewhere("premises are guarded", "vendors: their own SOC 2 reports"),
    "CC6.6": "what comes from outside is kept out or filtered",
    "CC6.7": "data is protected on its way",
    "CC7.1": "changes of the configuration are noticed",
    "CC7.2": "what happens is watched for signs of an attack",
    "CC7.3": held("what is noticed is judged and told", "people: docs/runbooks/incident.md"),
    "CC7.4": declared("incidents are handled by a plan", "IncidentContacts.roles"),
    "CC7.5": held("after an incident the service comes back", "people: the review afterwards"),
    "CC8.1": "changes are approved, tested and released under control",
    "CC9.1": declared("business goes on after a disruption", "RecoveryTargets.rtoMinutes"),
    "CC9.2": elsewhere("risks of vendors are managed", "people: vendor register and contracts"),
}

CIS_GITHUB: Final[Clauses] = {
    "1.1.3": "a change is approved by others before it is merged",
    "1.1.4": "an approval ends when the change goes on",
    "1.1.6": elsewhere("sensitive code has named owners", "app: its CODEOWNERS file"),
    "1.1.7": "owners of the code review what touches it",
    "1.1.8": elsewhere("branches that nobody uses are removed", "people: a yearly review"),
    "1.1.9": "all checks pass before a merge",
    "1.1.10": "a branch is up to date before it is merged",
    "1.1.12": "commits are signed",
    "1.1.13": "history is linear",
    "1.1.14": "administrators keep the rules too",
    "1.1.15": declared("only named people and Apps push to guarded branches", "program: the ruleset release-access"),
    "1.1.16": "nobody rewrites history by force",
    "1.1.17": "nobody deletes guarded branches",
    "1.1.20": "the default branch is guarded",
    "1.3.1": elsewhere("accounts of those who left are removed", "operators: members of the organisation"),
    "1.3.3": elsewhere("there are few administrators", "operators: members of the organisation"),
    "1.3.5": elsewhere("members sign in with a second factor", "operators: settings of the organisation"),
    "1.4.1": elsewhere(
        "administrators approve Apps before they are installed", "operators: settings of the organisation"
    ),
    "1.4.4": "webhooks are encrypted and signed",
    "1.5.1": "secrets are found before they are pushed",
    "1.5.2": "workflows are scanned for weak instructions",
    "1.5.4": elsewhere("code is scanned for holes", "app: code scanning in its workflows"),
    "1.5.5": "dependencies are scanned for known holes",
    "3.1.7": "dependencies and actions are pinned",
    "5.2.3": "few reach the production environment",
}

SSDF: Final[Clauses] = {
    "PO.1": declared("what the software must keep is written down", "DataInventory and the strategy"),
    "PO.2": elsewhere("roles are named and people trained", "people: training records"),
    "PO.3": "tools of the pipeline are chosen and set up for security",
    "PO.4": "checks that a release must pass are fixed",
    "PO.5": "development and build environments are guarded",
    "PS.1": "code is guarded from unauthorised changes",
    "PS.2": elsewhere("a release can be verified", "app: signed tags and provenance of its builds"),
    "PS.3.1": "each release and what belongs to it is kept",
    "PW.1": elsewhere("the design meets the risks", "people: threat model"),
    "PW.4": elsewhere("parts of others are chosen with care", "app: reviews of new dependencies"),
    "PW.7": "code is reviewed by others",
    "PW.8": elsewhere("the running code is tested", "app: its integration and end-to-end tests"),
    "RV.1": "holes are looked for all the time",
    "RV.2": elsewhere("holes are judged and mended in order of risk", "people: the issue tracker"),
    "RV.3": elsewhere("causes of holes are removed", "people: review after each incident"),
}

SCORECARD: Final[Clauses] = {
    "Pinned-Dependencies": "dependencies and actions are pinned by hash",
    "Token-Permissions": "tokens of workflows read only, unless asked for more",
}

SECURE_HEADERS: Final[Clauses] = {
    "Access-Control-Allow-Origin": "other origins are allowed by name only",
    "Content-Security-Policy": "a policy says where each part of a page may come from",
    "Cross-Origin-Opener-Policy": "windows of other origins are kept apart",
    "HTTP Observatory": "the headers as a whole get a good score",
    "Permissions-Policy": "devices and powerful functions are denied",
    "X-Content-Type-Options": "content types are not guessed",
    "X-Frame-Options": "other sites do not frame pages, in old browsers too",
    "X-XSS-Protection": "the filter of old browsers is off",
}
