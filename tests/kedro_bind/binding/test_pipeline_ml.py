"""A `PipelineML` is a `Pipeline`, and keeps its binding where its training nodes are all kept."""

from __future__ import annotations

import pickle

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node, pipeline
from kedro.runner import SequentialRunner

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
    return sorted(each.name for each in made.nodes)


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


def test_it_hashes_pickles_and_runs_as_its_training_does(ml):
    assert len({ml, ml}) == 1
    copy = pickle.loads(pickle.dumps(ml))
    assert names(copy.inference) == ["predict"]
    catalog = DataCatalog({"raw": MemoryDataset(3)})
    assert SequentialRunner().run(ml, catalog)["model"].load() == 7


def test_it_can_be_put_into_a_namespace(ml):
    assert names(pipeline(ml, namespace="shop")) == ["shop.fit", "shop.lab.prep"]


def test_tagging_reaches_the_training_nodes(ml):
    assert all("x" in each.tags for each in ml.tag("x").training.nodes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"input_name": "dta"}, "did you mean 'data'"),
        ({"input_name": "predictions"}, "one of its nodes produces it"),
        ({"kpm_kwargs": {"copy_mode": {"modle": "assign"}}}, "did you mean 'model'"),
        ({"kpm_kwargs": {"copy_mode": {"model": "asign"}}}, "did you mean 'assign'"),
        ({"kpm_kwargs": {"copy_mode": "asign"}}, "did you mean 'assign'"),
        ({"kpm_kwargs": {"copymode": "assign"}}, "did you mean 'copy_mode'"),
        ({"kpm_kwargs": {"copy_mode": 3}}, "it must be 'assign', 'copy', 'deepcopy', or a mapping"),
        ({"log_model_kwargs": {"name": "a", "artifact_path": "b"}}, "artifact_path"),
        ({"training": OTHER}, "inference needs 'model'"),
        ({"inference": INFERENCE + OTHER}, "2 outputs"),
    ],
)
def test_what_does_not_belong_together_is_refused(change, message):
    arguments = {"training": TRAINING, "inference": INFERENCE, "input_name": "data", **change}
    with pytest.raises(BindingError, match=message):
        pipeline_ml_factory(**arguments)


def test_mlflow_2s_name_for_a_models_name_is_taken():
    made = pipeline_ml_factory(TRAINING, INFERENCE, "data", log_model_kwargs={"artifact_path": "mine"})
    assert made.log_model_kwargs == {"name": "mine", "signature": "auto"}


def test_an_inference_input_may_be_an_input_of_training():
    inference = Pipeline([node(predict, ["data", "raw"], "predictions", name="predict")])
    assert pipeline_ml_factory(TRAINING, inference, "data").binding.artifact_sources == {"raw": "raw"}


def test_what_log_model_does_not_take_is_refused_before_anything_runs():
    with pytest.raises(BindingError, match="log_model_kwargs has no 'signatur'; did you mean 'signature'"):
        pipeline_ml_factory(TRAINING, INFERENCE, "data", log_model_kwargs={"signatur": "auto"})
