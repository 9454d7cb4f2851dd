"""Markdown: what a reviewer sees first, what is escaped, and what is left out of a long one."""

from __future__ import annotations

from typing import Any

import pytest

from audit.formats import markdown
from tests.audit.formats import sample


def _text(record: dict[str, Any] | None = None) -> str:
    return markdown.render(record or sample.record()).decode()


def _sound() -> dict[str, Any]:
    record = sample.record()
    record["broken"] = []
    for result in record["results"]:
        result.pop("broken", None)
    return record


def _only(outcome: str, level: str = "mandatory") -> dict[str, Any]:
    """A record whose violations all have one level, or that has none."""
    record = _sound()
    for result in record["results"]:
        if result["outcome"] == "fail":
            result |= {"outcome": outcome, "level": level}
    return record


def test_the_verdict_is_the_first_line() -> None:
    first = [
        _text(record).splitlines()[0]
        for record in (sample.record(), _sound(), _only("fail", "advisory"), _only("pass"))
    ]
    assert first == [
        "## ❌ Incomplete: 1 rule broke; 2 violations to mend, 1 advisory violation; 1 waived, 2 not evaluated",
        "## ❌ Failed: 2 violations to mend, 1 advisory violation; 1 waived, 2 not evaluated",
        "## ✅ Passed: 0 violations to mend, 3 advisory violations; 1 waived, 2 not evaluated",
        "## ✅ Passed: no violations; 1 waived, 2 not evaluated",
    ]


def test_a_run_without_anything_open_says_no_more() -> None:
    record = _only("pass")
    record["counts"]["total"] |= {"waived": 0, "not evaluated": 0}
    assert _text(record).splitlines()[0] == "## ✅ Passed: no violations"


def test_counts_that_do_not_add_up_are_no_success() -> None:
    record = _only("pass")
    record["counts"]["addsUp"] = False
    assert _text(record).startswith("## ❌ Incomplete: the counts do not add up")
    assert "DO NOT EQUAL" in _text(record)


def test_the_parts_come_in_the_order_of_their_urgency() -> None:
    heads = [line for line in _text().splitlines() if line.startswith("###")]
    assert heads == [
        "### Rules that broke",
        "### To fix",
        "### Waivers in force",
        "### Waivers refused",
        "### Not evaluated",
        "### Counts",
    ]


def test_a_violation_shows_what_to_do_where() -> None:
    (row,) = (line for line in _text().splitlines() if line.startswith("| high, advisory |"))
    assert row == (
        "| high, advisory | [HDR-07](https://example.test/HDR-07) HDR-07 is kept "
        "| `staging` `headers` (ProjectRoute) `route.headers` | `'max-age=60'` "
        "| `max-age of at least 31536000` | mend HDR-07 | `Pulumi.staging.yaml:60 headers.strictTransportSecurity` |"
    )


def test_a_violation_past_its_deadline_says_so() -> None:
    assert "| high, overdue since 2026-11-20 |" in _text()


def test_every_row_of_a_table_has_the_cells_of_its_head() -> None:
    """A pipe in a value does not begin a cell."""
    width = 0
    for line in _text().splitlines():
        cells = line.replace("\\|", "").count("|")
        if line.startswith("|") and width:
            assert cells == width, line
        width = cells if line.startswith("|") else 0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a|b", r"`a\|b`"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        ("a\nb\x1b", "`a b\ufffd`"),
        ("", "`-`"),
        ("@team <b>", "`@team <b>`"),
        ("x" * 300, f"`{'x' * 197}...`"),
    ],
)
def test_a_value_stands_in_a_code_span_that_it_cannot_leave(value: str, expected: str) -> None:
    assert markdown.code(value) == expected


def test_prose_has_no_markup_no_link_and_calls_nobody() -> None:
    record = _sound()
    record["rules"][0]["remedy"] = "*a* <b> [c](https://d.test) `e` @f #1 | $x$ ~~y~~ www.z.test"
    row = next(line for line in _text(record).splitlines() if line.startswith("| high, advisory"))
    assert (
        r"\*a\* &lt;b&gt; \[c\]\(https:"
        "\u200b"
        r"//d.test\) \`e\` @"
        "\u200b"
        r"f \#1 \| \$x\$ \~\~y\~\~ www"
        "\u200b"
        ".z.test"
    ) in row


def test_a_waiver_in_force_shows_until_when_and_who_answers() -> None:
    (row,) = (line for line in _text().splitlines() if line.startswith("| 2026-12-31 |"))
    assert "| 1 |" in row
    assert "`Thandi <thandi@example.test>` | `Jan`" in row


def test_a_long_summary_leaves_rows_out_counts_them_and_keeps_the_counts() -> None:
    text = _text(sample.many(10_000))
    assert len(text) <= markdown.LONGEST
    shown = sum(line.startswith(("| critical", "| high")) for line in text.splitlines())
    assert f"… and {3_000 - shown} more violations, left out here" in text
    assert "| **all** | 3000 | 1000 | 2000 | 1000 | 31000 | 2000 | 40000 |" in text


def test_the_longest_names_and_values_do_not_make_it_too_long() -> None:
    record = sample.many(500)
    for result in record["results"]:
        for finding in result.get("findings", ()):
            finding |= {"seen": "x" * 5_000, "wanted": "y" * 5_000, "path": "z" * 5_000}
        result["reason"] = "|" * 5_000
    record["waivers"] = [
        dict(waiver, id=f"W-{n}", reason="*" * 5_000) for waiver in record["waivers"] for n in range(200)
    ]
    for result in record["results"]:
        result.pop("waiver", None)
        result["outcome"] = "not evaluated" if result["outcome"] == "waived" else result["outcome"]
    record["broken"] = ["b" * 5_000] * 100
    record["states"] = [dict(record["states"][0], stack=f"stack-{n}-{'s' * 300}") for n in range(60)]
    record["counts"]["byStack"] = {state["stack"]: record["counts"]["total"] for state in record["states"]}
    assert len(_text(record)) <= markdown.LONGEST
    assert "| **all** |" in _text(record)


def test_what_was_not_read_for_one_reason_is_one_row_that_names_the_first_and_counts_the_rest() -> None:
    record = sample.record()
    (unread,) = (
        result for result in record["results"] if result["rule"] == "RET-02" and result["outcome"] == "not evaluated"
    )
    record["results"] += [{**unread, "urn": f"{unread['urn']}-{number}"} for number in range(30)]
    (row,) = (line for line in _text(record).splitlines() if line.startswith("| RET-02 | "))
    assert row.startswith("| RET-02 | `retentionDays is known only after the deployment` | `production` `")
    assert row.endswith(" and 25 more |")
