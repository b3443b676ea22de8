"""Reports in each format of `kedro bind check`."""

from __future__ import annotations

import json

from conf_schema import Diagnostic
from kedro_bind.checks import Report
from kedro_bind.render import render_report

FINDING = Diagnostic(
    "bad-value", "100% wrong\n", "fix it", path=("churn",), file="conf/a,b:c.yml", line=3, column=5, width=4
)


def test_json_has_every_finding_as_data():
    (finding,) = json.loads(render_report(Report((FINDING,)), "json"))["diagnostics"]
    assert finding == {
        "code": "bad-value",
        "severity": "error",
        "message": "100% wrong\\n",
        "hint": "fix it",
        "file": "conf/a,b:c.yml",
        "line": 3,
        "column": 5,
        "binding": "churn",
        "url": "https://kedro-bind.readthedocs.io/checks/bad-value/",
    }


def test_an_annotation_of_github_escapes_what_ends_its_parts():
    assert render_report(Report((FINDING,)), "github") == (
        "::error file=conf/a%2Cb%3Ac.yml,line=3,col=5,endColumn=8,title=bad-value::100%25 wrong\\n; fix it "
        "(https://kedro-bind.readthedocs.io/checks/bad-value/)"
    )


def test_an_annotation_without_a_file_has_no_place():
    finding = Diagnostic("broken-project", "no pipelines")
    assert render_report(Report((finding,)), "github") == (
        "::error title=broken-project::no pipelines (https://kedro-bind.readthedocs.io/checks/broken-project/)"
    )


def test_the_text_ends_with_what_bindings_declare_of_row_independence():
    report = Report((), ("a", "b", "c"), "local", row_wise={"a": True, "b": False, "c": True})
    assert render_report(report, "text").splitlines()[1:] == [
        "row_wise: true in a, c; logging fails unless verification confirms it",
        "row_wise: false in b; verification does not try it",
    ]
    assert len(render_report(Report((), ("d",), "local"), "text").splitlines()) == 1


def test_a_report_without_anything_to_check_says_so():
    assert render_report(Report(), "text").startswith("no bindings: ")
    assert json.loads(render_report(Report(), "json")) == {"diagnostics": []}
    assert render_report(Report(), "github") == ""
