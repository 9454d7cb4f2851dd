"""Which names mean data of a payment card."""

from __future__ import annotations

import pytest

from policies.catalogue import judge, registry
from policies.catalogue import types as t
from policies.catalogue.model import Outcome
from policies.catalogue.resource import Resource
from tests.policies.cases.form import TODAY
from tests.policies.samples.build import resource

CARD_NAMES = (
    "CARD", "CARD_NUMBER", "CARDNUMBER", "USER_PAN", "CVV", "cvv2", "CARD_CVC", "CREDIT_CARD_KEEP", "cardHolder", "CARD_EXPIRY",
    "DEBIT_CARD", "TRACK_2", "PIN_BLOCK", "VITE_CARD_DATA", "CVV_RESULT",
)  # fmt: skip
OTHER_NAMES = (
    "SCORECARD", "CARDIFF_OFFICE", "PANEL", "COMPANY_PAN_LABELS", "DASHBOARD_CARDS_PER_ROW", "CARD_LAYOUT", "EXPAND", "WILDCARD",
)  # fmt: skip


@pytest.mark.parametrize("name", [*CARD_NAMES, *OTHER_NAMES])
def test_a_name_of_a_card_is_told_from_one_that_looks_like_it(name: str) -> None:
    rule = next(rule for rule in registry.rules() if rule.id == "RET-05")
    item: Resource = resource(t.VERCEL_VARIABLE, "variable", {"key": name})
    wanted = Outcome.FAIL if name in CARD_NAMES else Outcome.PASS
    assert judge.court("production", TODAY).judge(rule, item).outcome is wanted
