"""Loading only what was requested, with the project's own code and Kedro's request."""

from __future__ import annotations

import pytest
from kedro.framework import project as kedro_project
from kedro.framework.startup import bootstrap_project
from kedro.pipeline import Pipeline

from kedro_bind import pipeline_ml_factory
from kedro_bind.config.document import config_loader, read_config
from kedro_bind.errors import BindingError
from kedro_bind.session.requested import load_requested, requested_names
from tests.kedro_project import BINDING

pytestmark = pytest.mark.needs(kedro="1.7")


@pytest.fixture
def requests(project):
    """What the project's code is asked for, call by call; no request is left behind."""
    bootstrap_project(project.path)
    yield []
    kedro_project.pipelines.set_requested(None)


@pytest.fixture
def load(project, requests):
    """Load pipelines by a function that fails for the names in `unknown`, or always."""

    def load(*requested, unknown=(), broken=False):
        def register_pipelines():
            requests.append(requested_names())
            if broken or set(unknown) & set(requested_names() or ()):
                raise ValueError("no such pipeline")
            return {"data_science": 1, "by_code": 2}

        kedro_project.pipelines.set_requested(list(requested))
        config = read_config(config_loader(project.path, None, None), project.path)
        return load_requested(register_pipelines, config, requested_names())

    return load


def test_a_bound_pipeline_is_replaced_by_what_it_selects_from(load, requests):
    load("churn", "reporting")
    assert requests == [["data_science", "reporting"]]
    assert requested_names() == ["churn", "reporting"]


def test_everything_is_loaded_for_a_binding_of_a_pipeline_without_a_folder(load, requests, project):
    project.write("conf/base/pipeline_ml.yml", BINDING.replace("data_science", "by_code"))
    load("churn")
    assert requests == [None]


def test_everything_is_loaded_if_the_requested_name_alone_can_not_be(load, requests):
    assert load("by_code", unknown=["by_code"])["by_code"] == 2
    assert requests[-1] is None
    assert requested_names() == ["by_code"]


def test_a_broken_binding_says_why_instead_of_the_error_of_kedro(load, project):
    project.write("conf/base/pipeline_ml.yml", BINDING + "  colour: red\n")
    with pytest.raises(BindingError, match="the bound pipeline 'churn' can't run") as info:
        load("churn", "nobody", broken=True)
    assert info.value.binding == "churn"


def test_code_that_binds_something_invalid_says_so_instead_of_the_error_of_kedro(requests):
    def register_pipelines():
        if requested_names():
            raise ImportError("no module of this name")
        return {"by_code": pipeline_ml_factory(training=Pipeline([]), inference=Pipeline([]), input_name="customers")}

    kedro_project.pipelines.set_requested(["by_code"])  # without a document, Kedro looks for a folder of this name
    with pytest.raises(BindingError, match="is invalid") as info:
        load_requested(register_pipelines, None, requested_names())
    assert info.value.__suppress_context__
