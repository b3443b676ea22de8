"""A run that has nothing to do with us, where something that we need can't be imported."""

from __future__ import annotations

import importlib.metadata

import pytest

BROKEN = "raise ImportError('made by another release')"
WARNING = "kedro_bind: bound pipelines are left out: "


def broken(project, module):
    """Put a package that can't be imported before the real one."""
    project.write(f"broken/{module}/__init__.py", BROKEN)
    return {"PYTHONPATH": str(project.path / "broken")}


def warnings_in(result):
    return [line for line in (result.stdout + result.stderr).splitlines() if WARNING in line]


@pytest.mark.parametrize("module", ["pydantic", "conf_schema", "mlflow"])
def test_an_unbound_run_goes_on(project, module):
    result = project.kedro("run", "--pipeline=reporting", **broken(project, module))
    assert "completed successfully" in result.stdout + result.stderr
    assert len(warnings_in(result)) == (module != "mlflow")  # which an unbound run does not import


@pytest.mark.parametrize(
    "module",
    ["kedro_bind.session.install", "kedro_bind.cli", "kedro_bind.binding.expand", "kedro_bind.datasets"],
)
def test_an_unbound_run_goes_on_where_a_module_of_ours_is_broken(project, module):
    project.write("broken/sitecustomize.py", f"import sys; sys.modules['{module}'] = None")
    result = project.kedro("run", "--pipeline=reporting", PYTHONPATH=str(project.path / "broken"))
    assert "completed successfully" in result.stdout + result.stderr
    assert len(warnings_in(result)) == 1


def test_an_unbound_run_goes_on_beside_an_invalid_model_in_the_catalog(project):
    catalog = project.path / "conf/base/catalog.yml"
    catalog.write_text(catalog.read_text() + "champion: {type: kedro_bind.BoundModelDataset, model_ur: models:/m@a}\n")
    result = project.kedro("run", "--pipeline=reporting")
    assert "completed successfully" in result.stdout + result.stderr
    assert warnings_in(result) == []


def test_other_commands_go_on(project):
    result = project.kedro("registry", "list", **broken(project, "pydantic"))
    assert "reporting" in result.stdout
    assert "churn" not in result.stdout
    assert len(warnings_in(result)) == 1


def test_a_bound_run_does_not_train_without_us(project):
    result = project.kedro("run", "--pipeline=churn", check=False, **broken(project, "pydantic"))
    assert result.returncode != 0
    assert len(warnings_in(result)) == 1
    assert not (project.path / "data/scaler.pkl").exists()


@pytest.mark.parametrize("group", ["kedro.hooks", "kedro.project_commands", "kedro.cli_hooks"])
def test_every_entry_point_goes_through_the_plugin_module(group):
    ours = [entry for entry in importlib.metadata.entry_points(group=group) if entry.name == "kedro-bind"]
    assert [entry.module for entry in ours] == ["kedro_bind.plugin"]
    assert type(ours[0].load()).__module__.startswith(("kedro_bind", "click"))
