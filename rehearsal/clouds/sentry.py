"""Sentry's types. Source: the Terraform provider jianyuan/sentry 0.14 that pulumiverse-sentry 0.0.9 wraps, and Sentry's API.

The organisation is not a resource: every organisation is taken to exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rehearsal.clouds.checks import credential, exactly_one
from rehearsal.clouds.table import (
    Catalogue,
    Facts,
    Failure,
    Property,
    Reference,
    ResourceType,
    block,
    by_token,
    derived,
    items,
    names,
    number,
    once,
    text,
    texts_by_key,
)
from rehearsal.engine.values import UNKNOWN, Properties, Value

_TEAM: Final = "sentry:index/sentryTeam:SentryTeam"
_PROJECT: Final = "sentry:index/sentryProject:SentryProject"

ORGANIZATION: Final = text(required=True, replaces=True)
_SAME_ORGANIZATION: Final = (("organization", "organization"),)
_IN_PROJECT: Final = Reference("project", _PROJECT, "slug", also=_SAME_ORGANIZATION)


def _slug(facts: Facts) -> Value:
    """The slug Sentry derives from a name."""
    name = str(facts.inputs["name"]).lower()
    kept = "".join(character if character.isalnum() else "-" for character in name)
    return "-".join(part for part in kept.split("-") if part)


def _number(facts: Facts) -> Value:
    return str(facts.number)


SENTRY_TEAM: Final = ResourceType(
    resource=_TEAM,
    make_id=lambda facts: facts.inputs["slug"],
    unique=(("organization", "slug"),),
    inputs={
        "name": text(length=(1, 64), autoname=True),
        "organization": ORGANIZATION,
        "slug": text(pattern=r"[a-z0-9_-]{1,50}", chosen=_slug),
    },
    outputs={
        "hasAccess": once(lambda _: True),
        "internalId": once(_number),
        "isMember": once(lambda _: False),
        "isPending": once(lambda _: False),
        "teamId": once(_number),
    },
)

SENTRY_PROJECT: Final = ResourceType(
    resource=_PROJECT,
    make_id=lambda facts: facts.inputs["slug"],
    unique=(("organization", "slug"),),
    inputs={
        "digestsMaxDelay": number(60, chosen=lambda _: 1800),
        "digestsMinDelay": number(60, chosen=lambda _: 300),
        "name": text(length=(1, 50), autoname=True),
        "organization": ORGANIZATION,
        "platform": text(chosen=lambda _: "other"),
        "resolveAge": number(0, chosen=lambda _: 0),
        "slug": text(pattern=r"[a-z0-9_-]{1,50}", chosen=_slug),
        "team": text(),
        "teams": names(),
    },
    outputs={
        "color": once(lambda facts: f"#{facts.digest[:6]}"),
        "features": once(lambda _: []),
        "internalId": once(_number),
        "isBookmarked": once(lambda _: False),
        "isPublic": once(lambda _: False),
        "projectId": once(_number),
        "status": once(lambda _: "active"),
    },
    references=(
        Reference("team", _TEAM, "slug", also=_SAME_ORGANIZATION, owned=False),
        Reference("teams", _TEAM, "slug", also=_SAME_ORGANIZATION, owned=False),
    ),
    validate=(exactly_one("team", "teams"),),
)


def _check_rate_limit(inputs: Properties) -> Iterator[Failure]:
    if (inputs.get("rateLimitCount") is None) != (inputs.get("rateLimitWindow") is None):
        yield Failure("rateLimitCount", "rateLimitCount and rateLimitWindow are given together or not at all")


def _dsn(facts: Facts, user: str) -> str:
    return f"https://{user}@o{facts.number}.ingest.sentry.io/{facts.number + 1}"


SENTRY_KEY: Final = ResourceType(
    resource="sentry:index/sentryKey:SentryKey",
    make_id=lambda facts: facts.digest[:32],
    inputs={
        "name": text(autoname=True),
        "organization": ORGANIZATION,
        "project": text(required=True, replaces=True),
        "rateLimitCount": number(0, chosen=lambda _: 0),
        "rateLimitWindow": number(0, chosen=lambda _: 0),
    },
    outputs={
        "dsnCsp": once(lambda facts: f"https://o{facts.number}.ingest.sentry.io/api/csp-report/?sentry_key={facts.id}"),
        "dsnPublic": once(lambda facts: _dsn(facts, facts.id)),
        "dsnSecret": once(lambda facts: _dsn(facts, f"{facts.id}:{facts.digest[32:]}"), secret=True),
        "isActive": once(lambda _: True),
        "projectId": once(lambda facts: facts.number + 1),
        "public": once(lambda facts: facts.id),
        "secret": once(lambda facts: facts.digest[32:], secret=True),
    },
    references=(_IN_PROJECT,),
    validate=(_check_rate_limit,),
)


def _check_steps(inputs: Properties) -> Iterator[Failure]:
    for name in ("conditions", "filters", "actions"):
        steps = inputs.get(name)
        for index, step in enumerate(steps if isinstance(steps, list) else []):
            if "id" not in step:
                yield Failure(f"{name}[{index}]", "must have an id, such as sentry.rules.conditions.first_seen_event…")


SENTRY_ISSUE_ALERT: Final = ResourceType(
    resource="sentry:index/sentryIssueAlert:SentryIssueAlert",
    make_id=lambda facts: f"{facts.inputs['organization']}/{facts.inputs['project']}/{facts.number}",
    inputs={
        "actionMatch": text("all", "any", required=True),
        "actions": items(texts_by_key(), required=True, count=(1, None)),
        "conditions": items(texts_by_key(), required=True),
        "environment": text(),
        "filterMatch": text("all", "any", "none", required=True),
        "filters": items(texts_by_key()),
        "frequency": number(5, 43200, required=True),
        "name": text(length=(1, 256), autoname=True),
        "organization": ORGANIZATION,
        "project": text(required=True, replaces=True),
    },
    outputs={"internalId": once(_number), "projects": derived(lambda facts: [facts.inputs["project"]])},
    references=(_IN_PROJECT,),
    validate=(_check_steps,),
)


def _check_triggers(inputs: Properties) -> Iterator[Failure]:
    triggers = inputs.get("triggers")
    if not isinstance(triggers, list):
        return
    labels = [trigger["label"] for trigger in triggers if trigger["label"] != UNKNOWN]
    if len(set(labels)) != len(labels):
        yield Failure("triggers", f"each label is given once; given are {labels}")
    if "warning" in labels and "critical" not in labels:
        yield Failure("triggers", "a warning trigger needs a critical one")


SENTRY_METRIC_ALERT: Final = ResourceType(
    resource="sentry:index/sentryMetricAlert:SentryMetricAlert",
    make_id=lambda facts: f"{facts.inputs['organization']}/{facts.inputs['project']}/{facts.number}",
    inputs={
        "aggregate": text(required=True),
        "dataset": text(chosen=lambda _: "events"),
        "environment": text(),
        "eventTypes": names("default", "error", "transaction", chosen=lambda _: ["error"]),
        "name": text(length=(1, 256), autoname=True),
        "organization": ORGANIZATION,
        "owner": text(),
        "project": text(required=True, replaces=True),
        "query": text(required=True),
        "resolveThreshold": number(),
        "thresholdType": number(choices=(0, 1), required=True),
        "timeWindow": number(1, 1440, required=True),
        "triggers": items(
            block(
                {
                    "actions": items(
                        block(
                            {
                                "id": text(),
                                "integrationId": number(),
                                "targetIdentifier": text(),
                                "targetType": text("user", "team", "specific", "sentry_app", required=True),
                                "type": text(required=True),
                            }
                        )
                    ),
                    "alertThreshold": number(required=True),
                    "id": text(),
                    "label": text("critical", "warning", required=True),
                    "resolveThreshold": number(),
                    "thresholdType": number(choices=(0, 1), required=True),
                }
            ),
            required=True,
            count=(1, 2),
        ),
    },
    outputs={"internalId": once(_number)},
    references=(_IN_PROJECT,),
    validate=(_check_triggers,),
)


CONFIG: Final[dict[str, Property]] = {"baseUrl": text(pattern=r"https?://\S+"), "token": text(secret=True)}

CATALOGUE: Final = Catalogue(
    package="sentry",
    config=CONFIG,
    validate_config=(credential("token", "SENTRY_AUTH_TOKEN"),),
    types=by_token(SENTRY_TEAM, SENTRY_PROJECT, SENTRY_KEY, SENTRY_ISSUE_ALERT, SENTRY_METRIC_ALERT),
)
