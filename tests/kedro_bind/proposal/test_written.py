"""A proposed binding as commented YAML."""

from __future__ import annotations

import pytest
import yaml
from kedro.pipeline import Pipeline, node

from kedro_bind.proposal.written import commented_out, write_binding, write_document

TRAINING = Pipeline([node(len, "x", "model", name="fit")])
INFERENCE = Pipeline([node(max, ["x", "model"], "out", name="predict")])
VALUES = {
    "training": {"pipeline": "science", "tags": ["a", "b"]},
    "inference": {"pipeline": "science"},
    "input_name": "x",
    "artifacts": {"live.model": "model"},
}


@pytest.mark.parametrize("name", ["churn", "yes", "1e3", "null", "a: b", "é"])
def test_it_is_read_as_it_was_proposed(name):
    text = write_document([write_binding(name, VALUES, TRAINING, INFERENCE, ["model"])], "schema.json")
    assert yaml.safe_load(text) == {name: VALUES}
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    options = "".join(line.replace("# ", "", 1) for line in text.splitlines(keepends=True) if line.startswith("  # "))
    assert yaml.safe_load(options) == {"model": {"registered_model_name": name, "aliases": ["champion"]}}


def test_comments_say_what_is_known():
    lines = write_binding("churn", VALUES, TRAINING, INFERENCE, ["model"]).splitlines()
    assert "  training:  # fits model" in lines
    assert "  inference:  # returns out; nodes: predict" in lines
    assert "  input_name: x  # what a caller supplies" in lines
    assert "  #   registered_model_name: churn  # register each version, once it is verified" in lines


def test_options_of_the_model_are_not_suggested_beside_those_there_are():
    text = write_binding("churn", {**VALUES, "model": {"verify": False}})
    assert "# model:" not in text
    assert yaml.safe_load(text)["churn"]["model"] == {"verify": False}


def test_a_long_comment_is_cut():
    fitted = [f"a_fitted_object_{number}" for number in range(20)]
    (line,) = (
        line for line in write_binding("churn", VALUES, TRAINING, INFERENCE, fitted).splitlines() if "fits" in line
    )
    assert line.endswith(" …")
    assert len(line) < 120


def test_what_is_commented_out_is_not_read():
    text = commented_out("a: 1\n\n# b\n")
    assert text == "# a: 1\n#\n# # b\n"
    assert yaml.safe_load(text) is None
