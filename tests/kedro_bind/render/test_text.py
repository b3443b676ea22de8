"""Findings as text: a line each, or with the line of the document that they point at."""

from __future__ import annotations

from dataclasses import replace

import click
import pytest

from conf_schema import Diagnostic, Severity, Sources, parse_source
from kedro_bind.checks import Report
from kedro_bind.render.text import folded, render_excerpts, render_plain, summary

TEXT = "churn:\n  copy_mode: 複asign\n"
FILE = "conf/base/pipeline_ml.yml"
FINDING = Diagnostic("bad-value", "'copy_mode' is invalid", "use 'assign'", path=("churn", "copy_mode"))


@pytest.fixture(scope="module")
def sources() -> Sources:
    source, findings = parse_source(TEXT, FILE)
    assert findings == []
    return Sources((source,))


def test_a_finding_is_one_line_with_place_message_hint_and_code(sources):
    assert render_plain([sources.locate(FINDING)]) == f"{FILE}:2:14: 'copy_mode' is invalid; use 'assign' [bad-value]"


def test_a_finding_without_a_place_is_its_text_alone():
    assert render_plain([Diagnostic("broken-project", "no pipelines")]) == "no pipelines [broken-project]"


def test_a_warning_is_marked_as_one(sources):
    warning = sources.locate(replace(FINDING, severity=Severity.WARNING))
    assert render_plain([warning]).startswith(f"{FILE}:2:14: warning: 'copy_mode'")


def test_carets_are_as_wide_as_what_they_mark_and_below_it(sources):
    _, _, marked, carets = render_excerpts([sources.locate(FINDING)], sources).splitlines()
    assert marked == " 2 |   copy_mode: 複asign"
    assert carets == "   |              " + "^" * 7  # the first character takes two columns


def test_colour_changes_nothing_but_the_colour(sources):
    finding = sources.locate(FINDING)
    coloured = render_excerpts([finding], sources, colour=True)
    assert coloured != render_excerpts([finding], sources)
    assert click.unstyle(coloured) == render_excerpts([finding], sources)


def test_a_finding_in_a_shared_template_is_written_once_and_names_its_bindings():
    shared = replace(FINDING, file=FILE, line=1, column=1, elsewhere=True)
    other = replace(shared, path=("fraud", "copy_mode"))
    ((finding, text),) = folded([shared, other])
    assert finding == shared
    assert text == "'copy_mode' is invalid (bindings 'churn', 'fraud'); use 'assign'"


def test_equal_findings_about_the_text_of_two_bindings_are_both_written():
    located = replace(FINDING, file=FILE, line=1, column=1)
    assert len(list(folded([located, replace(located, path=("fraud", "copy_mode"))]))) == 2


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ((), "1 binding in 1 file (env local): no problems"),
        ((FINDING,), "1 binding in 1 file (env local): 1 problem"),
        (
            (FINDING, replace(FINDING, message="another"), replace(FINDING, severity=Severity.WARNING, hint="")),
            "1 binding in 1 file (env local): 2 problems, 1 warning",
        ),
    ],
)
def test_the_summary_counts_problems_and_warnings(sources, findings, expected):
    assert summary(Report(findings, ("churn",), "local", sources)) == expected


def test_the_summary_of_several_environments_names_them(sources):
    assert "(envs local, prod)" in summary(Report((), ("churn", "fraud"), "local, prod", sources))
