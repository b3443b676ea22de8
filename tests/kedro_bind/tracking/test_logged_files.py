"""What a logged model says of itself."""

from __future__ import annotations

import pytest
from mlflow.models import Model

from kedro_bind.errors import KedroBindError
from kedro_bind.model.plan import Artifact, NodePlan, Plan
from kedro_bind.model.plan_file import write_plan
from kedro_bind.packaging.lineage import write_lineage
from kedro_bind.packaging.stored_files import saved_model
from kedro_bind.tracking.logged_files import files_of_saved, read_logged_files

LINEAGE = {"binding": "churn", "versions": {"kedro-bind": "1.0"}}
PLAN = Plan(
    name="churn",
    input_name="x",
    nodes=[NodePlan(name="n", function="m:f", inputs=["x", "scaler", "words"], outputs="out")],
    artifacts={
        "scaler": Artifact(location="scaler.pkl", sha256="1" * 64),
        "words": Artifact(location="words", sha256="2" * 64),
    },
    output_name="out",
)


@pytest.fixture
def folder(tmp_path):
    """Write a model of kedro_bind with an artifact that is a file, and one that is a folder."""
    plan = tmp_path / "model/artifacts/plan"
    (plan / "words").mkdir(parents=True)
    (plan / "scaler.pkl").write_bytes(b"12345")
    (plan / "words/a.txt").write_bytes(b"123")
    (plan / "words/b.txt").write_bytes(b"1234")
    write_plan(PLAN, plan)
    write_lineage(LINEAGE, plan)
    (tmp_path / "model/requirements.txt").write_text("pandas==2\nmlflow==3\n")
    flavors = {"python_function": {"artifacts": {"plan": {"path": "artifacts/plan", "uri": "gone"}}}}
    Model(flavors=flavors).save(str(tmp_path / "model/MLmodel"))
    return tmp_path / "model"


def test_a_folder_is_read_without_its_artifacts(folder):
    files = read_logged_files(str(folder))
    assert (files.plan, files.lineage, files.requirements) == (PLAN, LINEAGE, ("pandas==2", "mlflow==3"))
    assert files.sizes == {"scaler": 5, "words": 7}
    assert files.metrics == {}


def test_a_model_that_was_just_saved_has_the_same(folder):
    mlmodel = Model.load(str(folder))
    saved = saved_model(folder, PLAN, folder / "artifacts/plan", LINEAGE, mlmodel)
    assert saved.folder == "artifacts/plan"
    assert saved.sizes["artifacts/plan/scaler.pkl"] == 5
    read, made = read_logged_files(str(folder)), files_of_saved(str(folder), saved)
    assert (made.plan, made.lineage, made.requirements, made.sizes) == (
        read.plan,
        read.lineage,
        read.requirements,
        read.sizes,
    )


def test_a_model_of_another_maker_is_refused(folder):
    Model(flavors={"python_function": {"loader_module": "mlflow.sklearn"}}).save(str(folder / "MLmodel"))
    with pytest.raises(KedroBindError, match="is not one that kedro_bind has logged"):
        read_logged_files(str(folder))


@pytest.mark.parametrize("name", ["MLmodel", "artifacts/plan/plan.yml", "requirements.txt"])
def test_a_model_that_lacks_a_file_can_not_be_read(folder, name):
    (folder / name).unlink()
    with pytest.raises(KedroBindError, match="can't be read"):
        read_logged_files(str(folder))
