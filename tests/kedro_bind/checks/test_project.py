"""Every check of a Kedro project."""

from __future__ import annotations

import pytest
from kedro.config import OmegaConfigLoader
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro_datasets.pickle import PickleDataset

from kedro_bind import pipeline_ml_factory
from kedro_bind.checks.project import Project, bindings_in_code, check_project

TRAINING = Pipeline([node(max, ["x"], "model", name="fit", tags="training")])
INFERENCE = Pipeline([node(max, ["x", "model"], "out", name="predict", tags="inference")])
PIPELINES = {"science": TRAINING + INFERENCE, "__default__": TRAINING + INFERENCE}
DOCUMENT = """
churn:
  training: {pipeline: science, tags: training}
  inference: {pipeline: science, tags: inference}
  input_name: x
"""


def fail():
    raise RuntimeError("no such table")


@pytest.fixture
def check(tmp_path):
    """Check a project with a document, real pipelines and a real catalog."""

    def run(document, names=(), env="local", pipelines=PIPELINES, catalog=None):
        (tmp_path / "conf/base").mkdir(parents=True)
        (tmp_path / "conf/local").mkdir()
        (tmp_path / "conf/base/pipeline_ml.yml").write_text(document)
        loader = OmegaConfigLoader(str(tmp_path / "conf"), base_env="base", default_run_env="local", env=env)
        stored = DataCatalog({"x": PickleDataset(filepath="x.pkl"), "model": PickleDataset(filepath="model.pkl")})
        project = Project(
            loader,
            tmp_path,
            None,
            lambda: pipelines if isinstance(pipelines, dict) else pipelines(),
            catalog or (lambda: stored),
        )
        report = check_project(project, names)
        return report, [(finding.code, finding.line) for finding in report.findings]

    return run


def test_a_valid_project_has_no_finding(check):
    report, found = check(DOCUMENT)
    assert (found, report.names, report.env) == ([], ("churn",), "local")


def test_findings_of_all_layers_are_sorted_by_place(check):
    text = DOCUMENT.replace("tags: training", "tags: trainin").replace("input_name: x", "input_nam: x\n  runner: Gone")
    assert [code for code, _ in check(text)[1]] == ["empty-selection", "unknown-key", "unknown-runner"]


def test_only_the_bindings_asked_for_are_checked(check):
    report, found = check(DOCUMENT + "broken: {}\n", ["churn"])
    assert (found, report.names) == ([], ("churn",))


def test_pipelines_that_can_not_be_loaded_are_a_finding(check):
    report, found = check(DOCUMENT, pipelines=fail)
    assert [code for code, _ in found] == ["broken-project"]
    assert report.findings[0].message == "the project's pipelines can't be loaded: RuntimeError: no such table"


def test_a_catalog_that_can_not_be_loaded_hides_no_other_finding(check):
    report, found = check(DOCUMENT + "  runner: Gone\n", catalog=fail)
    assert {code for code, _ in found} == {"broken-project", "unknown-runner"}
    assert any("the project's catalog and parameters can't be loaded" in finding.message for finding in report.findings)


def test_an_environment_without_a_folder_is_a_finding(check):
    report, found = check(DOCUMENT, env="prod")
    assert [code for code, _ in found] == ["broken-project"]
    assert report.findings[0].message.startswith("the environment 'prod' has no folder in the configuration")


def test_bindings_made_in_code_are_checked_too(check):
    made = pipeline_ml_factory(TRAINING, INFERENCE, "x")
    report, found = check(
        DOCUMENT, pipelines={**PIPELINES, "made": made}, catalog=lambda: DataCatalog({"x": MemoryDataset([1])})
    )
    assert report.names == ("churn", "made")
    assert [code for code, _ in found] == ["not-in-catalog", "not-in-catalog"]


def test_bindings_made_in_code_have_the_names_of_their_pipelines():
    made = pipeline_ml_factory(TRAINING, INFERENCE, "x")
    assert [binding.key for binding in bindings_in_code({"a": made, "b": TRAINING}, [])] == ["a"]
