"""The rules of a binding that need only its two pipelines.

The numbers are those in docs/binding.md. Paths are relative to the binding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro.io.core import is_parameter

from conf_schema import Diagnostic, Suggestion, did_you_mean
from kedro_bind.binding.rule import Rule, rule
from kedro_bind.names import bare, namesake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["BINDING_RULES"]


@rule("inference", "input_name", breaks=["input_name"])
def input_is_inference_input(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Rule 1: the caller supplies an input of the inference pipeline."""
    name, data_inputs = binding.input_name, _data_inputs(binding)
    if name in data_inputs:
        return
    message = f"'{name}' is not an input of the inference pipeline"
    if is_parameter(name):
        message = f"'{name}' is a parameter; 'input_name' must be the dataset that a caller supplies"
    elif name in binding.inference.all_outputs():
        message += ": one of its nodes produces it"
    inputs = ", ".join(sorted(data_inputs)) or "none"
    twin = namesake(name, data_inputs)
    hint = Suggestion(name, twin) if twin else did_you_mean(name, data_inputs)
    yield Diagnostic(
        "bad-input-name", message, hint or f"the inputs of the inference pipeline are {inputs}", path=("input_name",)
    )


@rule("inference")
def one_output(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Rule 2: the inference pipeline has exactly one output."""
    inference = binding.inference
    outputs = sorted(inference.outputs())
    if len(outputs) > 1:
        makers = [node.name for node in inference.nodes if set(node.outputs) & set(outputs)]
        yield Diagnostic(
            "many-outputs",
            f"the inference pipeline has {len(outputs)} outputs ({', '.join(outputs)}); a model has only one",
            "join them in a last node that returns one table with several columns, or narrow the selection to one of "
            f"them with 'to_outputs' or tags (they come from {', '.join(makers)})",
            path=("inference",),
            on_key=True,
        )
    elif not outputs:
        yield Diagnostic(
            "no-output",
            "the inference pipeline has no output; a model needs one",
            "return the predictions from its last node",
            path=("inference",),
            on_key=True,
        )


@rule("training", "inference", "input_name", "artifacts", "artifacts.names", breaks=["sources"])
def inputs_come_from_training(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Rule 3: every other input is produced by training, or is one of its inputs, or is a parameter."""
    datasets = {name for name in binding.training.datasets() if not is_parameter(name)}
    known = _bare(datasets)
    for name, source in binding.artifact_sources.items():
        if bare(source) in known or name in binding.artifacts:
            continue
        users = [node.name for node in binding.inference.nodes if name in node.inputs]
        twin = namesake(name, datasets)
        match = did_you_mean(name, binding.training.all_outputs())
        hint = (
            "select the node that produces it for 'training'; if it is stored data that no node produces, select "
            f"{' and '.join(users)} for 'training' as well, which then reads it"
        )
        if twin:
            hint = f"if it is the training dataset '{twin}', write 'artifacts: {{{name}: {twin}}}'"
        elif match:
            hint = f"{match} If so, map it in 'artifacts'"
        yield Diagnostic(
            "free-input",
            f"inference needs '{name}' (node {', '.join(users)}), and training neither produces nor reads it",
            hint,
            path=("inference",),
            on_key=True,
        )


@rule("inference", "copy_mode", breaks=["copy_mode"])
def copy_modes_are_of_datasets(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Rule 6 for copy modes."""
    datasets = binding.inference.datasets()
    for name in () if isinstance(binding.copy_mode, str) else binding.copy_mode:
        if name not in datasets:
            yield _unknown(name, datasets, "the inference pipeline has no dataset", ("copy_mode", name), on_key=True)


@rule("inference", "artifacts", breaks=["artifacts.names"])
def artifacts_are_inference_inputs(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Rule 6 for artifacts: inference needs them."""
    data_inputs = _data_inputs(binding)
    for name in binding.artifacts:
        path = ("artifacts", name)
        if is_parameter(name):
            message = f"'{name}' is a parameter; parameters are always part of the model"
            yield Diagnostic("bad-value", message, "remove it", path=path, on_key=True)
        elif name == binding.input_name:
            message = f"'{name}' is the 'input_name', which a caller supplies; it can't be an artifact"
            yield Diagnostic("bad-value", message, "remove it", path=path, on_key=True)
        elif name not in data_inputs:
            yield _unknown(name, data_inputs - {binding.input_name}, "inference has no input", path, on_key=True)


@rule("training", "artifacts", breaks=["artifacts.datasets"])
def artifacts_are_training_datasets(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Rule 6 for artifacts: training has their datasets."""
    datasets = {name for name in binding.training.datasets() if not is_parameter(name)}
    for name, source in binding.artifacts.items():
        if not is_parameter(name) and bare(source) not in _bare(datasets):
            yield _unknown(source, datasets, "training has no dataset", ("artifacts", name))


@rule("training", "training.input_name", breaks=["training.input_name"])
def training_input_is_training_dataset(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """The dataset that corresponds to the input is a dataset of training."""
    name = binding.training_input
    datasets = {name for name in binding.training.datasets() if not is_parameter(name)}
    if name != binding.input_name and bare(name) not in _bare(datasets):
        yield _unknown(name, datasets, "training has no dataset", ("training", "input_name"))


@rule("inference", "model.predict_params", breaks=["model.predict_params"])
def predict_params_are_parameters(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Rule 6 for parameters that a caller may set."""
    overridable = binding.model.predict_params
    parameters = {name for name in binding.inference.inputs() if is_parameter(name)}
    for index, name in enumerate(() if isinstance(overridable, str) else overridable):
        if name not in parameters and f"params:{name}" not in parameters:
            twin = namesake(name.removeprefix("params:"), parameters)
            yield Diagnostic(
                "unknown-parameter",
                f"inference has no parameter '{name}'",
                Suggestion(name, twin) if twin else _closest_or_all(name, parameters),
                path=("model", "predict_params", index),
            )


BINDING_RULES: tuple[Rule[ResolvedBinding], ...] = (
    input_is_inference_input,
    one_output,
    artifacts_are_inference_inputs,
    artifacts_are_training_datasets,
    inputs_come_from_training,
    copy_modes_are_of_datasets,
    training_input_is_training_dataset,
    predict_params_are_parameters,
)
"""The rules, in the order in which they are applied."""


def _data_inputs(binding: ResolvedBinding) -> set[str]:
    return {name for name in binding.inference.inputs() if not is_parameter(name)}


def _unknown(name: str, known: set[str], what: str, path: tuple[str | int, ...], *, on_key: bool = False) -> Diagnostic:
    return Diagnostic("unknown-dataset", f"{what} '{name}'", _closest_or_all(name, known), path=path, on_key=on_key)


def _closest_or_all(name: str, known: set[str]) -> str:
    return did_you_mean(name, known) or (f"there are {', '.join(sorted(known))}" if known else "there are none")


def _bare(names: set[str]) -> set[str]:
    return {bare(name) for name in names}
