"""Evaluations: what they log, twelve promotions, each decided as a person would decide it by hand, and the commands.

In each, the model that holds the alias and the new one are scored on the data of now. By default three of them run;
`-m full` runs all twelve.
"""

from __future__ import annotations

import getpass
import json
import os
import shutil
import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import mlflow
import pandas as pd
import pytest
from click.testing import CliRunner
from kedro.framework.startup import bootstrap_project

from conf_schema import parse_condition
from kedro_bind import KedroBindError
from kedro_bind.cli import bind
from kedro_bind.cli.project import context_of
from kedro_bind.packaging.data_digest import data_digest
from kedro_bind.session.promotion import promote
from kedro_bind.tracking.metrics import metrics_of_version
from kedro_bind.tracking.promotion import judge
from tests.integration.evaluated import BINDING, HOLDOUT, LABELS, champion, client_of, evaluate_in, train, version
from tests.kedro_project import make_project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.kedro_project import KedroProject

pytestmark = pytest.mark.slow

UNVERIFIED = BINDING.replace("model:\n", "model:\n    verify: false\n")
SHIFTS = {"bad": 5.0, "good": 0.0, "worse": 10.0}


@pytest.fixture(scope="module")
def shop(tmp_path_factory, empty_store) -> Iterator[KedroProject]:
    """A project with three versions: 1 is right about 35 of 40 rows, 2 about all, 3 about 30; 2 is the champion."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("MLFLOW_", "KEDRO_"))]:
            patch.delenv(name)
        project = evaluate_in(make_project(tmp_path_factory.mktemp("shop") / "project"), UNVERIFIED)
        shutil.copy(empty_store, project.path / "mlflow.db")
        patch.chdir(project.path)
        patch.setattr(sys, "path", list(sys.path))
        for shift in SHIFTS.values():
            train(project, shift)
        yield project
        mlflow.set_tracking_uri(None)


@pytest.fixture(autouse=True)
def as_before(shop):
    yield
    shop.write("data/holdout.csv", HOLDOUT)
    shop.write("data/labels.csv", LABELS)
    (shop.path / "break-the-registry").unlink(missing_ok=True)
    if (shop.path / "lost").exists():
        (shop.path / "lost").rename(files_of_champion(shop))


def inputs_of(run):
    """The datasets of a run by their context."""
    return {logged.tags[0].value: logged.dataset for logged in run.inputs.dataset_inputs}


def test_scores_are_metrics_of_the_model_and_of_the_data_and_equal_those_computed_by_hand(shop):
    client = client_of(shop)
    mlflow.set_tracking_uri(shop.store)
    labels = pd.read_csv("data/labels.csv")
    for number, accuracy in (("1", 35 / 40), ("2", 1.0)):
        model = client.get_logged_model(version(shop, number).source.removeprefix("models:/"))
        predictions = mlflow.pyfunc.load_model(f"models:/churn/{number}").predict(pd.read_csv("data/holdout.csv"))
        by_hand = {
            "accuracy": float((predictions["churns"] == labels["churned"]).mean()),
            "margin.mean": float(predictions["margin"].mean()),
            "rows": 40.0,
        }
        logged = {metric.key: metric for metric in model.metrics}
        assert {key: metric.value for key, metric in logged.items()} == pytest.approx(by_hand, rel=1e-12)
        assert logged["accuracy"].value == accuracy
    run = client.get_run(model.source_run_id)
    data, trained = (inputs_of(run)[context] for context in ("evaluation", "training"))
    assert (logged["accuracy"].dataset_name, logged["accuracy"].dataset_digest) == ("holdout", data.digest)
    assert json.loads(data.source)["uri"].endswith("/data/holdout.csv")
    assert (trained.name, json.loads(trained.profile), trained.source_type) == ("customers", {"num_rows": 21}, "local")
    assert [column["name"] for column in json.loads(trained.schema)["mlflow_colspec"]] == ["spend"]
    assert trained.digest == data_digest(pd.read_csv("data/customers.csv")) != data.digest
    tags = version(shop, 2).tags
    assert json.loads(tags["kedro_bind.evaluation.champion"])["metrics"]["accuracy"] == 0.875
    assert tags["kedro_bind.evaluation.digest"] == data.digest
    assert run.data.metrics["champion/accuracy"] == 0.875
    assert run.data.tags["kedro_bind.promotion.churn"].startswith("promoted: accuracy is 1.0, >= 0.875 of version 1")
    assert pd.read_csv("data/compared.csv").columns.tolist() == ["churns", "margin", "churned"]


@dataclass(frozen=True)
class Case:
    """`holder` has the alias, a model with `shift` is trained after `change`; `promoted` is what a person decides."""

    holder: str | None
    shift: float
    promoted: bool
    condition: str | list[str] = "accuracy >= champion"
    change: Callable[[KedroProject], object] | str = ""
    reason: str = ""
    by_runs: bool | None = None


def harder(project):
    """Of seven new rows, the good model is right about three, and one with a lower threshold about six."""
    project.write("data/holdout.csv", "spend\n" + "".join(f"{value}.0\n" for value in (1, 6, 7, 8, 20, 21, 30)))
    project.write("data/labels.csv", "churned\n" + "True\n" * 7)


def easier(project):
    """Of twenty new rows, the bad model is right about all, and one with a higher threshold about all but one."""
    project.write("data/holdout.csv", "spend\n16.0\n" + "".join(f"{value}.0\n" for value in range(20, 39)))
    project.write("data/labels.csv", "churned\n" + "True\n" * 20)


def relabelled(project):
    """Customers leave from a spend of 15 now: the good model is wrong about five of them."""
    project.write("data/labels.csv", "churned\n" + "".join(f"{value > 15}\n" for value in range(40)))


def without_labels(project):
    (project.path / "data/labels.csv").unlink()


def without_files(project):
    """Lose the files of the model that holds the alias, as a clean-up of a store does."""
    files_of_champion(project).rename(project.path / "lost")


def break_registry(project):
    """Let a node of the evaluation break the table of aliases, when all else of the model is logged."""
    project.write("break-the-registry", "")


def files_of_champion(project) -> Path:
    model_id = version(project, champion(project)).source.removeprefix("models:/")
    return Path(client_of(project).get_logged_model(model_id).artifact_location.removeprefix("file://"))


def newest(project) -> int:
    return max(int(entry.version) for entry in client_of(project).search_model_versions("name = 'churn'"))


CASES = {
    "better": Case("bad", 0.0, True, reason="accuracy is 1.0, >= 0.875 of version"),
    "worse": Case("good", 5.0, False, reason="accuracy is 0.875, not >= 1.0 of version"),
    "equal": Case("good", 0.0, True, reason="accuracy is 1.0, >= 1.0 of version"),
    "a harder holdout": Case("good", -6.0, True, change=harder, by_runs=False),
    "an easier holdout": Case("bad", 6.0, False, change=easier, by_runs=True),
    "other labels": Case("good", 5.0, True, "accuracy > champion", relabelled, by_runs=False),
    "another metric": Case("good", 5.0, False, change="scale", reason="accuracy is 87.5, not >= 100.0 of version"),
    "the first version": Case(None, 5.0, True, reason="no version is champion yet"),
    "a broken holder": Case("bad", 0.0, False, change=without_files, reason="which is champion, can't be evaluated: "),
    "no labels": Case(
        "bad", 0.0, False, change=without_labels, reason="could not be evaluated: 'labels' can't be loaded"
    ),
    "two conditions": Case(
        "bad", 0.0, False, ["accuracy >= champion", "rows >= 100"], reason="rows is 40.0, not >= 100.0"
    ),
    "a store that fails half way": Case("bad", 0.0, False, change=break_registry),
}
BY_DEFAULT = ("an easier holdout", "a broken holder", "a store that fails half way")


@pytest.mark.parametrize(
    "name", [name if name in BY_DEFAULT else pytest.param(name, marks=pytest.mark.full) for name in CASES]
)
def test_the_decision_is_that_of_a_person(shop, name, messages):
    case, client = CASES[name], client_of(shop)
    holder = None
    if case.holder is None:
        client.delete_registered_model_alias("churn", "champion")
    else:
        holder = str(list(SHIFTS).index(case.holder) + 1)
        client.set_registered_model_alias("churn", "champion", holder)
    shop.write("conf/base/pipeline_ml.yml", UNVERIFIED.replace("accuracy >= champion", str(case.condition)))
    if callable(case.change):
        case.change(shop)
    if name == "a store that fails half way":
        with pytest.raises(KedroBindError, match="kedro bind log churn --run-id="):
            train(shop, case.shift)
        with closing(sqlite3.connect("mlflow.db")) as store, store:
            store.execute("ALTER TABLE broken RENAME TO registered_model_aliases")
        assert champion(shop) == holder
        return
    train(shop, case.shift, **({"scale": 100.0} if case.change == "scale" else {}))
    made = version(shop, newest(shop))
    assert (champion(shop) == str(made.version)) is case.promoted
    (line,) = [line for line in messages if "is now champion: " in line or "does not become champion: " in line]
    assert case.reason in line
    assert made.tags["kedro_bind.promotion"].endswith(line.partition("champion: ")[2])
    if case.by_runs is not None:  # what the metrics of the two runs alone would decide
        metrics = metrics_of_version(client, made)
        verdict = judge([parse_condition(case.condition)], client, metrics, made.run_id, "churn", {"champion": holder})
        assert (verdict.promoted, case.promoted) == (case.by_runs, not case.by_runs)


class TestTheCommands:
    @pytest.fixture(autouse=True)
    def champion_is_2(self, shop):
        client_of(shop).set_registered_model_alias("churn", "champion", "2")

    def run(self, shop, *arguments, code=0, input_=None):
        metadata = bootstrap_project(shop.path)
        result = CliRunner().invoke(bind, list(arguments), obj=metadata, input=input_, catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result

    def test_evaluate_scores_all_that_can_be_scored(self, shop):
        arguments = ["evaluate", "churn", "models:/churn/99", "1", "champion", "--format=json"]
        found = json.loads(self.run(shop, *arguments, code=1).stdout)
        missing, *others = found["models"]
        assert missing["error"].startswith("it can't be found")
        assert [(other["model"], other["aliases"], other["metrics"]["accuracy"]) for other in others] == [
            ("models:/churn/1", [], 0.875),
            ("models:/churn/2", ["champion"], 1.0),
        ]
        assert (found["data"], found["best"]["accuracy"], found["best"]["rows"]) == ("holdout", 1.0, None)

    def test_promote_shows_the_figures_and_asks_and_rollback_undoes_it(self, shop):
        strict = self.run(shop, "promote", "churn", "1", "--yes", code=1)
        assert "version 1 is not promoted: accuracy is 0.875, not >= 1.0 of version 2" in strict.stderr
        assert champion(shop) == "2"
        moved = self.run(shop, "promote", "churn", "1", input_="y\n")
        assert "promote_if is not met: accuracy is 0.875" in moved.stderr
        assert "Move 'champion' of 'churn' from version 2 to version 1?" in moved.stderr
        assert moved.stdout == "version 1 of 'churn' is now champion; it was version 2\n"
        tag = json.loads(version(shop, 1).tags["kedro_bind.promotion.champion"])
        assert (tag["from"], tag["by"]) == ("2", getpass.getuser())
        kept = self.run(shop, "promote", "churn", "--rollback", input_="n\n")
        assert kept.stdout == "nothing has moved: version 1 of 'churn' is champion\n"
        back = self.run(shop, "promote", "churn", "--rollback", "--yes")
        assert back.stdout == "version 2 of 'churn' is champion again; it was version 1\n"
        further = self.run(shop, "promote", "churn", "--rollback", "--yes")
        assert "version 1 of 'churn' is champion again" in further.stdout  # version 2 was promoted over it in its run

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["promote", "churn", "99"], "there is no version 99 of 'churn'; there are 1, 2, 3"),
            (["promote", "churn", "--rollback", "--alias=nobody"], "no version of 'churn' is nobody"),
            (["promote", "churn", "champion"], "version 2 of 'churn' is champion already"),
            (["promote", "churned", "1"], "there is no bound pipeline 'churned'"),
        ],
    )
    def test_promote_says_what_is_wrong(self, shop, arguments, message):
        result = self.run(shop, *arguments, code=0 if "already" in message else 1)
        assert message in result.output
        assert champion(shop) == "2"

    def test_a_race_leaves_the_alias_where_one_of_them_put_it(self, shop):
        without = UNVERIFIED.replace("  evaluation: {pipeline: evaluation, input_name: holdout}\n", "")
        shop.write("conf/base/pipeline_ml.yml", without)
        barrier = threading.Barrier(2)

        def confirm(_):
            barrier.wait()
            return True

        def race(number):
            try:
                return promote("churn", number, "champion", contexts[number], confirm)
            except KedroBindError as error:
                return error.message

        metadata = bootstrap_project(shop.path)
        contexts = {number: context_of(metadata, None, None, {}) for number in ("1", "3")}
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(race, ["1", "3"]))
        assert champion(shop) in ("1", "3")
        assert any("is now champion" in answer for answer in answers)
        client_of(shop).set_registered_model_alias("churn", "champion", "2")
