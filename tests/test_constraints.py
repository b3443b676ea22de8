"""The tested set of versions: complete, of this repository alone, and installed by every command that says so."""

from __future__ import annotations

import ast
import configparser
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PINS = [Requirement(line) for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()]
PYTHONS = ["3.10", "3.11", "3.12", "3.13"]


def pinned(name, python):
    environment = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
    return [
        str(pin.specifier).removeprefix("==")
        for pin in PINS
        if canonicalize_name(pin.name) == canonicalize_name(name)
        and (pin.marker is None or pin.marker.evaluate(environment))
    ]


def requirements():
    setup = configparser.ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    texts = [setup["options"]["install_requires"], *setup["options.extras_require"].values()]
    lines = [line for text in texts for line in text.splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "%"))]


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("requirement", requirements(), ids=str)
def test_each_requirement_has_one_version_in_its_range(requirement, python):
    if requirement.marker is not None and not requirement.marker.evaluate({"python_version": python}):
        assert pinned(requirement.name, python) == []
        return
    (version,) = pinned(requirement.name, python)
    assert requirement.specifier.contains(version)


def test_it_has_pins_alone():
    assert all(re.fullmatch("==[^*,]+", str(pin.specifier)) and pin.url is None for pin in PINS)


@pytest.mark.parametrize("file", ["README.md", ".ci/run", "CONTRIBUTING.md"])
def test_commands_install_it(file):
    text = (ROOT / file).read_text(encoding="utf-8")
    commands = re.findall(r"pip install [^\n&']*-e [^\n&']*", text)
    assert commands
    assert all("-c constraints.txt" in command for command in commands)


@pytest.mark.parametrize("requirement", requirements(), ids=str)
def test_each_requirement_has_a_lower_bound(requirement):
    assert any(part.operator in (">=", "==") for part in requirement.specifier)


def test_every_session_that_is_named_exists():
    tree = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))
    sessions = {statement.name for statement in tree.body if isinstance(statement, ast.FunctionDef)}
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    commands = [*re.findall(r"nox -s ((?:\w+ ?)+)", text), *re.findall(r"session `(\w+)`", text)]
    weekly = (ROOT / ".github" / "workflows" / "weekly.yml").read_text(encoding="utf-8")
    (matrix,) = re.findall(r"session: \[(.+)\]", weekly)
    named = {name for command in commands for name in command.split()} | set(matrix.split(", "))
    assert {"lock", "lowest", "newest"} <= named
    assert named <= sessions
