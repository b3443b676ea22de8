from __future__ import annotations

import string

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conf_schema import Binding, Sources, parse_source, validate_binding, validate_document
from conf_schema.diagnostics import Diagnostic

GOOD = """\
churn:
  training:
    pipeline: data_science
    tags: [training]
  inference:
    pipeline: data_science
    tags: inference
  input_name: customers
  copy_mode: {classifier: assign}
  runner: {type: ThreadRunner, max_workers: 4}
  artifacts: {serving.scaler: scaler}
  model:
    registered_model_name: churn
    aliases: [challenger, champion]
    input_example: 3
    predict_params: [params:threshold]
"""


def check(text):
    """Return the findings about a text, placed."""
    source, findings = parse_source(text, "f.yml")
    named = {name: value for name, value in source.values.items() if not str(name).startswith("_")}
    _, problems = validate_document(named)
    return [Sources((source,)).locate(finding) for finding in (*findings, *problems)]


def only(text):
    findings = check(text)
    assert len(findings) == 1, findings
    return findings[0]


def marked(text, finding):
    return text.splitlines()[finding.line - 1][finding.column - 1 : finding.column - 1 + finding.width]


def edited(old, new):
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def test_a_good_document_has_no_findings():
    assert check(GOOD) == []


def test_input_name_may_be_left_out_and_have_a_twin_in_training():
    text = edited("  input_name: customers\n", "").replace("tags: [training]", "input_name: training.customers")
    assert check(text) == []


def test_only_training_has_an_input_name_of_its_own():
    finding = only(edited("tags: inference", "input_name: customers"))
    assert (finding.code, finding.path[-2:]) == ("unknown-key", ("inference", "input_name"))


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "mark", "hint"),
    [
        ("  copy_mode", "  copymode", "unknown-key", 9, "copymode", "did you mean 'copy_mode'?"),
        ("    tags: inf", "    tag: inf", "unknown-key", 7, "tag", "did you mean 'tags'?"),
        ("    aliases", "    alias", "unknown-key", 14, "alias", "did you mean 'aliases'?"),
        ("  training:\n    pipeline: data_science\n", "  training:\n    input_name: 3\n", "bad-value", 3, "3", ""),
        (
            "  training:\n",
            "  training:\n    input_nam: x\n",
            "unknown-key",
            3,
            "input_nam",
            "did you mean 'input_name'?",
        ),
        ("input_name: customers", "input_name: 3", "bad-value", 8, "3", ""),
        ("input_name: customers", "input_name: ''", "bad-value", 8, "''", ""),
        ("input_name: customers", "input_name: [customers]", "bad-value", 8, "[customers]", ""),
        ("tags: [training]", "tags: [training, 7]", "bad-value", 4, "7", ""),
        ("tags: [training]", "tags: [training, {a: b}]", "bad-value", 4, "{a: b}", ""),
        ("tags: inference", "tags: 7", "bad-value", 7, "7", ""),
        ("tags: inference", "tags: ''", "bad-value", 7, "''", ""),
        ("tags: [training]", "tags: []", "bad-value", 4, "[]", ""),
        ("classifier: assign", "classifier: asign", "bad-value", 9, "asign", "did you mean 'assign'?"),
        ("{classifier: assign}", "deepcpy", "bad-value", 9, "deepcpy", "did you mean 'deepcopy'?"),
        ("{classifier: assign}", "[assign]", "bad-value", 9, "[assign]", ""),
        ("type: ThreadRunner", "type: 4", "bad-value", 10, "4", ""),
        ("{serving.scaler: scaler}", "{serving.scaler: 1}", "bad-value", 11, "1", ""),
        ("{serving.scaler: scaler}", "[scaler]", "bad-value", 11, "[scaler]", ""),
        ("input_example: 3", "input_example: 0", "bad-value", 15, "0", ""),
        ("input_example: 3", "input_example: some", "bad-value", 15, "some", ""),
        ("[challenger, champion]", "[challenger, 2]", "bad-value", 14, "2", ""),
        (
            "    registered_model_name: churn\n",
            "",
            "bad-value",
            13,
            "[challenger, champion]",
            "add 'registered_model_name'",
        ),
        ("[params:threshold]", "some", "bad-value", 16, "some", ""),
        ("[params:threshold]", "[null]", "bad-value", 16, "null", ""),
    ],
)
def test_a_mistake_is_found_at_its_place(old, new, code, line, mark, hint):
    text = edited(old, new)
    finding = only(text)
    assert (finding.code, finding.line) == (code, line)
    assert marked(text, finding) == mark
    assert finding.hint.startswith(hint)
    assert finding.binding == "churn"


def test_every_missing_key_is_a_finding_at_the_binding():
    findings = check("\nchurn: {}\n")
    places = [(finding.code, finding.line, finding.column, finding.width) for finding in findings]
    assert places == [("missing-key", 2, 1, 5)] * 2
    assert {finding.path[-1] for finding in findings} == {"training", "inference"}


@pytest.mark.parametrize(("value", "column"), [("", 7), (" 3", 8), (" text", 8), (" [a]", 8)])
def test_a_binding_that_is_not_a_mapping_is_found_at_its_value_and_named(value, column):
    finding = only(f"churn:{value}\n")
    assert (finding.code, finding.line, finding.column) == ("bad-value", 1, column)
    assert "'churn'" in finding.message


def test_an_unknown_key_without_a_close_match_lists_the_keys():
    assert "'input_name'" in only(GOOD + "  zzz: 1\n").hint


def test_a_known_key_in_the_wrong_mapping_is_unknown_there():
    finding = only(GOOD + "    copy_mode: assign\n")
    assert (finding.code, finding.line) == ("unknown-key", 17)
    assert "'model'" in finding.message


def test_a_value_in_a_template_is_found_where_it_is_written():
    text = "_bad: &bad [training, 3]\n" + edited("[training]", "*bad")
    finding = only(text)
    assert (finding.line, marked(text, finding)) == (1, "3")


def test_a_key_merged_from_a_template_is_found_where_it_is_written():
    text = "_more: &more\n  copymode: assign\n" + edited("churn:\n", "churn:\n  <<: *more\n")
    finding = only(text)
    assert (finding.code, finding.line, marked(text, finding)) == ("unknown-key", 2, "copymode")


def test_a_bad_value_that_overrides_a_merged_one_is_found_at_the_override():
    text = "_base: &base {tags: good}\n" + edited("    tags: [training]\n", "    <<: *base\n    tags: [7]\n")
    finding = only(text)
    assert (finding.code, finding.line, marked(text, finding)) == ("bad-value", 6, "7")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("    tags: [training]\n", "    1: one\n", 4),
        ("{serving.scaler: scaler}", "{1: scaler}", 11),
        ("{classifier: assign}", "{1: assign}", 9),
    ],
)
def test_a_key_that_is_not_a_string_is_found_at_the_key(old, new, line):
    text = edited(old, new)
    finding = only(text)
    assert (finding.code, finding.line) == ("bad-value", line)
    assert marked(text, finding) == "1"
    assert "Keys should be strings" not in finding.message


def test_a_key_that_is_spelled_like_a_tag_of_ours_hides_no_place():
    text = edited("{classifier: assign}", "{<each>: assign, <one>: 3}")
    finding = only(text)
    assert (finding.line, marked(text, finding)) == (9, "3")
    findings = check(edited("{classifier: assign}", "{<each>: [], -1: 4}"))
    assert {finding.column for finding in findings} == {23, 27, 31}


def test_the_name_of_a_dataset_does_not_change_what_its_copy_mode_may_be():
    message = only(edited("{classifier: assign}", "{runner: asign}")).message
    assert "'assign', 'copy' or 'deepcopy'" in message
    assert "runner, or" not in message


def test_a_broken_binding_does_not_take_the_others_with_it():
    source, _ = parse_source(GOOD + "\nother: 3\n", "f.yml")
    document, findings = validate_document(source.values)
    assert list(document.bindings) == ["churn"]
    assert [finding.binding for finding in findings] == ["other"]


def test_an_empty_name_is_a_finding():
    finding = only(GOOD.replace("churn:\n", "'':\n", 1))
    assert (finding.code, finding.line, finding.column) == ("bad-value", 1, 1)


@pytest.mark.parametrize("name", ["1", "~", "yes", "1.5"])
def test_a_name_that_is_not_a_string_is_one_finding(name):
    assert only(GOOD.replace("churn:\n", f"{name}:\n", 1)).code == "bad-value"


def test_a_long_value_is_cut():
    finding = only(edited("{classifier: assign}", "x" * 300))
    assert len(finding.message) < 200


@pytest.mark.parametrize("value", [r'"a\nb"', r'"a\e[31mb"', r'"a\rb"'])
def test_a_message_is_one_line_without_control_characters(value):
    message = only(edited("{classifier: assign}", value)).message
    assert message.isprintable()


@pytest.mark.parametrize("value", [".nan", ".inf", "-.inf", "!!timestamp 2024-01-31", "!!binary aGk=", "!!set {a}"])
def test_a_value_of_any_yaml_type_is_a_finding_in_words(value):
    finding = only(edited("customers", value))
    assert finding.code == "bad-value"
    assert finding.line == 8


def test_validate_binding_returns_the_binding_or_the_findings():
    binding, findings = validate_binding("churn", {"training": {}, "inference": {}, "input_name": "x"})
    assert isinstance(binding, Binding)
    assert findings == []
    binding, findings = validate_binding("churn", None)
    assert binding is None
    assert len(findings) == 1


NAMES = st.text(string.ascii_lowercase + "_$.{}:1é顧 ", min_size=0, max_size=10)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | NAMES | st.dates() | st.binary(max_size=3)
KEYS = st.sampled_from(
    ["training", "inference", "input_name", "runner", "copy_mode", "artifacts", "model", "tags", "pipeline", "type"]
) | st.sampled_from(
    ["input_example", "code_paths", "conda_env", "predict_params", "metadata", "aliases", "<each>", "<one>", "[key]"]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | NAMES | st.integers(), inner, max_size=4),
    max_leaves=12,
)


def assert_reads(text):
    """Reading never raises, and every finding has a place in the text and is JSON-ready."""
    source, findings = parse_source(text, "f.yml")
    document, problems = validate_document(source.values)
    lines = text.count("\n") + text.count("\r") + text.count("\x85") + text.count("\u2028") + text.count("\u2029") + 1
    for finding in (*findings, *(Sources((source,)).locate(problem) for problem in problems)):
        assert isinstance(finding, Diagnostic)
        assert finding.message
        assert 1 <= finding.line <= lines
        assert finding.column >= 1
        assert finding.width >= 1
        finding.as_dict()
    assert all(isinstance(name, str) for name in document.bindings)


@settings(deadline=None, max_examples=120)
@given(st.binary(max_size=200))
def test_no_bytes_make_reading_raise(data):
    assert_reads(data.decode("utf-8", errors="replace"))


@settings(deadline=None, max_examples=120)
@given(st.text("abc:-[]{}&*<>!|'\"%@#,?~=1.\n\t \\", max_size=80))
@example("a: !!bool x")
@example("a: !!timestamp x")
@example("!!set {a}")
@example("a: =")
@example("<<: [1]")
@example("? [a]\n: 1")
def test_no_text_of_yaml_characters_makes_reading_raise(text):
    assert_reads(text)


@settings(deadline=None, max_examples=120)
@given(st.integers(0, len(GOOD)), st.integers(0, 12), st.text("ab:-[]{}&*<!'\"#,\n 1", max_size=6))
def test_no_edit_of_a_good_document_makes_reading_raise(start, length, inserted):
    assert_reads(GOOD[:start] + inserted + GOOD[start + length :])


@settings(deadline=None, max_examples=120)
@given(st.dictionaries(NAMES, VALUES, max_size=3))
def test_no_values_make_reading_raise(values):
    assert_reads(yaml.safe_dump(values, allow_unicode=True))


@settings(deadline=None, max_examples=120)
@example({"copy_mode": {"<each>": [], -1: None}})
@given(
    st.dictionaries(st.sampled_from(["training", "inference", "input_name", "runner", "copy_mode", "model"]), VALUES)
)
def test_no_values_of_a_binding_make_reading_raise(values):
    good = {"training": {}, "inference": {}, "input_name": "x"}
    assert_reads(yaml.safe_dump({"churn": {**good, **values}}, allow_unicode=True))
