import pytest
import yaml

from conf_schema import Draft, validate_document
from kedro_bind import pipeline_ml_factory
from kedro_bind.binding.expand import draft_all
from kedro_bind.errors import BindingError
from kedro_bind.proposal.from_code import document_of
from tests.kedro_bind.proposal import projects


def bound(shape, training="training", **arguments):
    whole = shape.pipelines["data_science"]
    return pipeline_ml_factory(
        whole.only_nodes_with_tags(training), whole.only_nodes_with_tags("inference"), "customers", **arguments
    )


def resolved(text, name, pipelines):
    document, problems = validate_document(yaml.safe_load(text))
    assert not problems
    return draft_all({name: Draft(document.bindings[name])}, pipelines)[name].binding


def test_the_document_declares_the_same_binding():
    shape = projects.tags()
    options = {
        "kpm_kwargs": {"runner": "ThreadRunner", "copy_mode": {"scaler": "deepcopy"}},
        "log_model_kwargs": {"name": "churn", "registered_model_name": "churn", "aliases": ["champion"]},
    }
    made = bound(shape, **options)
    text = document_of("churn", {**shape.pipelines, "churn": made})
    assert resolved(text, "churn", shape.pipelines) == made.binding.named("churn")


def test_nodes_that_no_filter_names_are_named_one_by_one():
    shape = projects.tags()
    whole = shape.pipelines["data_science"]
    nodes = whole.only_nodes("fit_scaler", "scale", "fit_classifier")
    made = pipeline_ml_factory(nodes.only_nodes("fit_scaler"), whole.only_nodes("scale"), "customers")
    values = yaml.safe_load(document_of("scaled", {**shape.pipelines, "scaled": made}))["scaled"]
    assert values["training"] == {"pipeline": "data_science", "node_names": ["fit_scaler"]}


def test_a_pipeline_that_is_not_registered_is_an_error_with_the_remedy():
    shape = projects.tags()
    with pytest.raises(BindingError, match="register its training pipeline under a name of its own"):
        document_of("churn", {"churn": bound(shape)})


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("chrun", "there is no registered pipeline 'chrun'; did you mean 'churn'"),
        ("data_science", "is not made by pipeline_ml_factory"),
    ],
)
def test_what_is_not_bound_in_code_is_refused(name, message):
    shape = projects.tags()
    with pytest.raises(BindingError, match=message):
        document_of(name, {**shape.pipelines, "churn": bound(shape)})


def test_kedro_mlflows_class_is_read_by_its_attributes():
    shape = projects.tags()
    whole = shape.pipelines["data_science"]

    class PipelineML(type(whole)):
        """Has what kedro-mlflow 2.0.3's class of this name has."""

        training = whole.only_nodes_with_tags("training")
        inference = whole.only_nodes_with_tags("inference")
        input_name = "customers"
        kpm_kwargs = {"copy_mode": "assign"}  # noqa: RUF012 - an instance's attribute there
        log_model_kwargs = {"signature": "auto", "name": "model"}  # noqa: RUF012 - see above

    values = yaml.safe_load(document_of("churn", {**shape.pipelines, "churn": PipelineML(PipelineML.training.nodes)}))
    assert values == {
        "churn": {
            "training": {"pipeline": "data_science", "tags": "training"},
            "inference": {"pipeline": "data_science", "tags": "inference"},
            "input_name": "customers",
        }
    }
