"""A `PipelineML` is a `Pipeline`, and keeps its binding where its training nodes are all kept."""

from __future__ import annotations

import copy
import pickle

import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node, pipeline
from kedro.runner import SequentialRunner, ThreadRunner
from mlflow.models import infer_signature
from mlflow.models.resources import DatabricksFunction

from kedro_bind import BindingError, PipelineML, pipeline_ml_factory


def prep(raw):
    return raw * 2


def fit(clean):
    return clean + 1


def predict(data, model):
    return data * model


TRAINING = Pipeline(
    [
        node(prep, "raw", "clean", name="prep", tags="early", namespace="lab"),
        node(fit, "clean", "model", name="fit", tags="late"),
    ]
)
INFERENCE = Pipeline([node(predict, ["data", "model"], "predictions", name="predict")])
OTHER = Pipeline([node(prep, "else", "other", name="other")])


@pytest.fixture
def ml():
    return pipeline_ml_factory(TRAINING, INFERENCE, "data")


def names(made):
    return sorted(made_node.name for made_node in made.nodes)


ALL = ["fit", "lab.prep"]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda ml: ml + OTHER, [*ALL, "other"]),
        (lambda ml: OTHER + ml, [*ALL, "other"]),
        (lambda ml: Pipeline([]) + ml, ALL),
        (lambda ml: sum([ml]), ALL),
        (lambda ml: sum([OTHER, ml]), [*ALL, "other"]),
        (lambda ml: ml | OTHER, [*ALL, "other"]),
        (lambda ml: OTHER | ml, [*ALL, "other"]),
        (lambda ml: ml & TRAINING, ALL),
        (lambda ml: TRAINING & ml, ALL),
        (lambda ml: ml - OTHER, ALL),
        (lambda ml: ml.tag(["x"]), ALL),
        (lambda ml: ml.tag("x"), ALL),
        (lambda ml: ml.filter(), ALL),
        (lambda ml: ml.filter(tags=["early", "late"]), ALL),
        (lambda ml: ml.only_nodes("lab.prep", "fit"), ALL),
        (lambda ml: ml.only_nodes_with_tags("early", "late"), ALL),
        (lambda ml: ml.only_nodes_with_inputs("raw", "clean"), ALL),
        (lambda ml: ml.only_nodes_with_outputs("model", "clean"), ALL),
        (lambda ml: ml.from_nodes("lab.prep"), ALL),
        (lambda ml: ml.to_nodes("fit"), ALL),
        (lambda ml: ml.from_inputs("raw"), ALL),
        (lambda ml: ml.to_outputs("model"), ALL),
    ],
)
def test_what_keeps_all_training_nodes_stays_bound(ml, make, expected):
    made = make(ml)
    assert isinstance(made, PipelineML)
    assert names(made) == sorted(expected)
    assert names(made.training) == ALL
    assert made.inference.nodes == INFERENCE.nodes
    assert made.input_name == "data"


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda ml: ml - Pipeline([TRAINING.nodes[0]]), ["fit"]),
        (lambda ml: ml & Pipeline([TRAINING.nodes[0]]), ["lab.prep"]),
        (lambda ml: Pipeline([TRAINING.nodes[0]]) & ml, ["lab.prep"]),
        (lambda ml: ml.filter(node_names=["lab.prep"]), ["lab.prep"]),
        (lambda ml: ml.filter(to_outputs=["clean"]), ["lab.prep"]),
        (lambda ml: ml.only_nodes("fit"), ["fit"]),
        (lambda ml: ml.only_nodes_with_namespaces(["lab"]), ["lab.prep"]),
        (lambda ml: ml.only_nodes_with_tags("late"), ["fit"]),
        (lambda ml: ml.only_nodes_with_inputs("clean"), ["fit"]),
        (lambda ml: ml.only_nodes_with_outputs("clean"), ["lab.prep"]),
        (lambda ml: ml.from_nodes("fit"), ["fit"]),
        (lambda ml: ml.to_nodes("lab.prep"), ["lab.prep"]),
        (lambda ml: ml.from_inputs("clean"), ["fit"]),
        (lambda ml: ml.to_outputs("clean"), ["lab.prep"]),
    ],
)
def test_what_loses_a_training_node_is_a_plain_pipeline(ml, make, expected):
    made = make(ml)
    assert type(made) is Pipeline
    assert names(made) == expected


def test_two_bindings_add_up_to_a_plain_pipeline(ml):
    other = pipeline_ml_factory(
        OTHER, Pipeline([node(predict, ["data", "other"], "out", name="predict_other")]), "data"
    )
    assert type(ml + other) is Pipeline
    assert isinstance(ml + ml, PipelineML)


def test_operators_refuse_what_is_no_pipeline(ml):
    for operate in (lambda: ml + 1, lambda: ml - 1, lambda: ml & 1, lambda: ml | 1):
        with pytest.raises(TypeError):
            operate()


def test_it_runs_as_its_training_does(ml):
    catalog = DataCatalog({"raw": MemoryDataset(3)})
    assert SequentialRunner().run(ml, catalog)["model"].load() == 7


@pytest.fixture
def rich():
    """A binding with every kind of option that Python can declare."""
    return pipeline_ml_factory(
        TRAINING,
        INFERENCE,
        kpm_kwargs={"runner": ThreadRunner(max_workers=2), "copy_mode": {"model": None, "data": "copy"}},
        log_model_kwargs={
            "signature": infer_signature([1.0]),
            "input_example": pd.DataFrame({"data": [1, 2]}),
            "metadata": {"team": "growth"},
            "resources": [DatabricksFunction("f")],
            "params": {"depth": 3},
        },
        training_input_name="raw",
    )


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda ml: pickle.loads(pickle.dumps(ml))])
def test_a_copy_keeps_the_binding_and_equals_it(rich, again):
    made = again(rich)
    assert isinstance(made, PipelineML)
    assert made == rich
    assert hash(made) == hash(rich)
    assert len({made, rich}) == 1
    assert (made.input_name, made.binding.training_input) == ("data", "raw")
    assert made.kpm_kwargs == rich.kpm_kwargs
    assert made.binding.model.metadata == {"team": "growth"}
    for total in (made + OTHER, OTHER + made, made + rich, sum([made, rich]), made.filter(), made.tag("x")):
        assert isinstance(total, PipelineML)
        assert total.binding == rich.binding


@pytest.mark.parametrize(
    "change",
    [
        {"kpm_kwargs": {"runner": "ThreadRunner"}},
        {"kpm_kwargs": {"copy_mode": "copy"}},
        {"log_model_kwargs": {"metadata": {"a": 1}}},
        {"log_model_kwargs": {"input_example": pd.DataFrame({"data": [1]})}},
        {"log_model_kwargs": {"model_type": "classifier"}},
        {"training": TRAINING + OTHER},
        {"inference": Pipeline([node(predict, ["data", "model"], "other", name="predict")])},
        {"training_input_name": "raw"},
    ],
)
def test_bindings_are_equal_if_their_nodes_and_options_are(ml, change):
    arguments = {"training": TRAINING, "inference": INFERENCE, "input_name": "data"}
    assert pipeline_ml_factory(**arguments) == ml
    other = pipeline_ml_factory(**{**arguments, **change})
    assert other == pipeline_ml_factory(**{**arguments, **change})
    assert other != ml
    assert type(other + ml) is Pipeline


def test_a_binding_is_not_equal_to_a_plain_pipeline(ml):
    assert ml != TRAINING
    assert TRAINING != ml  # noqa: SIM300 - both orders
    assert ml + OTHER != ml


def test_the_pipelines_of_a_namespace_are_bound_once_they_are_in_it():
    made = pipeline_ml_factory(
        pipeline(TRAINING, namespace="shop"),
        pipeline(INFERENCE, namespace="serving"),
        artifacts={"serving.model": "shop.model"},
        training_input_name="shop.raw",
    )
    assert made.input_name == "serving.data"
    assert made.binding.training_input == "shop.raw"
    assert made.binding.artifact_sources == {"serving.model": "shop.model"}


def test_in_a_namespace_it_is_a_plain_pipeline(ml):
    made = pipeline(ml, namespace="shop")
    assert type(made) is Pipeline
    assert names(made) == ["shop.fit", "shop.lab.prep"]


def test_tagging_reaches_the_training_nodes(ml):
    assert all("x" in tagged.tags for tagged in ml.tag("x").training.nodes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"input_name": "dta"}, "did you mean 'data'"),
        ({"input_name": "predictions"}, "one of its nodes produces it"),
        ({"input_name": 3}, "'input_name' is 3; it must be a string"),
        ({"training_input_name": "rw"}, "training has no dataset 'rw'; did you mean 'raw'"),
        ({"artifacts": {"model": "modle"}}, "training has no dataset 'modle'; did you mean 'model'"),
        ({"artifacts": ["model"]}, "'artifacts' is a list; it must be a mapping"),
        ({"kpm_kwargs": {"copy_mode": {"modle": "assign"}}}, "did you mean 'model'"),
        ({"kpm_kwargs": {"copy_mode": {"modle": None}}}, "did you mean 'model'"),
        ({"kpm_kwargs": {"copy_mode": {"model": "asign"}}}, "did you mean 'assign'"),
        ({"kpm_kwargs": {"copy_mode": "asign"}}, "did you mean 'assign'"),
        ({"kpm_kwargs": {"copymode": "assign"}}, "did you mean 'copy_mode'"),
        ({"kpm_kwargs": {"copy_mode": 3}}, "it must be 'assign', 'copy', 'deepcopy', or a mapping"),
        ({"kpm_kwargs": {"runner": ThreadRunner}}, "'runner' is the class ThreadRunner; it must be a Kedro runner"),
        ({"kpm_kwargs": {"runner": 3}}, "'runner' is of type int; it must be a Kedro runner"),
        ({"kpm_kwargs": ["runner"]}, "kpm_kwargs is of type list; it must be a mapping"),
        ({"log_model_kwargs": "name"}, "log_model_kwargs is of type str; it must be a mapping"),
        ({"log_model_kwargs": {"name": "a", "artifact_path": "b"}}, "artifact_path"),
        (
            {"log_model_kwargs": {"signatur": "auto"}},
            "there is no key 'signatur' in log_model_kwargs; did you mean 'signature'",
        ),
        (
            {"log_model_kwargs": {"python_model": 1}},
            "log_model_kwargs can't have the key 'python_model': kedro_bind creates",
        ),
        ({"log_model_kwargs": {"signature": "inferred"}}, "'model.signature' is 'inferred'; it must be 'auto'"),
        ({"log_model_kwargs": {"signature": {}}}, "'signature' is of type dict; it must be a ModelSignature"),
        ({"log_model_kwargs": {"code_paths": "src/shop"}}, r"'model.code_paths' is 'src/shop'.*write '\[src/shop\]'"),
        ({"log_model_kwargs": {"aliases": ["champion"]}}, "'registered_model_name' is missing"),
        ({"log_model_kwargs": {"registered_model_name": 3}}, "'model.registered_model_name' is 3"),
        (
            {"log_model_kwargs": {"pip_requirements": ["a"], "conda_env": "conda.yml"}},
            "MLflow takes only one of 'pip_requirements' and 'conda_env'",
        ),
        ({"log_model_kwargs": {"predict_params": ["params:x"]}}, "inference has no parameter 'params:x'"),
        ({"log_model_kwargs": {"promote_if": "accuracy"}}, "write it as 'METRIC >= ALIAS'"),
        ({"log_model_kwargs": {"resources": [], "auth_policy": 1}}, "only one of 'resources' and 'auth_policy'"),
        ({"training": OTHER, "input_name": "data"}, "inference needs 'model'"),
        ({"training": OTHER}, "inputs 'data' and 'model', and a caller supplies only one"),
        ({"training": None}, "'training' is of type NoneType; pass a Pipeline"),
        ({"training": TRAINING.nodes}, "'training' is of type list; pass a Pipeline"),
        ({"inference": None}, "'inference' is of type NoneType; pass a Pipeline"),
        ({"inference": INFERENCE + OTHER, "input_name": "data"}, "2 outputs"),
    ],
)
def test_what_does_not_belong_together_is_refused(change, message):
    arguments = {"training": TRAINING, "inference": INFERENCE, **change}
    with pytest.raises(BindingError, match=message) as caught:
        pipeline_ml_factory(**arguments)
    assert isinstance(caught.value, ValueError)


def test_nodes_of_none_are_refused():
    with pytest.raises(BindingError, match="'nodes' is of type NoneType; pass a Pipeline"):
        PipelineML(None, inference=INFERENCE)


def test_mlflow_2s_name_for_a_models_name_is_taken():
    made = pipeline_ml_factory(TRAINING, INFERENCE, "data", log_model_kwargs={"artifact_path": "mine"})
    assert made.log_model_kwargs == {"name": "mine", "signature": "auto"}


def test_an_inference_input_may_be_an_input_of_training():
    inference = Pipeline([node(predict, ["data", "raw"], "predictions", name="predict")])
    assert pipeline_ml_factory(TRAINING, inference, "data").binding.artifact_sources == {"raw": "raw"}


def test_the_arguments_of_kedro_mlflow_can_be_read_again():
    made = pipeline_ml_factory(TRAINING, INFERENCE)
    assert (made.kpm_kwargs, made.log_model_kwargs) == ({}, {"name": "model", "signature": "auto"})
    options = {
        "registered_model_name": "churn",
        "aliases": ["champion"],
        "tags": {"team": "a"},
        "model_type": "regressor",
    }
    made = pipeline_ml_factory(TRAINING, INFERENCE, log_model_kwargs=options, kpm_kwargs={"copy_mode": "copy"})
    assert made.log_model_kwargs == {"name": "model", "signature": "auto", **options}
    assert made.kpm_kwargs == {"copy_mode": "copy"}
