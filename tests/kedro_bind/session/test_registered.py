"""Bound pipelines together with those of a project that builds each of them on demand."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from kedro.framework.startup import bootstrap_project
from kedro.pipeline import Pipeline, node

from kedro_bind.config.document import config_loader, read_config
from kedro_bind.errors import BindingError
from kedro_bind.session.registered import add_bound, refusal
from tests.kedro_project import BINDING

MISSPELT = BINDING.replace("churn:", "misspelt:").replace("tags: training", "tags: trainin")


class OnDemand(Mapping):
    """Pipelines that are built when they are looked up, and remembered in `built`."""

    def __init__(self):
        self.built = []

    def __getitem__(self, name):
        if name not in self:
            raise KeyError(name)
        self.built.append(name)
        return Pipeline(
            [
                node(lambda customers: customers, "customers", "classifier", name="fit", tags="training"),
                node(lambda customers, classifier: customers, ["customers", "classifier"], "y", tags="inference"),
            ]
        )

    def __contains__(self, name):
        return name in ("data_science", "reporting")

    def __iter__(self):
        return iter(("data_science", "reporting"))

    def __len__(self):
        return 2


@pytest.fixture
def config(project):
    """A document with a binding that can be built, and one that can't."""
    project.write("conf/base/pipeline_ml.yml", BINDING + MISSPELT)
    bootstrap_project(project.path)
    return read_config(config_loader(project.path, None, None), project.path)


def test_bound_pipelines_come_first_and_others_are_built_only_when_they_are_looked_up(config):
    own = OnDemand()
    registered = add_bound(own, config, ["churn"])
    assert set(own.built) == {"data_science"}
    assert [node.name for node in registered["churn"].nodes] == ["fit"]
    assert len(registered["reporting"].nodes) == 2
    assert set(registered) == {"churn", "data_science", "reporting"}


def test_a_broken_binding_is_left_out_and_asking_for_it_says_why(config):
    registered = add_bound(OnDemand(), config, config.names)
    assert "misspelt" not in registered
    with pytest.raises(BindingError, match="did you mean 'training'") as info:
        registered["misspelt"]
    assert info.value.message.startswith("the bound pipeline 'misspelt' can't run:\n")
    assert info.value.binding == "misspelt"
    assert [finding.code for finding in info.value.diagnostics] == ["empty-selection"]


def test_an_unknown_name_is_a_key_error_unless_the_document_is_unreadable(config, project):
    registered = add_bound(OnDemand(), config, ["churn"])
    with pytest.raises(KeyError):
        registered["nobody"]
    project.write("conf/base/pipeline_ml.yml", "churn: [")
    unreadable = read_config(config_loader(project.path, None, None), project.path)
    assert isinstance(refusal("nobody", unreadable), BindingError)


def test_a_pipeline_can_be_removed_whoever_registered_it(config):
    registered = add_bound({"data_science": OnDemand()["data_science"]}, config, ["churn"])
    del registered["churn"]
    del registered["data_science"]
    assert "data_science" not in registered.maps[1]
    with pytest.raises(KeyError):
        del registered["nobody"]


def test_bindings_that_bind_pipelines_has_added_are_not_added_again(config):
    once = add_bound(OnDemand(), config, ["churn"])
    twice = add_bound(dict(once), config, ["churn"])
    assert twice["churn"] is once["churn"]
    assert not twice.config.findings
