from __future__ import annotations

import pytest

from conf_schema import parse_source
from tests.conf_schema.reading import FILE, findings_in, only, read, spot


class TestExcess:
    @pytest.mark.parametrize(
        ("text", "line", "column"),
        [
            ("&a {x: *a}\n", 1, 1),
            ("churn: &a\n  b:\n    c: *a\n", 1, 8),
            ("churn: &a [1, [2, *a]]\n", 1, 8),
            ("churn: &a {<<: *a, x: 1}\n", 1, 8),
        ],
    )
    def test_a_value_that_contains_itself_is_refused(self, text, line, column):
        finding = only(findings_in(text))
        assert (finding.code, finding.line, finding.column) == ("bad-value", line, column)
        assert "contains itself" in finding.message

    def test_a_large_document_without_aliases_is_read(self):
        assert len(read("a: [" + "x, " * 120_000 + "]\n").values["a"]) == 120_000

    @pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
    def test_a_value_nested_too_deeply_is_refused_at_its_place(self, opening, closing):
        fine = f"a:\n  b: {opening * 45}{closing * 45}\n"
        assert findings_in(fine) == []
        finding = only(findings_in(f"a:\n  b: {opening * 150}{closing * 150}\n"))
        assert (finding.code, finding.line) == ("bad-value", 2)
        assert "more than 50 levels" in finding.message

    def test_depth_is_counted_through_aliases(self):
        lines = ["_0: &a0 [x]", *(f"_{level}: &a{level} [*a{level - 1}]" for level in range(1, 60))]
        assert "more than 50 levels" in only(findings_in("\n".join(lines))).message

    def test_a_list_that_is_used_many_times_is_accepted(self):
        uses = "".join(f"b{index}: {{training: {{tags: *t}}}}\n" for index in range(2000))
        assert findings_in("_t: &t [a, b, c]\n" + uses) == []

    @pytest.mark.parametrize("merged", [False, True])
    def test_aliases_that_expand_without_measure_are_refused(self, merged):
        lines = ["_0: &a0 {k0: x, k1: x}" if merged else "_0: &a0 [x, x]"]
        for level in range(1, 60):
            pair = f"*a{level - 1}, *a{level - 1}"
            lines.append(f"_{level}: &a{level} " + (f"{{<<: [{pair}]}}" if merged else f"[{pair}]"))
        finding = only(findings_in("\n".join(lines)))
        assert finding.code == "bad-value"
        assert "expand" in finding.message


class TestDuplicateKeys:
    def test_a_binding_declared_twice_is_found_at_the_second(self):
        finding = only(findings_in("churn: {}\nother: {}\nchurn: {}\n"))
        assert spot(finding) == ("duplicate-key", 3, 1, 5)
        assert "line 1" in finding.message
        assert finding.binding == "churn"

    def test_a_nested_key_given_twice_is_found(self):
        finding = only(findings_in("churn:\n  training:\n    tags: a\n    pipeline: p\n    'tags': b\n"))
        assert spot(finding) == ("duplicate-key", 5, 5, 6)
        assert finding.path == ("churn", "training", "tags")

    def test_every_repetition_is_a_finding(self):
        found = [spot(finding) for finding in findings_in("a: {x: 1, x: 2, x: 3}")]
        assert sorted(found) == [("duplicate-key", 1, 11, 1), ("duplicate-key", 1, 17, 1)]

    def test_one_in_a_list_is_found(self):
        assert spot(only(findings_in("a:\n- {x: 1}\n- {y: 1, y: 2}\n"))) == ("duplicate-key", 3, 10, 1)

    def test_one_behind_an_alias_is_found_once(self):
        assert spot(only(findings_in("_t: &t {x: 1, x: 2}\na: *t\nb: *t\n"))) == ("duplicate-key", 1, 15, 1)

    def test_the_same_key_in_two_mappings_is_not_a_duplicate(self):
        assert findings_in("a: {x: 1}\nb: {x: 1}\n") == []

    def test_a_number_and_its_quoted_text_are_two_keys(self):
        assert findings_in("a: {1: x, '1': y}\n") == []

    def test_the_rest_of_the_document_is_still_read(self):
        source, _ = parse_source("a: {x: 1, x: 2}\nb: {}\n", FILE)
        assert list(source.names) == ["a", "b"]

    def test_a_second_merge_key_is_a_duplicate(self):
        finding = only(findings_in("_a: &a {x: 1}\n_b: &b {x: 2}\nchurn:\n  <<: *a\n  <<: *b\n"))
        assert spot(finding) == ("duplicate-key", 5, 3, 2)
        assert "[*one, *other]" in finding.hint

    def test_a_duplicate_within_a_template_is_found_once(self):
        text = "_a: &a\n  x: 1\n  x: 2\nchurn: {<<: *a}\nother: {<<: *a}\n"
        assert spot(only(findings_in(text))) == ("duplicate-key", 3, 3, 1)

    def test_a_key_that_overrides_a_merged_one_is_not_a_duplicate(self):
        assert findings_in("_base: &base {tags: training}\nchurn: {<<: *base, tags: mine}\n") == []


class TestBadNames:
    @pytest.mark.parametrize(
        ("key", "kind"),
        [
            ("2024", "a number"),
            ("1.5", "a number"),
            ("yes", "a boolean"),
            ("~", "null"),
            ("1e3", "a number"),
        ],
    )
    def test_a_name_that_is_not_a_string_is_rejected(self, key, kind):
        finding = only(findings_in(f"good: {{}}\n{key}: {{}}\n"))
        assert spot(finding) == ("bad-value", 2, 1, len(key))
        assert finding.message == f"the name of a binding is {kind}; it must be a string"
        assert finding.hint == f"put it in quotes: '{key}'"
