from __future__ import annotations

import dataclasses
import json

import pytest

from conf_schema import Diagnostic, Severity, closest, did_you_mean, has_errors


def test_a_finding_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Diagnostic("bad-value", "no").line = 3


def test_text_is_the_message_and_the_hint_in_one_line():
    assert Diagnostic("bad-value", "this is wrong", "do that").text == "this is wrong; do that"


def test_text_without_a_hint_is_the_message():
    assert Diagnostic("bad-value", "this is wrong").text == "this is wrong"


def test_the_binding_is_the_first_key_of_the_path():
    assert Diagnostic("bad-value", "no", path=("churn", "training")).binding == "churn"
    assert Diagnostic("yaml-syntax", "no").binding is None


def test_as_dict_has_the_documented_keys_and_survives_json():
    finding = Diagnostic("bad-value", "é", "h", Severity.WARNING, ("churn", "tags", 0), file="f.yml", line=2, column=3)
    assert json.loads(json.dumps(finding.as_dict())) == {
        "code": "bad-value",
        "severity": "warning",
        "message": "é",
        "hint": "h",
        "file": "f.yml",
        "line": 2,
        "column": 3,
        "binding": "churn",
    }


def test_findings_sort_by_file_line_and_column_as_numbers():
    places = [("b.yml", 1, 1), ("a.yml", 10, 1), ("a.yml", 9, 2), ("a.yml", 9, 1), (None, 0, 0)]
    findings = [Diagnostic("bad-value", "no", file=file, line=line, column=column) for file, line, column in places]
    ordered = sorted(findings, key=lambda finding: finding.sort_key)
    assert [(finding.file, finding.line, finding.column) for finding in ordered] == [
        (None, 0, 0),
        ("a.yml", 9, 1),
        ("a.yml", 9, 2),
        ("a.yml", 10, 1),
        ("b.yml", 1, 1),
    ]


def test_warnings_are_not_errors():
    warning = Diagnostic("captured-by-value", "careful", severity=Severity.WARNING)
    assert not has_errors([])
    assert not has_errors([warning])
    assert has_errors([warning, Diagnostic("bad-value", "no")])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("trian", "training"),
        ("TRAINING", "training"),
        ("inferense", "inference"),
        ("xyz", None),
        ("", None),
    ],
)
def test_closest_finds_misspellings_and_nothing_else(name, expected):
    assert closest(name, ["inference", "training", "evaluation"]) == expected


def test_closest_gives_the_candidate_as_it_is_written():
    assert closest("sequentialrunner", ["SequentialRunner", "ThreadRunner"]) == "SequentialRunner"


def test_closest_goes_by_the_exact_name_where_two_differ_in_case_only():
    assert closest("Scale", ["scale", "Scale"]) == "Scale"
    assert closest("scale", ["scale", "Scale"]) == "scale"


def test_did_you_mean_is_empty_where_nothing_is_close():
    assert did_you_mean("trian", {"training"}) == "did you mean 'training'?"
    assert did_you_mean("xyz", {"training"}) == ""
    assert did_you_mean("xyz", ()) == ""


def test_parameters_are_not_alike_because_of_their_prefix():
    assert did_you_mean("params:depth", {"params:threshold"}) == ""
    assert did_you_mean("params:treshold", {"params:threshold", "threshold"}) == "did you mean 'params:threshold'?"


def test_among_very_many_candidates_only_case_may_differ():
    many = [f"name{number}" for number in range(3_000)]
    assert closest("NAME7", many) == "name7"
    assert closest("name_7", many) is None
    assert closest("name_7", many[:100]) == "name7"
