"""A binding as what a picture is of."""

from __future__ import annotations

from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node
from kedro_datasets.pickle import PickleDataset

from kedro_bind.render.picture.of_binding import subject_of_binding
from kedro_bind.render.picture.subject import CarriedArtifact, CarriedParameter, Step
from tests.bindings import resolved

TRAINING = Pipeline([node(max, ["x", "params:depth"], "model", name="fit")])
INFERENCE = Pipeline([node(max, ["x", "tree", "params:at", "params:by"], "out", name="predict")])


def subject(catalog=None, **options):
    binding = resolved(
        INFERENCE,
        training=TRAINING,
        name="churn",
        artifacts={"tree": "model"},
        kpm_kwargs={"copy_mode": {"tree": "deepcopy"}},
        log_model_kwargs={"predict_params": ["at"], **options},
    )
    return subject_of_binding(binding, catalog)


def test_what_is_known_without_a_catalog():
    found = subject()
    assert (found.name, found.place, found.input_name) == ("churn", "a binding that is not logged yet", "x")
    assert found.training == (Step("fit", "builtins:max", ("x", "params:depth"), ("model",)),)
    assert found.artifacts == (CarriedArtifact("tree", "model"),)
    assert found.parameters == (
        CarriedParameter("params:at", "", settable=True),
        CarriedParameter("params:by", "", settable=False),
    )
    assert found.notes == {"tree": (("copy mode", "deepcopy"),)}


def test_types_and_values_are_those_of_the_catalog():
    catalog = DataCatalog({"model": PickleDataset(filepath="model.pkl")})
    catalog["params:at"] = 0.5
    found = subject(catalog)
    assert found.artifacts[0].kind == "pickle.PickleDataset"
    assert [parameter.value for parameter in found.parameters] == ["0.5", ""]


def test_options_are_facts():
    facts = dict(
        subject(
            registered_model_name="churn", aliases=["champion"], promote_if="a > champion", row_wise=False, verify=False
        ).facts
    )
    assert facts["registered as"] == "churn as champion"
    assert facts["promoted if"] == "a > champion"
    assert (facts["row-wise"], facts["verified"]) == ("false", "no")
