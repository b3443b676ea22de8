"""Where a model comes from."""

from __future__ import annotations

import yaml

from kedro_bind.model.plan import Artifact, NodePlan, Plan
from kedro_bind.packaging.lineage import LINEAGE_FILE, artifact_lineage, lineage_tags, write_lineage

VERSIONS = {"kedro-bind": "1.0", "kedro": "1.2.0"}


def test_artifacts_have_their_sha256_and_version():
    plan = Plan(
        name="m",
        input_name="x",
        nodes=[NodePlan(name="n", function="m:f", inputs="x", outputs="out")],
        artifacts={"a": Artifact(location="a.pkl", sha256="1"), "b": Artifact(location="b.pkl", sha256="2")},
        output_name="out",
    )
    assert artifact_lineage(plan, {"b": "2024-01-01"}) == {
        "a": {"sha256": "1"},
        "b": {"sha256": "2", "version": "2024-01-01"},
    }


def test_tags_have_what_is_known():
    git = {"commit": "abc", "dirty": True}
    assert lineage_tags({"binding": "churn", "env": "prod", "git": git, "versions": VERSIONS}) == {
        "kedro_bind.binding": "churn",
        "kedro_bind.env": "prod",
        "kedro_bind.version": "1.0",
        "kedro_version": "1.2.0",
        "git_commit": "abc",
        "git_dirty": "true",
    }
    tags = lineage_tags({"binding": "churn", "versions": VERSIONS})
    assert set(tags) == {"kedro_bind.binding", "kedro_bind.version", "kedro_version"}


def test_the_lineage_is_a_file_of_the_plan(tmp_path):
    lineage = {"versions": VERSIONS, "binding": "Zoë"}
    write_lineage(lineage, tmp_path)
    text = (tmp_path / LINEAGE_FILE).read_text(encoding="utf-8")
    assert yaml.safe_load(text) == lineage
    assert "Zoë" in text
