from __future__ import annotations

import pytest

from conf_schema import Severity, parse_source
from tests.conf_schema.reading import FILE, findings_in, only, spot


class TestSyntax:
    @pytest.mark.parametrize(
        ("text", "line", "column"),
        [
            ("a: [1\nb: 2\n", 2, 2),
            ("a: {\n", 2, 1),
            ("a: b: c\n", 1, 5),
            ("a:\n\tb: 1\n", 2, 1),
            ("a: *nowhere\n", 1, 4),
            ("a: 'open\n", 2, 1),
            ("a: 1\n---\nb: 2\n", 2, 1),
            ("a: 1\n b: 2\n", 2, 3),
            ("a: !!python/object/apply:os.system [exit]\n", 1, 4),
            ("a: !mine 3\n", 1, 4),
            ("? [a, b]\n: 1\n", 1, 3),
            ("a: {<<: 3}\n", 1, 9),
        ],
    )
    def test_an_error_is_found_where_the_parser_is_stuck(self, text, line, column):
        source, findings = parse_source(text, FILE)
        finding = only(findings)
        assert (finding.code, finding.line, finding.column) == ("yaml-syntax", line, column)
        assert "\n" not in finding.message
        assert source.root is None
        assert source.names == {}

    @pytest.mark.parametrize(
        ("text", "line", "column"),
        [
            ("a: \x07\n", 1, 4),
            ("a: 1\nb: x\x1by\n", 2, 5),
            ("a: 1\r\nb: \x00\r\n", 2, 4),
            ("ä: 顧\x08\n", 1, 5),
            ("a: \ud800\n", 1, 4),
        ],
    )
    def test_a_character_that_yaml_forbids_is_found(self, text, line, column):
        finding = only(findings_in(text))
        assert (finding.code, finding.line, finding.column) == ("yaml-syntax", line, column)
        assert "is not allowed" in finding.message

    def test_a_forbidden_character_is_named_not_repeated(self):
        assert "#x001b" in only(findings_in("a: \x1b[31m\n")).message

    def test_a_lone_carriage_return_ends_a_line(self):
        assert spot(only(findings_in("a: 1\rb: \x07\r")))[:3] == ("yaml-syntax", 2, 4)

    def test_a_depth_that_no_one_writes_is_refused(self):
        assert only(findings_in("[" * 2000)).code == "yaml-syntax"


class TestShape:
    @pytest.mark.parametrize(
        ("text", "kind", "line", "column"),
        [
            ("- churn\n", "a list", 1, 1),
            ("\n\n[a, b]\n", "a list", 3, 1),
            ("churn\n", "a single value", 1, 1),
            ("# why\n'text'\n", "a single value", 2, 1),
            ("42\n", "a single value", 1, 1),
        ],
    )
    def test_a_document_that_is_not_a_mapping_is_rejected(self, text, kind, line, column):
        source, findings = parse_source(text, FILE)
        finding = only(findings)
        assert (finding.code, finding.line, finding.column) == ("bad-value", line, column)
        assert kind in finding.message
        assert finding.hint
        assert source.root is None

    def test_a_set_is_not_a_mapping(self):
        assert only(findings_in("!!set {a, b}\n")).code == "bad-value"

    @pytest.mark.parametrize("text", ["", "\n\n", "# a comment\n", "---\n", "--- # why\n...\n", "{}\n"])
    def test_a_document_without_content_is_a_warning(self, text):
        finding = only(findings_in(text))
        assert (finding.code, finding.severity) == ("empty-document", Severity.WARNING)
        assert (finding.line, finding.file) == (1, FILE)
        assert "pipeline_ml.yml" in finding.message

    def test_a_text_that_takes_minutes_to_read_is_refused(self):
        source, findings = parse_source("# " + "x" * 2_000_000, FILE)
        assert spot(only(findings)) == ("bad-value", 1, 1, 1)
        assert "2,000,000" in only(findings).message
        assert "pipeline_ml/part_1.yml" in only(findings).hint
        assert source.root is None
