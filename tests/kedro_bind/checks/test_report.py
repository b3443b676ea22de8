"""What a check returns, in one environment and in several."""

from __future__ import annotations

from conf_schema import Diagnostic, Sources, parse_source
from kedro_bind.checks import Report, broken_project, merge_reports

FILE = "conf/base/pipeline_ml.yml"
SOURCE, _ = parse_source("churn: {}\n", FILE)
FINDING = Diagnostic("missing-key", "a key is missing", path=("churn",), file=FILE, line=1, column=1)


def report(env, *findings):
    return Report(findings, ("churn",), env, Sources((SOURCE,)))


def test_a_finding_of_all_environments_is_reported_once_and_names_none():
    merged = merge_reports([report("local", FINDING), report("prod", FINDING)])
    assert merged.findings == (FINDING,)
    assert (merged.names, merged.env, merged.files) == (("churn",), "local, prod", (FILE,))


def test_a_finding_of_some_environments_names_them():
    merged = merge_reports([report("local"), report("prod", FINDING), report("test", FINDING)])
    assert [finding.message for finding in merged.findings] == ["a key is missing (env prod, test)"]


def test_a_finding_in_a_file_of_one_environment_names_none():
    merged = merge_reports([Report((), ("fraud",), "local"), report("prod", FINDING)])
    assert merged.findings == (FINDING,)


def test_an_environment_without_anything_to_check_is_left_out():
    assert merge_reports([Report(env="local"), report("prod", FINDING)]) == report("prod", FINDING)
    assert merge_reports([Report(env="local"), Report(env="prod")]) == Report(env="local")


def test_findings_are_sorted_by_place():
    later = Diagnostic("bad-value", "later", file=FILE, line=2, column=1)
    merged = merge_reports([report("local", later, FINDING), report("prod", later, FINDING)])
    assert merged.findings == (FINDING, later)


def test_what_all_environments_declare_of_row_independence_names_none():
    local = Report((), ("churn", "fraud"), "local", row_wise={"churn": True, "fraud": False})
    prod = Report((), ("churn",), "prod", row_wise={"churn": True})
    assert merge_reports([local, prod]).row_wise == {"churn": True, "fraud": False}
    other = Report((), ("churn",), "test")
    assert merge_reports([local, prod, other]).row_wise == {"churn (env local, prod)": True, "fraud": False}


def test_a_part_of_the_project_that_breaks_is_reported_with_every_cause():
    error = ImportError("can't import the pipeline")
    error.__cause__ = ModuleNotFoundError("No module\n  named 'a'.")
    finding = broken_project("pipelines", error)
    assert finding.text == (
        "the project's pipelines can't be loaded: ImportError: can't import the pipeline, caused by "
        "ModuleNotFoundError: No module named 'a'; fix this first"
    )
