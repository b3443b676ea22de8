"""Where the check is clean, a model can be made; where it finds an error, none can.

Each generated project is checked; then a model is trained and built without the check. By default the model is only
its plan, loaded again: MLflow takes two seconds for a model. `KEDRO_BIND_SOUNDNESS=2000` tries that many,
`KEDRO_BIND_SOUNDNESS_MLFLOW=100` that many through MLflow, and `KEDRO_BIND_SOUNDNESS_START=1000` starts with that seed.

A limit: the check knows names, not data. An artifact that is mapped to a dataset of another kind is found by the node
that takes it.
"""

from __future__ import annotations

import copy
import json
import os
import random
import shutil
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import mlflow
import pandas as pd
import pytest
from kedro.config import OmegaConfigLoader
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.runner import SequentialRunner

from conf_schema import has_errors
from kedro_bind.binding.expand import expand
from kedro_bind.binding.pipeline_ml import PipelineML
from kedro_bind.checks import Project, check_project
from kedro_bind.config.document import read_config
from kedro_bind.evaluation.data import load_evaluation_data
from kedro_bind.evaluation.models import Evaluator
from kedro_bind.evaluation.scores import score
from kedro_bind.model.plan_file import write_plan
from kedro_bind.model.runtime import load_predictor
from kedro_bind.packaging.build import build_plan
from kedro_bind.project import Origin
from kedro_bind.render.text import render_plain
from kedro_bind.tracking.log import log_model
from tests.soundness.cases import TYPED, Case, mutated, valid, written

if TYPE_CHECKING:
    from kedro_bind.binding.resolved import ResolvedBinding

COUNT = int(os.getenv("KEDRO_BIND_SOUNDNESS", "40"))
WITH_MLFLOW = int(os.getenv("KEDRO_BIND_SOUNDNESS_MLFLOW", "4"))
START = int(os.getenv("KEDRO_BIND_SOUNDNESS_START", "0"))
TABLE = pd.DataFrame({"spend": [1.0, 2.0, 3.0], "visits": [1, 2, 3]})
ONLY_MLFLOW = {"bad-model-name", "bad-value"}
"""Errors that only MLflow would raise: those of names."""
UNLESS_A_HOOK_HELPS = {"not-supplied"}
"""Warnings about data that is missing here, since no hook supplies it."""
UNCERTAIN = {"fits-again", "unused-training"}
"""Warnings about a model that may fit again, which only the author of the nodes can know."""


def check(case: Case, project: Path):
    conf = project / "conf" / "base"
    conf.mkdir(parents=True)
    (project / "conf" / "local").mkdir()
    (project / "data").mkdir()
    TABLE.to_pickle(project / "data" / "table.pkl")
    (project / "data" / "words.json").write_text(json.dumps(["the"]))
    (conf / "pipeline_ml.yml").write_text(written(case), encoding="utf-8")
    loader = OmegaConfigLoader(str(project / "conf"), base_env="base", default_run_env="local")
    config = read_config(loader, project)
    assert config is not None
    origin = Origin(project, "tests", "local")
    report = check_project(
        Project(loader, project, "tests", case.pipelines, lambda: catalog_of(case, project)), config=config
    )
    return report, config, origin


def catalog_of(case: Case, project: Path, *typing: Pipeline) -> DataCatalog:
    """Return the catalog, with parameters as Kedro hands them to a run of some pipelines."""
    parameters = case.parameters
    if typing and TYPED:
        from kedro.validation.parameter_validator import ParameterValidator

        parameters = ParameterValidator(
            {str(place): pipeline for place, pipeline in enumerate(typing)}
        ).validate_raw_params(copy.deepcopy(parameters))
    entries = json.loads(json.dumps(case.catalog).replace('"data/', f'"{project.as_posix()}/data/'))
    made = DataCatalog.from_config(entries)
    for name, value in parameters.items():
        made[f"params:{name}"] = value
    return made


def make_model(case: Case, config, origin: Origin, project: Path, *, through_mlflow: bool) -> None:
    """Train, build a model, load it and predict, without the checks that can be left out."""
    for finding in config.findings:
        raise AssertionError(finding.text)
    expansion = expand(config.document, case.pipelines())
    for finding in expansion.findings:
        raise AssertionError(finding.text)
    bound = expansion.bound["bound"]
    assert isinstance(bound, PipelineML)
    catalog = catalog_of(case, project, Pipeline(bound.training.nodes))
    SequentialRunner().run(bound.training, catalog)
    rows = catalog.load(bound.input_name) if bound.input_name.startswith("fitted") else TABLE
    if through_mlflow:
        with mlflow.start_run():
            logged = log_model(bound.binding, catalog, origin)
        predict = mlflow.pyfunc.load_model(logged.uri).predict
    else:
        folder = project / "plan"
        folder.mkdir()
        built = build_plan(bound.binding, catalog, folder)
        write_plan(built.plan, folder)
        predict = load_predictor(folder).predict
    if bound.binding.evaluation is not None:
        evaluate(bound.binding, catalog, logged.uri if through_mlflow else predict)
    predictions = predict(rows)
    fresh = catalog_of(case, project, Pipeline(bound.training.nodes), bound.inference)
    fresh[bound.input_name] = rows
    for name, source in bound.binding.artifact_sources.items():
        if name != source:
            fresh[name] = catalog.load(source)
    expected = SequentialRunner().run(bound.inference, fresh)
    of_kedro = next(iter(expected.values())).load()
    if isinstance(of_kedro, pd.DataFrame):
        pd.testing.assert_frame_equal(predictions, of_kedro)
    else:
        assert predictions == of_kedro
    if isinstance(of_kedro, pd.DataFrame) and isinstance(rows, pd.DataFrame):
        # A model that fits again predicts another value for a single row than for the same row among others.
        pd.testing.assert_frame_equal(predict(rows.head(1)), of_kedro.head(1))


def evaluate(binding: ResolvedBinding, catalog: DataCatalog, model) -> None:
    """Score a model, by its URI as a bound run does, or by what predicts; the scores are known."""
    if isinstance(model, str):
        scores = Evaluator.of(binding, catalog).scores(model, own=True)
    else:
        scores = score(binding, model(load_evaluation_data(binding, catalog).value), catalog, stores=True)
    assert scores.metrics["rows"] == scores.metrics["of.table"] == len(TABLE)


def agree(case: Case, project: Path, *, through_mlflow: bool) -> bool | None:
    """Check a case and try it; return whether it is clean, `None` where only MLflow could tell."""
    report, config, origin = check(case, project)
    helpless = any(finding.code in UNLESS_A_HOOK_HELPS for finding in report.findings)
    broken = helpless or has_errors(report.findings)
    errors = {finding.code for finding in report.findings if has_errors([finding])}
    if not through_mlflow and errors and not helpless and errors <= ONLY_MLFLOW and not config.findings:
        return None
    if not broken and any(finding.code in UNCERTAIN for finding in report.findings):
        return None
    if through_mlflow and "ParallelRunner" in str(case.document["bound"].get("runner")):
        return None  # such a model does not predict where the project's own package is loaded: see docs/model.md
    error = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            make_model(case, config, origin, project, through_mlflow=through_mlflow)
        except Exception as caught:  # noqa: BLE001 - whatever it is, the check should have found it
            error = caught
    printed = render_plain(report.findings) or "no problems"
    about = f"{case.mutations} {written(case)}\n{case.catalog}\n{case.parameters}\nchecked: {printed}\ntried: {error!r}"
    assert broken == (error is not None), about
    return not broken


@pytest.fixture
def kept_quiet():
    import logging

    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_a_valid_project_is_clean_and_makes_a_model(tmp_path, kept_quiet):
    for seed in range(START, START + COUNT):
        assert agree(valid(random.Random(seed)), tmp_path / f"p{seed}", through_mlflow=False), seed
        shutil.rmtree(tmp_path / f"p{seed}")


def test_a_project_that_was_changed_makes_a_model_if_the_check_is_clean_and_only_then(tmp_path, kept_quiet):
    verdicts = []
    for seed in range(START, START + COUNT):
        verdicts.append(agree(mutated(random.Random(seed)), tmp_path / f"p{seed}", through_mlflow=False))
        shutil.rmtree(tmp_path / f"p{seed}")
    sys.stdout.write(f"{verdicts.count(True)} clean, {verdicts.count(False)} broken, {verdicts.count(None)} skipped\n")
    assert verdicts.count(False) > COUNT // 3


@pytest.mark.slow
def test_check_and_model_agree_through_mlflow_as_well(tmp_path, kept_quiet, store):
    mlflow.set_tracking_uri(store)
    for seed in range(START, START + WITH_MLFLOW):
        case = mutated(random.Random(seed)) if seed % 2 else valid(random.Random(seed))
        case.document["bound"].setdefault("model", {})
        if isinstance(case.document["bound"]["model"], dict):
            case.document["bound"]["model"]["verify"] = False
        agree(case, tmp_path / f"p{seed}", through_mlflow=True)
        shutil.rmtree(tmp_path / f"p{seed}")
