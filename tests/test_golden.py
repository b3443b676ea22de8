"""Golden pairs: a document and what `kedro bind check` prints about it.

`golden/cases/<layer>/<case>.yml` is the `conf/base/pipeline_ml.yml` of the project in `golden/project`; a folder
`golden/cases/<layer>/<case>/` is copied over the project instead. `<case>.txt` is the expected output. A layer is
where the finding is made: `syntax` and `document` (conf_schema), `config` and `mlflow` (kedro_bind/config), `selection`
and `binding` (kedro_bind/binding), `catalog`, `parameters`, `runner`, `code` and `model` (kedro_bind/checks), `project`
(all layers at once). `clean` has no findings. After a change, `KEDRO_BIND_UPDATE_GOLDEN=1 pytest tests/test_golden.py`
writes the outputs again; read each diff.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
import yaml
from kedro.config import OmegaConfigLoader
from kedro.io import DataCatalog

from conf_schema import Code
from kedro_bind.checks import Project, check_project, fix
from kedro_bind.render import render_report

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kedro.pipeline import Pipeline

    from conf_schema import Diagnostic, Edit
    from kedro_bind.checks import Report

GOLDEN = Path(__file__).parent / "golden"
CASES = GOLDEN / "cases"
PROJECT = GOLDEN / "project"


def name_of(path: Path) -> str:
    """Return the name of the case that a path is part of: its layer and its own name."""
    return path.relative_to(CASES).with_suffix("").as_posix()


NAMES = sorted({name_of(path) for path in CASES.glob("*/*") if path.suffix != ".txt"})
UPDATE = os.getenv("KEDRO_BIND_UPDATE_GOLDEN") == "1"
OF_LATER_KEDRO = {
    "catalog/validators_switched_off": "1.7",
    "catalog/validators_that_do_not_work": "1.7",
    "clean/typed_parameters_and_validators": "1.7",
    "parameters/conflicting_types": "1.3",
    "parameters/rejected_parameter": "1.3",
}
"""The cases of what the lowest supported Kedro lacks: validators, or typed parameters."""

CODES = set(get_args(Code))


@pytest.fixture(scope="module", autouse=True)
def project_on_path() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PROJECT / "src")
        yield


def marked(names: Iterable[str], lowest: dict[str, str]) -> list[Any]:
    """Return the names as parameters of a test, each of which may need a version of Kedro."""
    return [
        pytest.param(name, marks=pytest.mark.needs(kedro=lowest[name])) if name in lowest else name for name in names
    ]


def project_of(case: str, folder: Path) -> Path:
    """Copy the project, and the case over it."""
    project = folder / "project"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("__pycache__"))
    document = CASES / f"{case}.yml"
    if document.is_file():
        shutil.copyfile(document, project / "conf" / "base" / "pipeline_ml.yml")
    else:
        shutil.copytree(CASES / case, project, dirs_exist_ok=True)
    return project


def pipelines_of(project: Path) -> dict[str, Pipeline]:
    """Return the pipelines that a project registers."""
    return runpy.run_path(str(project / "src" / "golden_project" / "pipeline_registry.py"))["register_pipelines"]()


def report_of(project: Path) -> Report:
    """Check a project as `kedro bind check` does, without Kedro's session and start-up."""
    loader = OmegaConfigLoader(str(project / "conf"), base_env="base", default_run_env="local")

    def load_catalog():
        catalog = DataCatalog.from_config(loader["catalog"])
        for name, value in loader["parameters"].items():
            catalog[f"params:{name}"] = value
        catalog["parameters"] = loader["parameters"]
        return catalog

    return check_project(Project(loader, project, "golden_project", lambda: pipelines_of(project), load_catalog))


def check(project: Path, output_format: str = "text") -> str:
    """Return what `kedro bind check` prints."""
    printed = render_report(report_of(project), output_format)
    return printed.replace(f"{project.as_posix()}/", "")


@pytest.mark.parametrize("case", marked(NAMES, OF_LATER_KEDRO))
def test_check_prints_what_the_golden_file_says(case, tmp_path):
    printed = check(project_of(case, tmp_path)) + "\n"
    expected = CASES / f"{case}.txt"
    if UPDATE:
        expected.write_text(printed, encoding="utf-8", newline="\n")
    assert printed == expected.read_text(encoding="utf-8")


def test_every_expected_output_has_its_case():
    assert sorted(map(name_of, CASES.glob("*/*.txt"))) == NAMES


def test_every_code_has_a_golden_case():
    printed = "\n".join(path.read_text(encoding="utf-8") for path in CASES.glob("*/*.txt"))
    assert set(re.findall(r" \[([a-z]+(?:-[a-z]+)+)\]$", printed, flags=re.MULTILINE)) == CODES


def test_a_typo_of_each_kind_gets_a_close_name():
    case = CASES / "project" / "typo_of_each_kind"
    printed = case.with_suffix(".txt").read_text(encoding="utf-8")
    findings = [line for line in printed.splitlines() if line.endswith("]")]
    bindings = (case / "conf" / "base" / "pipeline_ml.yml").read_text(encoding="utf-8")
    assert len(findings) >= len(re.findall(r"^[a-z]\w*:", bindings, flags=re.MULTILINE))
    assert [line for line in findings if "did you mean '" not in line] == []


def test_the_pre_commit_hook_runs_the_command_when_a_document_changes():
    (hook,) = yaml.safe_load((Path(__file__).parents[1] / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert (hook["entry"], hook["language"], hook["pass_filenames"]) == ("kedro bind check", "system", False)
    for document in ("conf/base/pipeline_ml.yml", "conf/prod/pipeline_ml/churn.yaml", "conf/base/a/pipeline_ml_b.json"):
        assert re.search(hook["files"], document)


@pytest.mark.parametrize("case", ["clean/minimal", "clean/namespace_with_artifacts", "clean/file_in_folder"])
def test_close_names_are_not_searched_without_a_finding(case, tmp_path, monkeypatch):
    # With a thousand bindings, this took longer than everything else.
    monkeypatch.setattr(difflib, "get_close_matches", None)
    assert check(project_of(case, tmp_path)).endswith("no problems")


def kedro_bind_check(
    project: Path, *options: str, program: tuple[str, ...] = ("kedro", "bind")
) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("KEDRO_", "MLFLOW_"))}
    return subprocess.run(
        [sys.executable, "-m", *program, "check", *options],
        cwd=project,
        env={**kept, "DO_NOT_TRACK": "1", "PYTHONWARNINGS": "ignore", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("case", "options", "code"),
    [
        ("clean/interpolation", [], 0),
        ("project/one_problem_of_each_layer", [], 1),
        ("catalog/artifact_captured_by_value", ["--strict"], 1),
    ],
)
def test_the_command_prints_the_same_and_exits_with_its_code(case, options, code, tmp_path):
    result = kedro_bind_check(project_of(case, tmp_path), *options)
    assert (result.returncode, result.stdout) == (code, (CASES / f"{case}.txt").read_text(encoding="utf-8"))


def test_json_has_every_finding_with_its_place_and_is_alone_on_standard_output(tmp_path):
    project = project_of("project/one_problem_of_each_layer", tmp_path)
    (project / "conf" / "logging.yml").unlink()  # so that Kedro logs to standard output, as it does by default
    with (project / "src" / "golden_project" / "nodes.py").open("a", encoding="utf-8") as nodes:
        nodes.write("\nprint('imported')\n")
    result = kedro_bind_check(project, "--format", "json", program=("kedro_bind",))
    assert result.returncode == 1
    assert "imported" in result.stderr
    diagnostics = json.loads(result.stdout)["diagnostics"]
    assert json.loads(check(project, "json"))["diagnostics"] == diagnostics
    file = "conf/base/pipeline_ml.yml"
    assert [
        tuple(diagnostic[key] for key in ("code", "file", "line", "column", "binding")) for diagnostic in diagnostics
    ] == [
        ("duplicate-key", file, 2, 38, "syntax"),
        ("unknown-key", file, 5, 37, "schema"),
        ("unknown-pipeline", file, 6, 25, "schema"),
        ("empty-selection", file, 10, 44, "pipelines"),
        ("bad-input-name", file, 12, 15, "pipelines"),
        ("bad-input-name", file, 17, 15, "binding"),
        ("not-in-catalog", file, 21, 3, "catalog"),
        ("not-persisted", file, 21, 3, "catalog"),
    ]
    assert set(diagnostics[0]) == {"code", "severity", "message", "hint", "file", "line", "column", "binding", "url"}


def test_json_is_json_without_any_declaration(tmp_path):
    project = project_of("clean/minimal", tmp_path)
    (project / "conf" / "base" / "pipeline_ml.yml").unlink()
    result = kedro_bind_check(project, "--format", "json")
    assert (result.returncode, json.loads(result.stdout)) == (0, {"diagnostics": []})


def test_github_annotations_are_one_line_each_with_the_span(tmp_path):
    result = kedro_bind_check(project_of("selection/unknown_tag", tmp_path), "--format", "github")
    assert result.returncode == 1
    assert result.stdout == (
        "::error file=conf/base/pipeline_ml.yml,line=4,col=12,endColumn=16,title=empty-selection::"
        "no node of pipeline 'data_science' has the tag 'trian'; did you mean 'training'? (https://kedro-bind.readthedocs.io/checks/empty-selection/)\n"
    )


def test_names_restrict_the_check_and_an_unknown_one_or_environment_is_wrong_usage(tmp_path):
    project = project_of("config/unresolved_beside_a_good_binding", tmp_path)
    restricted = kedro_bind_check(project, "wording")
    assert restricted.returncode == 1
    assert "[empty-selection]" in restricted.stdout
    assert "[unresolved-interpolation]" not in restricted.stdout
    unknown = kedro_bind_check(project, "wordings")
    assert unknown.returncode == 2
    assert "did you mean 'wording'?" in unknown.stderr
    assert "Traceback" not in unknown.stderr
    elsewhere = kedro_bind_check(project, "--env", "locale")
    assert elsewhere.returncode == 2
    assert "no environment 'locale'; did you mean 'local'?" in elsewhere.stderr


def test_the_content_of_a_document_is_never_executed(tmp_path):
    project = project_of("clean/minimal", tmp_path)
    made = tmp_path / "made"
    document = project / "conf" / "base" / "pipeline_ml.yml"
    document.write_text(f"churn:\n  training: !!python/object/apply:os.mkdir [{made}]\n", encoding="utf-8")
    assert "[yaml-syntax]" in check(project)
    assert not made.exists()


def suggested_in(report: Report) -> list[Diagnostic]:
    """Return the findings whose only suggestion is for a name that is in the text at their place."""
    found = []
    for finding in report.findings:
        line = report.sources.line(finding) or ""
        pointed_at = line[finding.column - 1 : finding.column - 1 + finding.width]
        if finding.suggestion is not None and finding.suggestion.wrong in pointed_at:
            found.append(finding)
    return found


HAS_BOTH_KEYS = {"document/unknown_key", "mlflow/misspelt"}
"""The cases where the right key is there beside the misspelt one: to rename it would make a duplicate."""


@pytest.mark.parametrize(
    "case", [name for name in NAMES if "did you mean '" in (CASES / f"{name}.txt").read_text(encoding="utf-8")]
)
def test_every_single_suggestion_is_applied_and_nothing_else_is_changed(case, tmp_path):
    project = project_of(case, tmp_path)
    before = {path: path.read_bytes() for path in (project / "conf").rglob("*") if path.is_file()}
    files = {finding.file for finding in suggested_in(report_of(project))}
    edits: list[Edit] = []
    report = fix(lambda: report_of(project), project, edits.append)
    assert len(suggested_in(report)) == (case in HAS_BOTH_KEYS)
    assert case in HAS_BOTH_KEYS or files <= {edit.file for edit in edits}
    after = {path: path.read_bytes() for path in before}
    for path, content in before.items():
        made = [edit for edit in edits if edit.file == path.relative_to(project).as_posix()]
        assert undone(after[path], made) == content
    again: list[Edit] = []
    fix(lambda: report_of(project), project, again.append)
    assert again == []
    assert {path: path.read_bytes() for path in (project / "conf").rglob("*") if path.is_file()} == after


def undone(content: bytes, edits: list[Edit]) -> bytes:
    """Take back edits, the last one first; those of one round are in the order of the text."""
    if not edits:
        return content
    text = content.decode()
    rounds: list[list[Edit]] = [[]]
    for edit in edits:
        if rounds[-1] and edit.start <= rounds[-1][-1].start:
            rounds.append([])
        rounds[-1].append(edit)
    for made in reversed(rounds):
        for edit in made:  # what comes before it in the text has been taken back already
            assert text[edit.start :].startswith(edit.new)
            text = text[: edit.start] + edit.old + text[edit.start + len(edit.new) :]
    return text.encode()
