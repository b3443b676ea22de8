"""`kedro bind check` on broken documents never raises, and every finding has its place."""

from __future__ import annotations

import os
import random
import runpy
import shutil
from pathlib import Path

import pytest
from kedro.config import OmegaConfigLoader
from kedro.io import DataCatalog

from kedro_bind.checks import Project, check_project
from kedro_bind.render import render_report
from tests.fuzz import SEEDS, mutated

PROJECT = Path(__file__).parent / "golden" / "project"
COUNT = int(os.getenv("KEDRO_BIND_FUZZ", "300"))
START = int(os.getenv("KEDRO_BIND_FUZZ_START", "0"))


@pytest.fixture(scope="module")
def check(tmp_path_factory):
    """Return a function that checks a text as the document of the golden project, which is loaded once."""
    project = tmp_path_factory.mktemp("fuzz") / "project"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("__pycache__"))
    documents = {stem: project / "conf" / "base" / f"{stem}.yml" for stem in SEEDS}
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PROJECT / "src")
        registry = runpy.run_path(str(project / "src" / "golden_project" / "pipeline_registry.py"))
        pipelines = registry["register_pipelines"]()
        first = OmegaConfigLoader(str(project / "conf"), base_env="base", default_run_env="local")
        catalog = DataCatalog.from_config(first["catalog"])
        for name, value in first["parameters"].items():
            catalog[f"params:{name}"] = value

        def run(content, stem):
            for kind, document in documents.items():
                document.write_bytes(content if kind == stem else b"")
            loader = OmegaConfigLoader(str(project / "conf"), base_env="base", default_run_env="local")
            return check_project(Project(loader, project, "golden_project", lambda: pipelines, lambda: catalog))

        yield run


@pytest.mark.parametrize("stem", SEEDS)
def test_no_document_makes_the_check_raise(check, stem):
    problems, clean = 0, 0
    for seed in range(START, START + COUNT):
        content = mutated(random.Random(seed), stem)
        try:
            report = check(content, stem)
            for form in ("text", "json", "github"):
                printed = render_report(report, form)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}\n{content!r}") from error
        for finding in report.findings:
            assert finding.message, seed
            assert finding.text.isprintable(), (seed, finding.text)
            assert finding.file is None or (finding.line >= 1 and finding.column >= 1), (seed, finding)
        assert all(line.startswith("::") for line in printed.splitlines()), seed
        of_this = [finding for finding in report.findings if finding.code != "empty-document"]
        problems += bool(of_this)
        clean += not of_this
    assert problems > clean  # or the documents have not gone wrong
