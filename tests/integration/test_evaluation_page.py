"""The commands of docs/evaluation.md, run in turn in a copy of the example: they print what the page says."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.kedro_project import clean_environment

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "penguins"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def words(text: str) -> str:
    """Leave out what differs from one installation to another: figures, digests, spaces."""
    text = re.sub(r"\(digest [0-9a-f…]+\)", "(digest)", text)
    return " ".join(re.sub(r"-?\d+\.\d+(e-?\d+)?|…", "N", text).split())


def test_the_python_of_the_page_is_that_of_the_example():
    code = [text for language, text in BLOCKS if language == "python"]
    assert code[0] in (EXAMPLE / "src/penguins/pipelines/evaluation/pipeline.py").read_text(encoding="utf-8")


def test_the_jobs_for_ci_are_yaml_and_call_what_there_is():
    jobs = [text for language, text in BLOCKS if language == "yaml"][1:]
    assert len(jobs) == 2
    for job in jobs:
        commands = re.findall(r"python -m kedro_bind (\w+)", job)
        assert (bool(yaml.safe_load(job)), commands) == (True, ["diff"])


@pytest.mark.slow
@pytest.mark.full
def test_the_commands_print_what_the_page_says_and_identical_trainings_do_not_differ(tmp_path):
    project = tmp_path / "penguins"
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns("mlflow.db", "mlartifacts", "*.pkl", "__pycache__"))
    document = next(text for language, text in BLOCKS if language == "yaml")
    (project / "conf/base/pipeline_ml.yml").write_text(document, encoding="utf-8")

    def run(command: str, answer: str = "") -> subprocess.CompletedProcess[str]:
        arguments = shlex.split(command)
        assert arguments[0] == "kedro"
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=project,
            env=clean_environment(),
            input=answer,
            capture_output=True,
            text=True,
            check=False,
        )

    for language, text in BLOCKS:
        if language != "console":
            continue
        command, *lines = text.splitlines()
        result = run(command.removeprefix("$ "), answer="y\n")
        printed = words(result.stdout + result.stderr)
        for line in filter(None, lines):
            assert words(line.removesuffix(": y")) in printed, (command, result.stdout, result.stderr)
    run("kedro run --pipelines=penguins")  # version 3, trained as version 1 was: all seeds are in parameters.yml
    same = run("kedro bind diff models:/penguins/1 models:/penguins/3")
    assert (same.returncode, same.stdout.splitlines()[-1]) == (0, "no difference"), same.stdout + same.stderr
    now = run("kedro bind diff penguins")
    assert (now.returncode, now.stdout.splitlines()[-1]) == (0, "no difference"), now.stdout + now.stderr
