import pytest
import yaml
from kedro.pipeline import Pipeline, node

from conf_schema import Draft, has_errors, validate_document
from kedro_bind import pipeline_ml_factory
from kedro_bind.binding.expand import draft_all
from kedro_bind.checks import CheckContext
from kedro_bind.checks.rules import check_drafts
from kedro_bind.proposal.propose import Narrowed, propose
from tests.kedro_bind.proposal import projects

WHOLE = [
    "tags",
    "two_pipelines",
    "namespaces",
    "namespaces_with_tags",
    "several_models",
    "two_inputs",
    "factories",
    "collected",
    "shared_preprocessing",
    "large",
]


def proposed(shape, **narrowed):
    return propose(shape.pipelines, CheckContext(shape.catalog), "shop", Narrowed(**narrowed))


def bindings(text):
    return yaml.safe_load(text)


def findings(text, shape):
    document, problems = validate_document(bindings(text))
    drafted = draft_all({name: Draft(binding) for name, binding in document.bindings.items()}, shape.pipelines).values()
    found = [finding for draft in drafted for finding in draft.findings]
    return [*problems, *found, *check_drafts(drafted, CheckContext(shape.catalog))]


@pytest.mark.parametrize("name", WHOLE)
def test_the_document_passes_the_check(name):
    shape = getattr(projects, name)()
    proposal = proposed(shape)
    assert not has_errors(findings(proposal.text, shape)), proposal.text
    assert list(proposal.findings) == findings(proposal.text, shape)
    assert (proposal.entries, proposal.reason) == ("", "")


def test_tags_are_bound():
    binding = {
        "training": {"pipeline": "data_science", "tags": "training"},
        "inference": {"pipeline": "data_science", "tags": "inference"},
        "input_name": "customers",
    }
    text = proposed(projects.tags()).text
    assert bindings(text) == {"shop": binding}
    assert "could also" not in text


def test_the_input_is_what_all_that_is_fitted_is_computed_from():
    text = proposed(projects.collected()).text
    assert bindings(text)["shop"]["input_name"] == "readings"
    assert "fits forest, statistics" in text


def test_preprocessing_with_the_tags_of_both_parts_is_in_both():
    text = proposed(projects.shared_preprocessing()).text
    assert bindings(text) == {
        f"{name}_model": {
            "training": {"pipeline": ["preprocessing", name], "tags": "training"},
            "inference": {"pipeline": ["preprocessing", name], "tags": "inference"},
            "input_name": "tickets",
        }
        for name in ("routing", "urgency")
    }
    assert "pipeline: [preprocessing, routing]" in text


def test_what_nodes_fit_is_not_what_a_caller_supplies():
    shape = projects.shared_preprocessing()
    shape.pipelines["reporting"] = Pipeline([node(projects.fit, ["customers", "routing.scaler"], "report", name="r")])
    assert not [name for name in bindings(proposed(shape).text) if name not in ("routing_model", "urgency_model")]


def test_two_pipelines_are_bound():
    (binding,) = bindings(proposed(projects.two_pipelines()).text).values()
    assert binding == {
        "training": {"pipeline": "training"},
        "inference": {"pipeline": "scoring"},
        "input_name": "applicants",
    }


def test_namespaces_are_bound_with_artifacts_and_the_input_of_training():
    (binding,) = bindings(proposed(projects.namespaces()).text).values()
    assert binding == {
        "training": {"pipeline": "churn", "node_namespaces": "training", "input_name": "customers"},
        "inference": {"pipeline": "churn", "node_namespaces": "inference"},
        "input_name": "inference.customers",
        "artifacts": {
            "inference.classifier": "training.classifier",
            "inference.scaler": "training.scaler",
        },
    }


@pytest.mark.parametrize(
    ("name", "names"),
    [("several_models", ["churn_model", "value_model"]), ("namespaces_with_tags", ["churn", "value"])],
)
def test_each_of_several_models_has_a_binding(name, names):
    proposal = proposed(getattr(projects, name)())
    assert list(bindings(proposal.text)) == names == list(proposal.names)


def test_a_choice_that_is_left_is_written_as_a_comment():
    text = proposed(projects.two_inputs()).text
    (binding,) = bindings(text).values()
    assert binding["input_name"] == "customers"
    assert "could also be bound" in text
    assert "#   input_name: stores" in text


def test_a_project_that_only_evaluates_is_told_which_node_is_missing():
    proposal = proposed(projects.spaceflights(predicts=False))
    assert proposal.text == ""
    assert "no node predicts with 'regressor', which the node 'train_model'" in proposal.reason
    assert "evaluate_model can't" in proposal.reason
    assert 'node(predict, ["regressor", "features"], "predictions"' in proposal.reason


def test_the_same_project_with_that_node_is_bound():
    shape = projects.spaceflights(predicts=True)
    text = proposed(shape).text
    (binding,) = bindings(text).values()
    assert binding["training"] == {"pipeline": "data_science", "exclude_tags": "inference"}
    assert binding["input_name"] == "offers"
    assert not has_errors(findings(text, shape))


@pytest.mark.parametrize(
    ("tagged", "training", "inference"),
    [
        (False, {"pipeline": "data_science"}, {"pipeline": "inference"}),
        (
            True,
            {"pipeline": "data_science", "exclude_tags": "inference"},
            {"pipeline": "data_science", "tags": "inference"},
        ),
    ],
)
def test_rows_that_training_splits_off_are_the_input(tagged, training, inference):
    shape = projects.splitting(tagged=tagged)
    text = proposed(shape).text
    assert bindings(text) == {"shop": {"training": training, "inference": inference, "input_name": "X_test"}}
    assert "could also" not in text
    assert not has_errors(findings(text, shape))


def test_rows_that_training_splits_off_in_a_namespace_are_the_input():
    shape = projects.splitting_in_namespaces()
    text = proposed(shape).text
    (binding,) = bindings(text).values()
    assert binding == {
        "training": {"pipeline": "pricing", "node_namespaces": "training", "input_name": "training.X_test"},
        "inference": {"pipeline": "pricing", "node_namespaces": "inference"},
        "input_name": "inference.X_test",
        "artifacts": {"inference.regressor": "training.regressor"},
    }
    assert not has_errors(findings(text, shape))


@pytest.mark.parametrize(
    "options", [{"inputs": ["X_test", "y_test", "regressor"]}, {"kept": False}], ids=["with_labels", "not_kept"]
)
def test_nothing_is_bound_where_the_catalog_does_not_tell_rows_from_what_is_fitted(options):
    assert proposed(projects.splitting(**options)).text == ""


def test_what_is_not_kept_gets_an_entry_to_paste():
    shape = projects.not_persisted()
    proposal = proposed(shape)
    entries = yaml.safe_load(proposal.entries)
    assert list(entries) == ["classifier", "scaler"]
    for name, entry in entries.items():
        shape.catalog[name] = type(shape.catalog).from_config({name: entry}).get(name)
    assert not has_errors(findings(proposal.text, shape))


def test_nothing_to_bind_has_a_reason():
    proposal = proposed(projects.one_node())
    assert proposal.text == ""
    assert "tag the nodes that fit 'training'" in proposal.reason


def test_a_project_without_a_node_has_a_reason():
    proposal = propose({"__default__": Pipeline([])}, CheckContext(projects.one_node().catalog), "shop")
    assert "registers no pipeline with a node" in proposal.reason


def test_a_name_that_does_not_exist_is_refused_with_those_that_do():
    proposal = proposed(projects.tags(), inference="inferenec")
    assert proposal.reason.startswith("there is no pipeline, tag or namespace 'inferenec'; the project has ")
    assert "inference" in proposal.reason


def test_name_training_and_inference_narrow_the_choice():
    proposal = proposed(projects.several_models(), name="worth", inference="value")
    ((name, binding),) = bindings(proposal.text).items()
    assert name == "worth"
    assert binding["inference"]["pipeline"] == "value"


def test_a_pipeline_that_is_bound_already_is_not_bound_again():
    shape = projects.tags()
    whole = shape.pipelines["data_science"]
    training, inference = (whole.only_nodes_with_tags(tag) for tag in ("training", "inference"))
    bound = pipeline_ml_factory(training, inference, "customers")
    proposal = propose({**shape.pipelines, "shop": bound}, CheckContext(shape.catalog), "shop")
    assert list(bindings(proposal.text)) == ["shop_model"]


def test_the_same_project_gives_the_same_document():
    assert proposed(projects.several_models()) == proposed(projects.several_models())


def test_a_table_that_another_pipeline_reads_is_not_a_model():
    tables = [
        node(projects.fit, "raw", "cleaned", name="clean"),
        node(projects.fit, ["cleaned", "stores"], "joined", name="join"),
    ]
    shape = projects.shape_of(
        [], ["raw", "cleaned", "stores", "joined"], first=Pipeline(tables[:1]), second=Pipeline(tables[1:])
    )
    assert proposed(shape).text == ""
