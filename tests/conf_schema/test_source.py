from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conf_schema import Diagnostic, Place, Sources, parse_source
from tests.conf_schema.reading import DOCUMENT, FILE, read


def marked(source, path, **options):
    """Return the characters that a place marks."""
    place, _ = source.find(path, **options)
    line = source.text.splitlines()[place.line - 1]
    return line[place.column - 1 : place.column - 1 + place.width]


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

    def test_a_string_in_place_of_a_list_is_its_first_item(self):
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

    def test_a_byte_order_mark_is_not_part_of_the_first_name(self):
        assert list(read("\ufeffchurn:\n  input_name: x\n").names) == ["churn"]


class TestNames:
    def test_names_are_the_top_level_keys_without_templates(self):
        assert read(DOCUMENT).names == {"churn": Place(4, 1, 5)}

    def test_a_document_of_templates_only_has_no_names(self):
        assert read("_a: 1\n_b: 2\n").names == {}

    def test_a_quoted_number_is_a_name(self):
        assert list(read("'2024': {}\n").names) == ["2024"]


class TestSources:
    BASE = "churn:\n  training: {tags: a}\n  input_name: x\n"

    LOCAL = "# local\nchurn:\n  training: {tags: b}\n"

    def sources(self, *, soft=False):
        base = read(self.BASE, "base", "conf/base/pipeline_ml.yml")
        local = read(self.LOCAL, "local", "conf/local/pipeline_ml.yml")
        return Sources((base, local), soft)

    def test_the_last_file_that_declares_a_binding_is_in_force(self):
        assert self.sources().declaring("churn").env == "local"
        assert self.sources().declaring("nothing") is None

    def test_a_finding_gets_the_place_in_the_file_in_force(self):
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
def test_the_place_of_a_name_marks_its_key(name):
    quoted = "'" + name.replace("'", "''") + "'"
    source, findings = parse_source(f"first: 1\n{quoted}: 2\n", FILE)
    if findings or len(name.splitlines()) != 1:
        return
    place = source.names[name]
    line = source.text.splitlines()[place.line - 1]
    assert line[place.column - 1 : place.column - 1 + place.width] == quoted
