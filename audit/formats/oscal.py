"""OSCAL 1.1 assessment results, and the assessment plan that they import.

One `result` for each stack. Every resource is an inventory item; every answer of a rule an observation, with the outcome as a
property and the values seen as evidence; every requirement that rules answer for a finding. A requirement is *satisfied* where at
least one resource passed, none failed, is waived or could not be evaluated, and no rule is switched off; in any other case it is
not, and the reason says which. Each violation is a risk: open with its deadline, or, when waived, an approved deviation with
owner, approver and end. Resources of types that a rule does not judge are one observation for each rule, with their number as the
property `count`.

All ids are made from content (UUID version 5), so the same record gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator

from audit.formats import oscal_plan, oscal_results
from audit.formats.parts import Record, json_pieces


def render_results(record: Record) -> Iterator[bytes]:
    """The `assessment-results`."""
    return json_pieces({"assessment-results": oscal_results.results(record)})


def render_plan(record: Record) -> Iterator[bytes]:
    """The `assessment-plan`; it belongs beside the results, as `oscal_parts.PLAN_FILE`."""
    return json_pieces({"assessment-plan": oscal_plan.plan(record)})
