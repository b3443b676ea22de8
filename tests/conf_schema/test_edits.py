from __future__ import annotations

import pytest

from conf_schema import Diagnostic, Sources, Suggestion, apply_edits, did_you_mean, parse_source, suggested_edits
from conf_schema.diagnostics import Severity


def sources_of(text, file="conf/base/pipeline_ml.yml"):
    return Sources((parse_source(text, file)[0],))


def fixed(text, *findings):
    """Return the text with the suggestions of findings, each written as path, wrong name, replacement."""
    sources = sources_of(text)
    located = [
        sources.locate(Diagnostic("bad-value", "m", Suggestion(wrong, right), path=path, on_key=on_key))
        for path, wrong, right, on_key in findings
    ]
    return apply_edits(text, suggested_edits(located, sources))


TAGS = ("churn", "training", "tags")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("churn: {training: {tags: trian}}  # why\r\n", "churn: {training: {tags: training}}  # why\r\n"),
        ("churn:\n  training:\n    tags:  'trian' # x\n", "churn:\n  training:\n    tags:  'training' # x\n"),
        ('{"churn": {"training": {"tags": "trian"}}}', '{"churn": {"training": {"tags": "training"}}}'),
        ("churn: {training: {tags: &t trian}}", "churn: {training: {tags: &t training}}"),
        ("churn: {training: {tags: !!str 'trian'}}", "churn: {training: {tags: !!str 'training'}}"),
        ("\ufeffchurn: {training: {tags: trian}}", "\ufeffchurn: {training: {tags: training}}"),
        ("é: 1\nchurn: {training: {tags: trian}}", "é: 1\nchurn: {training: {tags: training}}"),
        ("churn: {training: {tags: '${globals:trian}'}}", "churn: {training: {tags: '${globals:training}'}}"),
    ],
)
def test_only_the_name_changes_and_its_quotes_stay(text, expected):
    assert fixed(text, (TAGS, "trian", "training", False)) == expected


PLAIN = ["é", "params:x", "it's"]
QUOTED = ["a: b", "yes", "1.5", "# x", "a]", "{a", "null", "*a", " a"]


@pytest.mark.parametrize("right", PLAIN + QUOTED)
def test_a_replacement_is_quoted_where_yaml_needs_it(right):
    text = fixed("churn:\n  training:\n    tags: [trian, other]  # c\n", ((*TAGS, 0), "trian", right, False))
    assert parse_source(text, "x")[0].values["churn"]["training"]["tags"] == [right, "other"]
    assert text.endswith(", other]  # c\n")
    assert text.split("[")[1].startswith("'") == (right in QUOTED)


def test_a_key_is_replaced_and_not_its_value():
    assert fixed("churn:\n  traning : {tags: x}\n", (("churn", "traning"), "traning", "training", True)) == (
        "churn:\n  training : {tags: x}\n"
    )


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        # The name is not in the text at that place: the mistake is in the code.
        ("churn: {training: {}}", [(("churn", "training"), "params:a", "params:b", True)]),
        # The key exists already.
        ("churn: {tag: a, tags: b}", [(("churn", "tag"), "tag", "tags", True)]),
        # Two findings want different names.
        (
            "churn: {training: &t {tags: a}, inference: *t}",
            [(TAGS, "a", "b", False), (("churn", "inference", "tags"), "a", "c", False)],
        ),
        # The other selection uses the same text, and has no such finding.
        ("churn: {training: &t {tags: a}, inference: *t}", [(TAGS, "a", "b", False)]),
        # Another binding uses the same text, and has no such finding.
        ("_t: &t {tags: a}\nchurn: {training: *t}\nother: {training: *t}", [(TAGS, "a", "b", False)]),
        ("churn: {training: {tags: |\n  a\n  }}", [(TAGS, "a", "b", False)]),
        ("churn: {training: {tags: '${a}_${a}'}}", [(TAGS, "a", "b", False)]),
    ],
)
def test_what_is_uncertain_stays(text, findings):
    assert fixed(text, *findings) == text


def test_text_that_several_bindings_use_is_edited_once_if_all_agree():
    text = "_t: &t {tags: a}\nchurn: {training: *t}\nother: {training: {<<: *t}}"
    findings = [((name, "training", "tags"), "a", "b", False) for name in ("churn", "other")]
    assert fixed(text, *findings) == text.replace("tags: a", "tags: b")


def test_a_template_is_edited_although_a_binding_overrides_what_is_wrong_in_it():
    text = "_t: &t {tags: a}\nchurn: {training: *t}\nother: {training: {<<: *t, tags: right}}"
    assert fixed(text, (TAGS, "a", "b", False)) == text.replace("tags: a", "tags: b")


def test_an_edit_that_breaks_the_text_does_not_keep_others_from_being_made():
    findings = [(("churn", "tag"), "tag", "tags", True), (("churn", "input_nam"), "input_nam", "input_name", True)]
    assert fixed("churn: {tag: a, tags: b, input_nam: c}", *findings) == "churn: {tag: a, tags: b, input_name: c}"


def test_an_edit_says_where_and_what():
    sources = sources_of("churn: {training: {tags: 'trian'}}")
    hint = did_you_mean("trian", ["training"])
    finding = sources.locate(Diagnostic("empty-selection", "m", hint, Severity.WARNING, TAGS))
    (edit,) = suggested_edits([finding], sources)
    assert edit.text == "conf/base/pipeline_ml.yml:1:26: replaced 'trian' with 'training'"


def test_a_suggestion_that_is_part_of_more_text_or_one_of_two_is_not_applied():
    hint = did_you_mean("trian", ["training"])
    assert Diagnostic("bad-value", "m", hint).suggestion == hint
    assert Diagnostic("bad-value", "m", f"{hint} If not, add it").suggestion is None
    either = did_you_mean("scaler", ["scaler1", "scaler2"])
    assert either == "did you mean 'scaler1' or 'scaler2'?"
    assert Diagnostic("bad-value", "m", either).suggestion is None
