from __future__ import annotations

import pytest

from conf_schema import Place
from tests.conf_schema.reading import findings_in, only, read_anyway


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

    def test_the_values_are_those_of_yaml(self):
        values = read_anyway(self.TEXT).values
        assert values["churn"]["training"] == {"pipeline": "data_science", "tags": "mine"}
        assert values["churn"]["inference"] == {"pipeline": "data_science", "tags": "training", "node_names": "fit"}

    def test_a_merged_value_is_found_in_its_template(self):
        assert read_anyway(self.TEXT).find(("churn", "training", "pipeline"))[0] == Place(2, 13, 12)

    def test_a_key_of_the_mapping_itself_wins_over_a_merged_one(self):
        assert read_anyway(self.TEXT).find(("churn", "training", "tags"))[0] == Place(10, 11, 4)

    def test_the_first_of_several_merged_mappings_wins(self):
        source = read_anyway(self.TEXT)
        assert source.find(("churn", "inference", "tags"))[0] == Place(3, 9, 8)
        assert source.find(("churn", "inference", "node_names"))[0] == Place(5, 42, 3)

    def test_a_merge_into_a_template_that_is_merged_again_is_followed(self):
        text = "_a: &a {x: 1}\n_b: &b {<<: *a, y: 2}\nchurn: {<<: *b, y: 3}\n"
        assert findings_in(text) == []
        source = read_anyway(text)
        assert source.find(("churn", "x"))[0] == Place(1, 12, 1)
        assert source.find(("churn", "y"))[0] == Place(3, 20, 1)

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

    def test_merged_top_level_names_are_names(self):
        source = read_anyway("_all: &all\n  churn: {input_name: x}\n<<: *all\nother: {}\n")
        assert source.names["churn"] == Place(2, 3, 5)
        assert "other" in source.names
