"""What a model takes from the project's folder."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from kedro.pipeline import Pipeline, node

from kedro_bind.errors import LoggingError
from kedro_bind.packaging.project_files import in_project, own_code
from kedro_bind.project import Origin
from tests.bindings import resolved

SETTINGS = resolved(Pipeline([node(len, "x", "out")])).model


@pytest.fixture
def origin(tmp_path, monkeypatch):
    """A project with the package `shop_of_a_test` and a folder beside it."""
    (tmp_path / "src/shop_of_a_test").mkdir(parents=True)
    (tmp_path / "src/shop_of_a_test/__init__.py").touch()
    (tmp_path / "shared").mkdir()
    (tmp_path / "helpers.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path / "src"))
    return Origin(project_path=tmp_path, package="shop_of_a_test")


def test_the_package_travels(origin):
    package = origin.project_path / "src/shop_of_a_test"
    code = own_code(SETTINGS, origin)
    assert code.paths == (str(package),)
    assert code.packages == code.hidden == ("shop_of_a_test",)
    assert code.folders == tuple(sorted([str(package.parent), str(origin.project_path)]))


def test_code_paths_travel_in_its_place(origin):
    code = own_code(replace(SETTINGS, code_paths=("shared", "helpers.py")), origin)
    assert [Path(path).name for path in code.paths] == ["shared", "helpers.py"]
    assert code.packages == ("helpers", "shared")
    assert code.hidden == ("helpers", "shared", "shop_of_a_test")


def test_nothing_may_travel(origin):
    code = own_code(replace(SETTINGS, code_paths="none"), origin)
    assert (code.paths, code.packages, code.hidden) == ((), (), ("shop_of_a_test",))
    assert own_code(SETTINGS, replace(origin, package=None)).paths == ()


def test_a_package_that_is_installed_hides_no_other(origin, monkeypatch):
    installed = origin.project_path / "venv/site-packages"
    (installed / "installed_of_a_test").mkdir(parents=True)
    (installed / "installed_of_a_test/__init__.py").touch()
    monkeypatch.setattr(sys, "path", [str(installed), *sys.path])
    code = own_code(SETTINGS, replace(origin, package="installed_of_a_test"))
    assert code.packages == ("installed_of_a_test",)
    assert code.folders == (str(origin.project_path),)


def test_code_paths_have_to_exist(origin):
    with pytest.raises(LoggingError, match=r"'model.code_paths' has paths that do not exist: .*gone; correct them"):
        own_code(replace(SETTINGS, code_paths=("shared", "gone")), origin)


def test_requirement_files_are_those_of_the_project(tmp_path):
    lines = ("pandas>=2", "-r requirements.txt", "--constraint=more.txt", "--index-url https://x")
    settings = replace(SETTINGS, pip_requirements=lines, extra_pip_requirements=lines[1:2], conda_env="conda.yaml")
    placed = in_project(settings, tmp_path)
    assert placed.pip_requirements == (
        "pandas>=2",
        f"-r {tmp_path / 'requirements.txt'}",
        f"--constraint {tmp_path / 'more.txt'}",
        "--index-url https://x",
    )
    assert placed.extra_pip_requirements == (f"-r {tmp_path / 'requirements.txt'}",)
    assert placed.conda_env == str(tmp_path / "conda.yaml")
    assert in_project(SETTINGS, tmp_path) == SETTINGS
