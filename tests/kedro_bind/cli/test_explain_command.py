"""`kedro bind explain`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import get_args

from click.testing import CliRunner

from conf_schema import Code
from kedro_bind.cli import bind
from kedro_bind.documentation import SITE


def test_a_code_is_explained_with_an_example_and_its_fix():
    result = CliRunner().invoke(bind, ["explain", "empty-selection"])
    assert result.exit_code == 0
    assert result.stdout.startswith("# empty-selection\n")
    assert "did you mean 'training'? [empty-selection]" in result.stdout
    assert "\nFixed:\n" in result.stdout


def test_links_lead_to_the_site():
    printed = CliRunner().invoke(bind, ["explain", "name-clash"]).stdout
    assert "[rule 5](https://kedro-bind.readthedocs.io/binding/#the-rules)" in printed
    assert not [code for code in get_args(Code) if ".md)" in CliRunner().invoke(bind, ["explain", code]).stdout]


def test_the_brackets_of_a_finding_may_be_kept():
    plain = CliRunner().invoke(bind, ["explain", "unknown-key"]).stdout
    assert CliRunner().invoke(bind, ["explain", "[unknown-key]"]).stdout == plain


def test_without_a_code_all_are_listed():
    result = CliRunner().invoke(bind, ["explain"])
    assert result.stdout.splitlines() == sorted(get_args(Code))


def test_an_unknown_code_is_wrong_usage_with_a_suggestion():
    result = CliRunner().invoke(bind, ["explain", "unknwon-key"])
    assert result.exit_code == 2
    assert "there is no code 'unknwon-key'; did you mean 'unknown-key'?" in result.stderr


def test_it_works_outside_of_a_project(tmp_path):
    command = [sys.executable, "-m", "kedro_bind", "explain", "bad-value"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert result.stdout.startswith("# bad-value\n")


def test_the_site_is_that_of_the_configuration():
    configured = (Path(__file__).parents[3] / "mkdocs.yml").read_text(encoding="utf-8")
    assert f"\nsite_url: {SITE}\n" in configured
