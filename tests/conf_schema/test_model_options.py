from __future__ import annotations

import pytest

from conf_schema import ModelOptions
from tests.conf_schema.reading import error_of


@pytest.mark.parametrize("value", ["auto", "none", 1, 500])
def test_input_example_is_a_word_or_a_number_of_rows(value):
    assert ModelOptions.model_validate({"input_example": value}).input_example == value


@pytest.mark.parametrize("value", [0, -1, True, 1.5, 1.0, "5", "all", None, [5]])
def test_any_other_input_example_is_refused(value):
    error_of(ModelOptions, {"input_example": value})


@pytest.mark.parametrize(("key", "words"), [("code_paths", ("auto", "none")), ("predict_params", ("all", "none"))])
def test_a_word_or_a_list(key, words):
    for word in words:
        assert getattr(ModelOptions.model_validate({key: word}), key) == word
    assert getattr(ModelOptions.model_validate({key: ["a", "b"]}), key) == ("a", "b")
    for bad in ("neither", [], [1], {"a": 1}, None, True):
        error_of(ModelOptions, {key: bad})


@pytest.mark.parametrize("value", ["yes", 1, 0, "true", None])
def test_verify_is_true_or_false(value):
    error_of(ModelOptions, {"verify": value})


@pytest.mark.parametrize("key", list(ModelOptions.model_fields))
def test_a_key_without_a_value_is_refused_not_ignored(key):
    error_of(ModelOptions, {key: None})


def test_a_conda_environment_is_a_file_or_a_mapping():
    assert ModelOptions.model_validate({"conda_env": "conda.yml"}).conda_env == "conda.yml"
    assert ModelOptions.model_validate({"conda_env": {"name": "x"}}).conda_env == {"name": "x"}
    error_of(ModelOptions, {"conda_env": ["x"]})


@pytest.mark.parametrize(("key", "value"), [("aliases", ["champion"]), ("await_registration_for", 5)])
def test_what_concerns_a_registered_model_needs_one(key, value):
    assert error_of(ModelOptions, {key: value})["ctx"]["key"] == key
    assert ModelOptions.model_validate({key: value, "registered_model_name": "churn"})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pip_requirements", "extra_pip_requirements"),
        ("pip_requirements", "conda_env"),
        ("extra_pip_requirements", "conda_env"),
    ],
)
def test_mlflow_takes_one_environment_only(one, other):
    assert error_of(ModelOptions, {other: "x", one: "x"})["ctx"]["key"] == other


def test_tags_are_strings():
    assert error_of(ModelOptions, {"tags": {"year": 2024}})["loc"] == ("tags", "year")


@pytest.mark.parametrize("key", ["artifact_path", "python_model", "loader_module", "artifacts", "model_config"])
def test_what_the_binding_itself_decides_is_not_an_option(key):
    assert error_of(ModelOptions, {key: "x"})["type"] == "extra_forbidden"
