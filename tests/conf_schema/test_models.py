from __future__ import annotations

import pytest
from pydantic import ValidationError

from conf_schema import Binding, Document, ModelOptions, RunnerSpec, Selection
from tests.conf_schema.reading import error_of

LEAST = {"training": {}, "inference": {}, "input_name": "customers"}


def binding(**keys):
    return Binding.model_validate({**LEAST, **keys})


class TestBinding:
    def test_two_keys_are_required(self):
        with pytest.raises(ValidationError) as caught:
            Binding.model_validate({})
        assert {error["loc"][0] for error in caught.value.errors()} == {"training", "inference"}
        assert {error["type"] for error in caught.value.errors()} == {"missing"}

    def test_the_rest_has_the_documented_defaults(self):
        made = binding()
        assert made.training.pipeline == ("__default__",)
        assert made.runner == RunnerSpec(type="SequentialRunner")
        assert made.copy_mode == "assign"
        assert made.artifacts == {}
        assert made.model == ModelOptions()

    def test_a_binding_cannot_be_changed(self):
        with pytest.raises(ValidationError, match="frozen"):
            binding().input_name = "other"

    @pytest.mark.parametrize("mode", ["assign", "copy", "deepcopy"])
    def test_copy_mode_is_one_for_all_or_one_for_each(self, mode):
        assert binding(copy_mode=mode).copy_mode == mode
        assert binding(copy_mode={"classifier": mode}).copy_mode == {"classifier": mode}

    @pytest.mark.parametrize(
        "mode", ["asign", "", None, 1, True, ["assign"], {"x": "asign"}, {"x": None}, {"": "copy"}]
    )
    def test_any_other_copy_mode_is_refused(self, mode):
        error_of(Binding, {**LEAST, "copy_mode": mode})

    @pytest.mark.parametrize("artifacts", [["scaler"], "scaler", {"scaler": 1}, {"scaler": ""}, {"scaler": None}, None])
    def test_artifacts_map_names_to_names(self, artifacts):
        error_of(Binding, {**LEAST, "artifacts": artifacts})

    @pytest.mark.parametrize("value", ["data_science", None, ["data_science"], 3])
    def test_a_selection_is_a_mapping(self, value):
        assert error_of(Binding, {**LEAST, "training": value})["loc"] == ("training",)


class TestSelection:
    @pytest.mark.parametrize("key", list(Selection.model_fields))
    def test_a_string_stands_for_a_list_of_one(self, key):
        assert Selection.model_validate({key: "one"}) == Selection.model_validate({key: ["one"]})

    @pytest.mark.parametrize("key", list(Selection.model_fields))
    @pytest.mark.parametrize("value", [[], "", [""], [1], [None], 3, True, {"a": "b"}, ["a", ["b"]]])
    def test_a_value_that_is_not_a_name_is_rejected(self, key, value):
        error_of(Selection, {key: value})

    @pytest.mark.parametrize("key", list(Selection.model_fields))
    def test_a_filter_without_a_value_is_refused_not_ignored(self, key):
        error_of(Selection, {key: None})

    def test_filters_are_the_arguments_of_pipeline_filter_that_are_given(self):
        made = Selection.model_validate({"pipeline": "p", "tags": ["a", "b"], "to_nodes": "n", "exclude_tags": "c"})
        assert made.filters == {"tags": ["a", "b"], "to_nodes": ["n"]}
        assert Selection().filters == {}

    def test_the_filters_have_the_names_that_kedro_gives_them(self):
        import inspect

        from kedro.pipeline import Pipeline

        arguments = set(inspect.signature(Pipeline.filter).parameters) - {"self"}
        assert set(Selection.model_fields) - {"pipeline", "exclude_tags"} == arguments


class TestRunnerSpec:
    def test_a_name_stands_for_a_runner_without_arguments(self):
        made = binding(runner="ThreadRunner").runner
        assert (made.type, made.arguments) == ("ThreadRunner", {})

    def test_further_keys_are_arguments(self):
        made = binding(runner={"type": "ThreadRunner", "max_workers": 4}).runner
        assert (made.type, made.arguments) == ("ThreadRunner", {"max_workers": 4})

    @pytest.mark.parametrize("runner", ["", 3, None, [], {"type": ""}, {"type": None}, {"type": 3}])
    def test_a_runner_without_a_name_is_refused(self, runner):
        error_of(Binding, {**LEAST, "runner": runner})


def test_every_key_has_a_description_and_an_example_for_editors():
    for model in (Binding, Selection, RunnerSpec, ModelOptions):
        for name, field in model.model_fields.items():
            assert field.description, (model, name)
            nested = name in {"training", "inference", "model"}
            assert nested or field.examples, (model, name)


def test_every_example_is_valid():
    for model in (Selection, RunnerSpec):
        for name, field in model.model_fields.items():
            for example in field.examples:
                model.model_validate({name: example})
    for name, field in ModelOptions.model_fields.items():
        for example in field.examples:
            ModelOptions.model_validate({"registered_model_name": "churn", "aliases": ["champion"], name: example})
    for name, field in Binding.model_fields.items():
        for example in field.examples or ():
            binding(**{name: example})


def test_a_document_gives_its_bindings_by_name():
    document = Document.model_validate({"churn": LEAST})
    assert list(document.bindings) == ["churn"]
    assert isinstance(document.bindings["churn"], Binding)
    assert Document().bindings == {}
