"""What accepts or refuses each format: the models of well-kept packages, and the official schemas where they are at hand."""

from __future__ import annotations

import io
import json
from argparse import Namespace
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import xmlschema
from junitparser import JUnitXml
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding  # type: ignore[import-untyped] # has no stubs
from sarif_pydantic import Sarif  # type: ignore[import-untyped] # has no stubs
from trestle.core.validator_factory import validator_factory
from trestle.oscal.assessment_plan import Model as PlanModel
from trestle.oscal.assessment_results import Model as ResultsModel

SCHEMAS = Path(__file__).parents[4] / "shared" / "schemas"
"""The official schemas lie beside the project, not in it."""


_VALIDATOR = validator_factory.get(Namespace(mode="all"))
"""Finds ids that occur twice and roles that nobody has."""


def sarif_model(content: bytes) -> None:
    Sarif.model_validate_json(content)


def junit_model(content: bytes) -> None:
    suites = JUnitXml.fromstring(content)
    for suite in suites:
        told = (suite.tests, suite.failures, suite.errors, suite.skipped)
        suite.update_statistics()  # type: ignore[no-untyped-call] # of the package
        assert told == (suite.tests, suite.failures, suite.errors, suite.skipped)


def ocsf_model(content: bytes) -> None:
    for event in json.loads(content):
        finding = ComplianceFinding.model_validate(event)
        assert finding.type_uid == finding.class_uid * 100 + finding.activity_id


def oscal_results_model(content: bytes) -> None:
    model = ResultsModel.model_validate_json(content)
    assert _VALIDATOR.model_is_valid(model.assessment_results, quiet=True)
    assert _read_back(model.assessment_results) == json.loads(content)


def oscal_plan_model(content: bytes) -> None:
    model = PlanModel.model_validate_json(content)
    assert _VALIDATOR.model_is_valid(model.assessment_plan, quiet=True)
    assert _read_back(model.assessment_plan) == json.loads(content)


def _read_back(model: Any) -> Any:
    """What the package writes of what it read; it spells UTC another way."""
    return json.loads(model.oscal_serialize_json().replace("+00:00", "Z"))


MODELS: Mapping[str, Callable[[bytes], None]] = {
    "sarif": sarif_model,
    "alerts": sarif_model,
    "junit": junit_model,
    "ocsf": ocsf_model,
    "oscal": oscal_results_model,
    "oscal plan": oscal_plan_model,
}
"""By the name of the format."""


@cache
def _sarif_validator() -> Any:
    schema = json.loads((SCHEMAS / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


@cache
def _junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(SCHEMAS / "junit.xsd")


def sarif_schema(content: bytes) -> None:
    errors = [f"{error.json_path}: {error.message}" for error in _sarif_validator().iter_errors(json.loads(content))]
    assert errors == []


def junit_schema(content: bytes) -> None:
    errors = [f"{error.path}: {error.reason}" for error in _junit_schema().iter_errors(io.BytesIO(content))]
    assert errors == []


OFFICIAL: Mapping[str, Callable[[bytes], None]] = {
    "sarif": sarif_schema,
    "alerts": sarif_schema,
    "junit": junit_schema,
}
"""By the name of the format; only where `SCHEMAS` is there."""
