"""The bindings of a project as a table and as JSON."""

from __future__ import annotations

import json

import pytest
from kedro.config import OmegaConfigLoader

from kedro_bind.config.document import read_config
from kedro_bind.render.listing import render_listing

DOCUMENT = """\
churn:
  training: {pipeline: science, tags: [a, b]}
  inference: {pipeline: [science, more], exclude_tags: slow}
  evaluation: {pipeline: scoring}
  model: {registered_model_name: churn, aliases: [champion, live]}
broken: {training: {}}
"""


@pytest.fixture
def config(tmp_path):
    (tmp_path / "conf/base").mkdir(parents=True)
    (tmp_path / "conf/base/pipeline_ml.yml").write_text(DOCUMENT)
    return read_config(OmegaConfigLoader(str(tmp_path / "conf"), base_env="base", default_run_env="base"), tmp_path)


def test_a_binding_is_a_row(config):
    header, churn, broken = render_listing(config, "text").splitlines()
    columns = ["binding", "training", "inference", "input", "evaluation", "registers", "row-wise", "declared", "at"]
    assert header.split() == columns
    assert [cell.strip() for cell in churn.split("  ") if cell] == [
        "churn",
        "science (tags a, b)",
        "science + more (exclude_tags slow)",
        "(inferred)",
        "scoring",
        "churn@champion,live",
        "auto",
        "conf/base/pipeline_ml.yml:1",
    ]
    assert "invalid; run 'kedro bind check broken' to see why" in broken
    assert render_listing(config, "text", colour=True).startswith("\x1b[1mbinding")


def test_json_has_the_selections(config):
    churn, broken = json.loads(render_listing(config, "json"))["bindings"]
    assert churn["inference"] == {"pipeline": ["science", "more"], "exclude_tags": ["slow"]}
    assert (churn["registered_model_name"], churn["aliases"], churn["line"]) == ("churn", ["champion", "live"], 1)
    assert (broken["valid"], broken["training"], broken["line"]) == (False, None, 6)


def test_there_may_be_none():
    assert render_listing(None, "text") == "no bindings; declare one in conf/base/pipeline_ml.yml"
    assert json.loads(render_listing(None, "json")) == {"bindings": []}
