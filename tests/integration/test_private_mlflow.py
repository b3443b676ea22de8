"""The private parts of MLflow that kedro_bind touches are there, and its limits are what kedro_bind takes them for."""

from __future__ import annotations

from mlflow.tracking.request_header.registry import _request_header_provider_registry as registry
from mlflow.utils.name_utils import _generate_random_name
from mlflow.utils.validation import MAX_PARAM_VAL_LENGTH, MAX_TAG_VAL_LENGTH

from kedro_bind.tracking.parameters import MOST_CHARACTERS
from kedro_bind.tracking.tags import error_tags


def test_a_header_provider_can_be_registered_and_taken_back():
    before = list(registry)
    provider = object()
    registry.register(lambda: provider)
    assert list(registry) == [*before, provider]
    registry._registry.remove(provider)
    assert list(registry) == before


def test_mlflow_names_runs_by_a_function_of_its_own():
    assert _generate_random_name().count("-") == 2


def test_the_limits_are_mlflows():
    assert MOST_CHARACTERS == MAX_PARAM_VAL_LENGTH
    assert len(error_tags(ValueError("a" * 10_000))["kedro_bind.error.message"]) == MAX_TAG_VAL_LENGTH
