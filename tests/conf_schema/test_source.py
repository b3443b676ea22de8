from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conf_schema import Diagnostic, Place, Severity, Sources, parse_source

FILE = "conf/base/pipeline_ml.yml"


def read(text, env="base", file=FILE):
    source, findings = parse_source(text, file, env)
    assert findings == []
    return source


def findings_in(text):
    return parse_source(text, FILE)[1]


def only(findings):
    assert len(findings) == 1, findings
    return findings[0]


def spot(finding):
    return finding.code, finding.line, finding.column, finding.width


def marked(source, path, **options):
    """Give the characters that a place marks."""
    place, _ = source.find(path, **options)
    line = source.text.splitlines()[place.line - 1]
    return line[place.column - 1 : place.column - 1 + place.width]


DOCUMENT = """\
# Bindings.
_tags: &tags [training, 'other']

churn:
  training:
    pipeline: data_science
    tags: *tags
  inference: {pipeline: [a, "b c"], tags: inference}
  input_name:
  model: &model
    description: >
      folded
      text
    tags:
      - one
      - two
"""


class TestPlaces:
    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            (("churn", "training", "pipeline"), Place(6, 15, 12)),
            (("churn", "inference", "tags"), Place(8, 43, 9)),
            (("churn", "inference", "pipeline", 0), Place(8, 26, 1)),
            (("churn", "inference", "pipeline", 1), Place(8, 29, 5)),
            (("churn", "model", "tags", 1), Place(16, 9, 3)),
        ],
    )
    def test_a_value_is_found_with_its_width(self, path, expected):
        assert read(DOCUMENT).find(path) == (expected, len(path))

    def test_a_key_is_found_where_it_is_asked_for(self):
        source = read(DOCUMENT)
        assert marked(source, ("churn", "training", "pipeline"), on_key=True) == "pipeline"
        assert marked(source, ("churn", "inference"), on_key=True) == "inference"

    def test_a_mapping_is_pointed_at_by_its_key(self):
        source = read(DOCUMENT)
        assert marked(source, ("churn",)) == "churn"
        assert marked(source, ("churn", "training")) == "training"

    def test_on_key_concerns_the_last_step_only(self):
        assert marked(read(DOCUMENT), ("churn", "inference", "tags"), on_key=True) == "tags"

    def test_a_missing_key_leads_to_its_nearest_ancestor(self):
        source = read(DOCUMENT)
        assert source.find(("churn", "training", "nothing")) == (Place(5, 3, 8), 2)
        assert source.find(("churn", "nothing", "at", "all")) == (Place(4, 1, 5), 1)
        assert source.find(("nothing",)) == (Place(1, 1, 1), 0)

    def test_a_string_that_stands_for_a_list_of_one_is_its_own_first_item(self):
        assert read(DOCUMENT).find(("churn", "inference", "tags", 0))[0] == Place(8, 43, 9)

    def test_an_index_beyond_the_list_leads_to_the_list(self):
        assert marked(read(DOCUMENT), ("churn", "inference", "pipeline", 2)) == '[a, "b c"]'

    def test_an_item_behind_an_alias_is_found_where_it_is_written(self):
        assert marked(read(DOCUMENT), ("churn", "training", "tags", 1)) == "'other'"

    def test_the_place_of_a_value_that_is_left_out_is_behind_its_key(self):
        assert read(DOCUMENT).find(("churn", "input_name"))[0] == Place(9, 14, 1)

    def test_a_value_of_many_lines_has_width_one(self):
        assert read(DOCUMENT).find(("churn", "model", "description"))[0] == Place(11, 18, 1)

    def test_a_key_that_is_a_number_is_found_by_number_and_by_text(self):
        source = read("churn:\n  model: {1: one}\n")
        assert marked(source, ("churn", "model", 1)) == "one"
        assert marked(source, ("churn", "model", "1"), on_key=True) == "1"

    def test_columns_count_characters_not_bytes(self):
        source = read("größe_顧客: {input_name: 名, 'kéy': 😀, z: end}\n")
        assert marked(source, ("größe_顧客", "input_name")) == "名"
        assert marked(source, ("größe_顧客", "kéy")) == "😀"
        assert marked(source, ("größe_顧客", "z")) == "end"

    def test_crlf_counts_as_one_line_end(self):
        source = read("a:\r\n  b: 1\r\n\r\nc:\r\n  - d\r\n")
        assert source.find(("a", "b"))[0] == Place(2, 6, 1)
        assert source.find(("c", 0))[0] == Place(5, 5, 1)

    def test_a_byte_order_mark_is_no_part_of_the_first_name(self):
        assert list(read("\ufeffchurn:\n  input_name: x\n").names) == ["churn"]


class TestMergeKeys:
    TEXT = """\
_base: &base
  pipeline: data_science
  tags: training

_other: &other {tags: other, node_names: fit}

churn:
  training:
    <<: *base
    tags: mine
  inference:
    <<: [*base, *other]
"""

    def test_overriding_a_merged_key_is_no_duplicate(self):
        assert findings_in(self.TEXT) == []

    def test_the_values_are_those_of_yaml(self):
        values = read_anyway(self.TEXT).values
        assert values["churn"]["training"] == {"pipeline": "data_science", "tags": "mine"}
        assert values["churn"]["inference"] == {"pipeline": "data_science", "tags": "training", "node_names": "fit"}

    def test_a_merged_value_is_found_in_its_template(self):
        assert read_anyway(self.TEXT).find(("churn", "training", "pipeline"))[0] == Place(2, 13, 12)

    def test_a_key_of_ones_own_comes_before_a_merged_one(self):
        assert read_anyway(self.TEXT).find(("churn", "training", "tags"))[0] == Place(10, 11, 4)

    def test_of_several_merged_mappings_the_first_counts(self):
        source = read_anyway(self.TEXT)
        assert source.find(("churn", "inference", "tags"))[0] == Place(3, 9, 8)
        assert source.find(("churn", "inference", "node_names"))[0] == Place(5, 42, 3)

    def test_a_merge_into_a_template_that_is_merged_again_is_followed(self):
        text = "_a: &a {x: 1}\n_b: &b {<<: *a, y: 2}\nchurn: {<<: *b, y: 3}\n"
        assert findings_in(text) == []
        source = read_anyway(text)
        assert source.find(("churn", "x"))[0] == Place(1, 12, 1)
        assert source.find(("churn", "y"))[0] == Place(3, 20, 1)

    def test_a_duplicate_within_a_template_is_found_once(self):
        text = "_a: &a\n  x: 1\n  x: 2\nchurn: {<<: *a}\nother: {<<: *a}\n"
        assert spot(only(findings_in(text))) == ("duplicate-key", 3, 3, 1)

    @pytest.mark.parametrize(
        ("merges", "tags", "place"),
        [
            ("<<: [*base, *other]", "training", Place(3, 9, 8)),
            ("<<: [*other, *base]", "other", Place(5, 23, 5)),
            ("<<: [*none, *other, *base]", "other", Place(5, 23, 5)),
            ("<<: [*both, *base]", "other", Place(5, 23, 5)),
            ("<<: {<<: [*base, *other]}", "training", Place(3, 9, 8)),
            ("<<: [{tags: here}, *base]", "here", Place(7, 21, 4)),
        ],
    )
    def test_a_value_and_its_place_are_those_of_the_earlier_mapping(self, merges, tags, place):
        text = self.TEXT.partition("\nchurn:")[0] + "_none: &none {}\nchurn: {" + merges + "}\n"
        if "*both" in merges:
            text = text.replace("_none: &none {}", "_both: &both {<<: [*other, *base]}")
        source = read_anyway(text)
        assert source.values["churn"]["tags"] == tags
        assert source.find(("churn", "tags"))[0] == place

    def test_a_value_that_another_one_replaces_is_read_all_the_same(self):
        finding = only(findings_in("churn: {<<: {x: !!int no}, x: 1}\n"))
        assert (finding.code, finding.line, finding.column) == ("yaml-syntax", 1, 17)

    def test_a_mapping_within_a_merge_has_to_merge_mappings_as_well(self):
        assert only(findings_in("churn: {<<: {<<: 3}}\n")).code == "yaml-syntax"

    def test_a_second_merge_key_is_a_duplicate(self):
        finding = only(findings_in("_a: &a {x: 1}\n_b: &b {x: 2}\nchurn:\n  <<: *a\n  <<: *b\n"))
        assert spot(finding) == ("duplicate-key", 5, 3, 2)
        assert "[*one, *other]" in finding.hint

    def test_a_key_of_equals_sign_is_text(self):
        source = read("churn: {=: x}\n=: y\n")
        assert source.values == {"churn": {"=": "x"}, "=": "y"}

    def test_merged_top_level_names_are_names(self):
        source = read_anyway("_all: &all\n  churn: {input_name: x}\n<<: *all\nother: {}\n")
        assert source.names["churn"] == Place(2, 3, 5)
        assert "other" in source.names


def read_anyway(text):
    return parse_source(text, FILE)[0]


class TestNames:
    def test_names_are_the_top_level_keys_without_templates(self):
        assert read(DOCUMENT).names == {"churn": Place(4, 1, 5)}

    def test_a_document_of_templates_only_has_no_names(self):
        assert read("_a: 1\n_b: 2\n").names == {}

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
    def test_a_name_that_is_no_string_is_refused(self, key, kind):
        finding = only(findings_in(f"good: {{}}\n{key}: {{}}\n"))
        assert spot(finding) == ("bad-value", 2, 1, len(key))
        assert finding.message == f"the name of a binding is {kind}; it must be a string"
        assert finding.hint == f"put it in quotes: '{key}'"

    def test_a_date_is_a_name_as_kedro_reads_it(self):
        assert list(read("2024-01-31: {}\n").names) == ["2024-01-31"]

    def test_a_quoted_number_is_a_name(self):
        assert list(read("'2024': {}\n").names) == ["2024"]


class TestDuplicates:
    def test_a_binding_declared_twice_is_found_at_the_second(self):
        finding = only(findings_in("churn: {}\nother: {}\nchurn: {}\n"))
        assert spot(finding) == ("duplicate-key", 3, 1, 5)
        assert "line 1" in finding.message
        assert finding.binding == "churn"

    def test_a_nested_key_given_twice_is_found(self):
        finding = only(findings_in("churn:\n  training:\n    tags: a\n    pipeline: p\n    'tags': b\n"))
        assert spot(finding) == ("duplicate-key", 5, 5, 6)
        assert finding.path == ("churn", "training", "tags")

    def test_each_further_time_is_a_finding(self):
        found = [spot(each) for each in findings_in("a: {x: 1, x: 2, x: 3}")]
        assert sorted(found) == [("duplicate-key", 1, 11, 1), ("duplicate-key", 1, 17, 1)]

    def test_one_in_a_list_is_found(self):
        assert spot(only(findings_in("a:\n- {x: 1}\n- {y: 1, y: 2}\n"))) == ("duplicate-key", 3, 10, 1)

    def test_one_behind_an_alias_is_found_once(self):
        assert spot(only(findings_in("_t: &t {x: 1, x: 2}\na: *t\nb: *t\n"))) == ("duplicate-key", 1, 15, 1)

    def test_the_same_key_in_two_mappings_is_none(self):
        assert findings_in("a: {x: 1}\nb: {x: 1}\n") == []

    def test_a_number_and_its_quoted_text_are_two_keys(self):
        assert findings_in("a: {1: x, '1': y}\n") == []

    def test_the_rest_of_the_document_is_still_read(self):
        source, _ = parse_source("a: {x: 1, x: 2}\nb: {}\n", FILE)
        assert list(source.names) == ["a", "b"]


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

    @pytest.mark.parametrize("scalar", ["!!timestamp x", "!!bool x", "!!int x", "!!float x"])
    def test_a_scalar_that_its_tag_does_not_fit_is_found_in_its_line(self, scalar):
        finding = only(findings_in(f"a:\n  b: {scalar}\n"))
        assert (finding.code, finding.line, finding.column) == ("yaml-syntax", 2, 6)

    def test_a_depth_that_no_one_writes_is_refused(self):
        assert only(findings_in("[" * 2000)).code == "yaml-syntax"


class TestTags:
    @pytest.mark.parametrize(
        "tag",
        [
            "!!python/object/apply:os.mkdir [{}]",
            "!!python/object/new:os.mkdir [{}]",
            "!!python/name:os.mkdir",
            "!!python/module:os",
        ],
    )
    def test_a_tag_that_names_code_is_refused_and_nothing_runs(self, tag, tmp_path):
        made = tmp_path / "made"
        finding = only(findings_in(f"churn:\n  training: {tag.format(made)}\n"))
        assert (finding.code, finding.line, finding.column) == ("yaml-syntax", 2, 13)
        assert "python/" in finding.message
        assert not made.exists()


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
    def test_a_document_that_is_no_mapping_is_refused(self, text, kind, line, column):
        source, findings = parse_source(text, FILE)
        finding = only(findings)
        assert (finding.code, finding.line, finding.column) == ("bad-value", line, column)
        assert kind in finding.message
        assert finding.hint
        assert source.root is None

    def test_a_set_is_no_mapping(self):
        assert only(findings_in("!!set {a, b}\n")).code == "bad-value"

    @pytest.mark.parametrize("text", ["", "\n\n", "# a comment\n", "---\n", "--- # why\n...\n", "{}\n"])
    def test_a_document_without_content_is_a_warning(self, text):
        finding = only(findings_in(text))
        assert (finding.code, finding.severity) == ("empty-document", Severity.WARNING)
        assert (finding.line, finding.file) == (1, FILE)
        assert "pipeline_ml.yml" in finding.message

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

    def test_a_text_that_takes_minutes_to_read_is_refused(self):
        source, findings = parse_source("# " + "x" * 2_000_000, FILE)
        assert spot(only(findings)) == ("bad-value", 1, 1, 1)
        assert "2,000,000" in only(findings).message
        assert "pipeline_ml/part_1.yml" in only(findings).hint
        assert source.root is None

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

    def test_a_list_used_many_times_is_no_bomb(self):
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


class TestSources:
    BASE = "churn:\n  training: {tags: a}\n  input_name: x\n"
    LOCAL = "# local\nchurn:\n  training: {tags: b}\n"

    def sources(self, *, soft=False):
        base = read(self.BASE, "base", "conf/base/pipeline_ml.yml")
        local = read(self.LOCAL, "local", "conf/local/pipeline_ml.yml")
        return Sources((base, local), soft)

    def test_the_last_file_that_declares_a_binding_counts(self):
        assert self.sources().declaring("churn").env == "local"
        assert self.sources().declaring("nothing") is None

    def test_a_finding_gets_the_place_in_the_file_that_counts(self):
        found = self.sources().locate(Diagnostic("bad-value", "no", path=("churn", "training", "tags")))
        assert (found.file, found.line, found.column, found.width) == ("conf/local/pipeline_ml.yml", 3, 20, 1)

    def test_a_replaced_declaration_is_never_pointed_at(self):
        found = self.sources().locate(Diagnostic("bad-value", "no", path=("churn", "input_name")))
        assert (found.file, found.line) == ("conf/local/pipeline_ml.yml", 2)

    def test_merged_softly_the_file_that_has_the_key_is_pointed_at(self):
        found = self.sources(soft=True).locate(Diagnostic("bad-value", "no", path=("churn", "input_name")))
        assert (found.file, found.line, found.column) == ("conf/base/pipeline_ml.yml", 3, 15)

    def test_merged_softly_the_later_of_two_files_with_the_key_is_pointed_at(self):
        found = self.sources(soft=True).locate(Diagnostic("bad-value", "no", path=("churn", "training", "tags")))
        assert found.file == "conf/local/pipeline_ml.yml"

    def test_a_finding_that_has_its_place_keeps_it(self):
        placed = Diagnostic("bad-value", "no", path=("churn",), file="elsewhere.yml", line=7, column=3)
        assert self.sources().locate(placed) is placed

    def test_without_files_a_finding_has_no_place(self):
        assert Sources().locate(Diagnostic("bad-value", "no", path=("churn",))).file is None

    def test_the_line_of_a_finding_is_given(self):
        sources = self.sources()
        found = sources.locate(Diagnostic("bad-value", "no", path=("churn", "training", "tags")))
        assert sources.line(found) == "  training: {tags: b}"

    @pytest.mark.parametrize(("file", "line"), [("nowhere.yml", 1), ("conf/base/pipeline_ml.yml", 99), (None, 0)])
    def test_a_place_outside_the_texts_has_no_line(self, file, line):
        assert self.sources().line(Diagnostic("bad-value", "no", file=file, line=line)) is None


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="_"), min_size=1, max_size=8))
def test_every_place_that_names_give_marks_its_key(name):
    quoted = "'" + name.replace("'", "''") + "'"
    source, findings = parse_source(f"first: 1\n{quoted}: 2\n", FILE)
    if findings or len(name.splitlines()) != 1:
        return
    place = source.names[name]
    line = source.text.splitlines()[place.line - 1]
    assert line[place.column - 1 : place.column - 1 + place.width] == quoted


def test_a_date_that_kedro_reads_as_text_is_no_syntax_error():
    assert findings_in("a:\n  since: 2024-13-31\n") == []
