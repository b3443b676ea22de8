from __future__ import annotations

import pytest
from kedro.pipeline import Pipeline, node

from kedro_bind.checks.naming import binding_name_problems, model_name_problems, registry_problems, shared_names
from tests.bindings import resolved

NAMES = ["churn", "churn model", "größe", "a/b", "a:b", "a.b", "100%", 'a"b', "a'b", "a\\b", "..", "a/../b", "-x", " "]
ALIASES = [
    "champion",
    "latest",
    "Latest",
    "v1",
    "V12",
    "v1a",
    "the best",
    "a-b_c",
    "größe",
    "a.b",
    "x" * 255,
    "x" * 256,
]


def bound(binding="churn", **options):
    def fit(data):
        return data

    def apply(data, model):
        return data, model

    return resolved(
        Pipeline([node(apply, ["data", "model"], "predictions", name="apply")]),
        "data",
        training=Pipeline([node(fit, "data", "model", name="fit")]),
        name=binding,
        log_model_kwargs=options,
    )


def codes(binding):
    found = (*binding_name_problems(binding), *model_name_problems(binding), *registry_problems(binding))
    return [finding.code for finding in found]


def refuses(validate, name):
    from mlflow.exceptions import MlflowException

    try:
        validate(name)
    except MlflowException:
        return True
    return False


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_model_is_refused_as_mlflow_refuses_it(name):
    from mlflow.utils.validation import _validate_logged_model_name

    refused = refuses(_validate_logged_model_name, name)
    assert ("bad-model-name" in codes(bound(name=name))) == refused
    assert ("bad-model-name" in codes(bound(name))) == refused


@pytest.mark.needs(mlflow="3.11")  # which refuses more names
@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_registered_model_is_refused_as_mlflow_refuses_it(name):
    from mlflow.utils.validation import _validate_model_name

    assert ("bad-model-name" in codes(bound(registered_model_name=name))) == refuses(_validate_model_name, name)


@pytest.mark.needs(mlflow="3.3")  # which checks reserved aliases in a function of their own
@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_is_refused_as_mlflow_refuses_it(alias):
    from mlflow.utils.validation import _validate_model_alias_name, _validate_model_alias_name_reserved

    def validate(name):
        _validate_model_alias_name(name)
        _validate_model_alias_name_reserved(name)

    found = codes(bound(registered_model_name="churn", aliases=["good", alias]))
    assert (found == ["bad-value"]) == refuses(validate, alias)


@pytest.mark.parametrize("key", [*NAMES, "team", "a:b c.d-e", "/a", "a//b", ".", "./a", "x" * 250, "x" * 251])
def test_the_name_of_a_tag_is_refused_as_mlflow_refuses_it(key):
    from mlflow.utils.validation import _validate_model_version_tag

    found = codes(bound(registered_model_name="churn", tags={"good": "1", key: "1"}))
    assert (found == ["bad-value"]) == refuses(lambda name: _validate_model_version_tag(name, "1"), key)
    assert codes(bound(tags={key: "1"})) == []


@pytest.mark.parametrize("name", ["a,b", "-a", " a", "a ", "a\nb"])
def test_a_name_that_the_command_line_does_not_accept_is_refused(name):
    assert codes(bound(name)) == ["bad-name"]


def test_a_model_with_a_name_of_its_own_may_have_a_binding_of_any_name():
    assert codes(bound("team.churn")) == ["bad-model-name"]
    assert codes(bound("team.churn", name="churn")) == []


def test_bindings_with_one_model_name_are_reported_at_the_second():
    assert list(shared_names([bound("a"), bound("b")])) == []
    (found,) = shared_names([bound("a"), bound("b", name="a"), bound("c")])
    assert (found.code, found.binding) == ("duplicate-model-name", "b")
    assert bound("b", name="a").model.name == "a"
