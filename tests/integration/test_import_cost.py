"""What a `kedro` command pays for having kedro_bind installed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.kedro_project import clean_environment

HEAVY = ["mlflow", "pandas", "pydantic", "numpy", "cloudpickle", "conf_schema"]


@pytest.mark.parametrize(
    "code",
    ["import kedro_bind", *(f"from kedro_bind.plugin import {name}" for name in ("hooks", "commands", "cli_hooks"))],
)
def test_entry_points_import_nothing_heavy(code):
    code = f"{code}; import sys, json; print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    result = subprocess.run(
        [sys.executable, "-c", code], env=clean_environment(), capture_output=True, text=True, check=True
    )
    assert json.loads(result.stdout.splitlines()[-1]) == []


def test_a_project_without_bindings_makes_no_config_loader(project):
    (project.path / "conf/base/pipeline_ml.yml").unlink()
    project.write(
        f"src/{project.package}/settings.py",
        """
        from kedro.config import OmegaConfigLoader

        class Loud(OmegaConfigLoader):
            def __init__(self, *args, **kwargs):
                raise AssertionError("a config loader is made")

        CONFIG_LOADER_CLASS = Loud
        """,
    )
    assert "- reporting" in project.kedro("registry", "list").stdout
