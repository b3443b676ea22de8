"""What a `kedro` command pays for having kedro_bind installed."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest

from tests.kedro_project import clean_environment

HEAVY = ["mlflow", "pandas", "pydantic", "numpy", "cloudpickle", "conf_schema"]


def lines_of(code):
    """Run code in a new process, and return the lines that it prints."""
    command = [sys.executable, "-c", textwrap.dedent(code)]
    result = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=True)
    return result.stdout.splitlines()


@pytest.mark.parametrize(
    "code",
    ["import kedro_bind", *(f"from kedro_bind.plugin import {name}" for name in ("hooks", "commands", "cli_hooks"))],
)
def test_entry_points_import_nothing_heavy(code):
    code = f"{code}; import sys, json; print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    assert json.loads(lines_of(code)[-1]) == []


def test_the_patterns_of_secrets_are_compiled_only_when_a_text_is_redacted():
    code = """
        import json, re, sys

        compile_pattern, compiled = re.compile, []

        def recorded(pattern, *flags):
            if sys._getframe(1).f_globals["__name__"].startswith("kedro_bind"):
                compiled.append(pattern)
            return compile_pattern(pattern, *flags)

        re.compile = recorded
        from kedro_bind.redaction import redact

        print(json.dumps(compiled))
        print(json.dumps(redact("https://me:hunter2@host")))
    """
    assert [json.loads(line) for line in lines_of(code)] == [[], "https://host"]


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
