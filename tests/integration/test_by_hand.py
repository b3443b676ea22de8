"""Logging by hand with `mlflow.pyfunc.log_model`, as with any pyfunc model."""

from __future__ import annotations

import pickle

import mlflow
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException
from mlflow.models import infer_signature

from kedro_bind import BindingError, KedroPipelineModel
from kedro_bind.model.strict_params import refuse_unknown_parameters

pytestmark = pytest.mark.slow


@pytest.fixture
def trained(project, store):
    """The bound pipeline and the catalog of a project that has been trained."""
    from kedro.framework.project import pipelines

    with project.session() as session:
        session.run(pipeline_names=["data_science"])
    with project.session() as session:
        context = session.load_context()
        yield pipelines["churn"], context.catalog
    mlflow.set_tracking_uri(None)


def test_a_model_logged_by_hand_predicts(project, trained, store):
    pipeline_ml, catalog = trained
    mlflow.set_tracking_uri(store)
    artifacts = pipeline_ml.extract_pipeline_artifacts(catalog)
    assert set(artifacts) == {"scaler", "classifier"}
    with mlflow.start_run():
        info = mlflow.pyfunc.log_model(
            name="model",
            python_model=KedroPipelineModel(pipeline_ml=pipeline_ml, catalog=catalog, copy_mode="assign"),
            artifacts=artifacts,
            signature=infer_signature(catalog.load(pipeline_ml.input_name)),
            pip_requirements=[],
        )
    loaded = mlflow.pyfunc.load_model(info.model_uri)
    answer = loaded.predict(pd.DataFrame({"spend": [1.0, 30.0], "visits": [2, 3]}))
    assert list(answer.columns) == ["score", "churns"]
    with pytest.raises(MlflowException, match="this model has no parameter 'treshold'; a caller may set: none"):
        loaded.predict(pd.DataFrame({"spend": [1.0], "visits": [2]}), params={"treshold": 0.1})


class Other(mlflow.pyfunc.PythonModel):
    """A model of somebody else."""

    def predict(self, context, model_input: list[str], params=None):  # noqa: ARG002 - so MLflow calls it
        """Return the input back."""
        return model_input


def test_models_of_others_are_left_alone(tmp_path):
    refuse_unknown_parameters()
    mlflow.pyfunc.save_model(tmp_path / "other", python_model=Other(), pip_requirements=[])
    assert mlflow.pyfunc.load_model(tmp_path / "other").predict(["a"], params={"unknown": 1}) == ["a"]


def test_both_spellings_make_the_same_plan(trained):
    pipeline_ml, catalog = trained
    by_parts = KedroPipelineModel(pipeline_ml.inference, catalog, "customers", copy_mode="assign")
    by_binding = KedroPipelineModel(pipeline_ml=pipeline_ml, catalog=catalog)
    assert by_parts.plan == by_binding.plan
    assert KedroPipelineModel(pipeline_ml, catalog).plan == by_binding.plan
    assert by_parts.extract_pipeline_artifacts("unused") == pipeline_ml.extract_pipeline_artifacts(catalog)


def test_it_pickles_as_its_plan(trained):
    pipeline_ml, catalog = trained
    pickled = pickle.dumps(KedroPipelineModel(pipeline_ml=pipeline_ml, catalog=catalog))
    assert b"kedro.pipeline" not in pickled
    assert b"kedro.io" not in pickled
    assert pickle.loads(pickled).plan.input_name == "customers"


def test_artifacts_that_do_not_match_are_refused(trained):
    pipeline_ml, catalog = trained
    model = KedroPipelineModel(pipeline_ml=pipeline_ml, catalog=catalog)
    context = mlflow.pyfunc.PythonModelContext({"scaler": "x"}, None)
    with pytest.raises(BindingError, match=r"missing \['classifier'\]"):
        model.load_context(context)


def test_wrong_parts_are_refused(trained):
    pipeline_ml, catalog = trained
    with pytest.raises(BindingError, match="did you mean 'customers'"):
        KedroPipelineModel(pipeline_ml.inference, catalog, "customer")
    with pytest.raises(BindingError, match="did you mean 'assign'"):
        KedroPipelineModel(pipeline_ml.inference, catalog, "customers", copy_mode="asign")
    with pytest.raises(BindingError, match="needs a pipeline"):
        KedroPipelineModel(catalog=catalog)
