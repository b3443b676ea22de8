"""Files that look like bindings and are not read; the golden cases `unread_*` have the wording."""

from __future__ import annotations

import pytest
from kedro.config import AbstractConfigLoader, OmegaConfigLoader

from kedro_bind.config.unread_files import unread_files


@pytest.fixture
def found(tmp_path):
    """Return a function that writes files into a project and lists those that are reported as unread."""

    def names(*files, loader_class=OmegaConfigLoader, **arguments):
        for name in ("conf/base", "conf/local"):
            (tmp_path / name).mkdir(parents=True, exist_ok=True)
        for name in files:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("churn: {}\n", encoding="utf-8")
        known = {} if loader_class is not OmegaConfigLoader else {"base_env": "base", "default_run_env": "local"}
        loader = loader_class(str(tmp_path / "conf"), **known, **arguments)
        return {finding.file: finding.text for finding in unread_files(loader, "pipeline_ml", tmp_path)}

    return names


@pytest.mark.parametrize(
    "name",
    [
        "pipeline_ml.yml",
        "pipeline_ml_churn.yaml",
        "conf/pipeline_ml.yml",
        "conf/base/pipeline_ml.YML",
        "conf/local/deep/pipeline_ml.Yaml",
        "conf/base/pipeline_ml/churn.YML",
        "conf/base/Pipeline_ML.yml",
        "conf/base/pipeline-ml.yml",
    ],
)
def test_a_file_that_is_meant_and_not_read_is_found(found, name):
    assert list(found(name, "conf/base/catalog.yml")) == [name]


@pytest.mark.parametrize(
    "name",
    [
        "conf/base/pipeline_ml.yml",
        "conf/local/pipeline_ml/churn.yaml",
        "conf/base/deep/pipeline_ml.json",
        "conf/base/pipeline_ml.yml.bak",
        "conf/base/pipeline_ml.md",
        "conf/base/.pipeline_ml.yml",
        "conf/base/.ipynb_checkpoints/pipeline_ml.yml",
        "conf/base/pipeline.YML",
        "conf/prod/pipeline_ml.YML",
        "docs/pipeline_ml.yml",
    ],
)
def test_a_file_that_is_read_or_not_meant_is_not(found, name):
    assert found(name) == {}


def test_a_link_to_nowhere_is_found(found, tmp_path):
    (tmp_path / "conf" / "base").mkdir(parents=True)
    (tmp_path / "conf" / "base" / "pipeline_ml.yml").symlink_to(tmp_path / "nowhere.yml")
    assert found() == {
        "conf/base/pipeline_ml.yml": "pipeline_ml.yml is a link to a file that does not exist; "
        "create that file, or change the link"
    }


def test_a_link_to_a_file_is_read(found, tmp_path):
    (tmp_path / "conf" / "base").mkdir(parents=True)
    (tmp_path / "shared.yml").write_text("churn: {}\n", encoding="utf-8")
    (tmp_path / "conf" / "base" / "pipeline_ml.yml").symlink_to(tmp_path / "shared.yml")
    assert found() == {}


def test_patterns_of_the_project_decide_what_is_read(found):
    own = {"pipeline_ml": ["bindings*"]}
    assert "config_patterns" in found("conf/base/pipeline_ml.yml", config_patterns=own)["conf/base/pipeline_ml.yml"]
    assert "conf/base/bindings.yml" not in found("conf/base/bindings.yml", config_patterns=own)


class OwnLoader(AbstractConfigLoader):
    """A config loader that reads files in its own way."""


def test_a_loader_that_is_not_an_omegaconfigloader_reads_none(found):
    texts = found("conf/base/pipeline_ml.yml", "conf/prod/pipeline_ml/churn.yml", loader_class=OwnLoader)
    assert list(texts) == ["conf/base/pipeline_ml.yml", "conf/prod/pipeline_ml/churn.yml"]
    assert "the config loader OwnLoader is not an OmegaConfigLoader" in texts["conf/base/pipeline_ml.yml"]
