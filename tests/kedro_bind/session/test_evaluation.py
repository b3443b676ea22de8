"""The evaluation of logged models by a command, in a project without one."""

from __future__ import annotations

import mlflow
import pytest

from kedro_bind.errors import BindingError, KedroBindError
from kedro_bind.session.evaluation import evaluate_models
from tests.kedro_project import BINDING

pytestmark = pytest.mark.slow

REGISTERED = BINDING + "  model: {registered_model_name: churn}\n"
SCORING = """
from kedro.pipeline import Pipeline, node


def create_pipeline(**kwargs) -> Pipeline:
    return Pipeline([node(len, "predictions", "count", name="count")])
"""


@pytest.fixture
def evaluate(project, store):
    def run(name, *models, evaluated=True):
        project.write(f"src/{project.package}/pipelines/scoring/__init__.py", SCORING)
        project.write("conf/base/pipeline_ml.yml", REGISTERED + ("  evaluation: {pipeline: scoring}\n" * evaluated))
        with project.session() as session:
            return evaluate_models(name, models, session.load_context())

    return run


def test_there_has_to_be_a_version(evaluate, store):
    client = mlflow.MlflowClient(store)
    with pytest.raises(
        KedroBindError, match="there is no registered model 'churn'; 'kedro run --pipelines=churn' makes"
    ):
        evaluate("churn")
    client.create_registered_model("churn")
    with pytest.raises(KedroBindError, match="the registered model 'churn' has no version; 'kedro run --pipelines"):
        evaluate("churn")


def test_a_model_that_is_not_there_has_the_reason_in_its_row(evaluate):
    table = evaluate("churn", "3", "champion", "models:/other/1")
    assert [row.uri for row in table.rows] == ["models:/churn/3", "models:/churn@champion", "models:/other/1"]
    assert all(row.error for row in table.rows)


def test_a_binding_has_to_be_there_and_to_have_an_evaluation(evaluate):
    with pytest.raises(BindingError, match="there is no bound pipeline 'chur'"):
        evaluate("chur")
    with pytest.raises(BindingError, match="the binding 'churn' has no evaluation; declare the nodes that score"):
        evaluate("churn", "1", evaluated=False)
