from __future__ import annotations

import warnings

import pytest
from kedro.config import OmegaConfigLoader
from omegaconf import OmegaConf

from kedro_bind.config.mlflow import read_tracking_config


def test_a_random_name_is_resolved_without_a_warning(project):
    # pytest turns warnings into errors, and OmegaConf 2.4 warns about the old way to register a resolver.
    OmegaConf.clear_resolver("km.random_name")
    project.write("conf/base/mlflow.yml", "tracking: {run: {name: '${km.random_name:}'}}")
    loader = OmegaConfigLoader(str(project.path / "conf"), base_env="base", default_run_env="local")
    config = read_tracking_config(loader, project.path)
    assert config.findings == ()
    assert str(config.mlflow.tracking.run.name).count("-") == 2


def test_a_random_name_is_resolved_by_omegaconf_before_2_4(project, monkeypatch):
    class Older(OmegaConf):
        @staticmethod
        def register_resolver(name, resolver):
            pytest.fail(f"registers {name}: {resolver} like OmegaConf 2.0, which takes no 'use_cache'")

    monkeypatch.setattr("kedro_bind.config.mlflow.OmegaConf", Older)
    OmegaConf.clear_resolver("km.random_name")
    project.write("conf/base/mlflow.yml", "tracking: {run: {name: '${km.random_name:}'}}")
    loader = OmegaConfigLoader(str(project.path / "conf"), base_env="base", default_run_env="local")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # OmegaConf 2.4 warns about what earlier versions need
        config = read_tracking_config(loader, project.path)
    assert str(config.mlflow.tracking.run.name).count("-") == 2
