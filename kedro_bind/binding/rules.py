"""The rules that a training and an inference pipeline have to keep to belong together.

The numbers are those of the rules in docs/binding.md. Paths are relative to the binding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro.io.core import is_parameter

from conf_schema import Diagnostic, did_you_mean
from kedro_bind.model.wiring import bare

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kedro.pipeline import Pipeline

__all__ = ["artifact_sources", "binding_problems", "input_candidates"]


def input_candidates(training: Pipeline, inference: Pipeline, artifacts: Mapping[str, str]) -> list[str]:
    """Find the inference inputs that a caller may have to supply: what neither training nor a parameter provides."""
    made = _bare(training.all_outputs())
    return sorted(
        name
        for name in inference.inputs()
        if not is_parameter(name) and bare(name) not in made and name not in artifacts
    )


def artifact_sources(inference: Pipeline, input_name: str, artifacts: Mapping[str, str]) -> dict[str, str]:
    """Map each inference input that is an artifact to the dataset of training that it is."""
    return {
        name: artifacts.get(name, name)
        for name in sorted(inference.inputs())
        if name != input_name and not is_parameter(name)
    }


def binding_problems(
    training: Pipeline,
    inference: Pipeline,
    input_name: str | None,
    *,
    artifacts: Mapping[str, str],
    copy_mode: str | Mapping[str, Any] = "assign",
    predict_params: str | tuple[str, ...] = "all",
    training_input: str | None = None,
) -> Iterator[Diagnostic]:
    """Find where a binding breaks the rules 1, 2, 3 and 6.

    `input_name` is `None` where none is given and none can be inferred.
    """
    inputs = inference.inputs()
    data_inputs = {name for name in inputs if not is_parameter(name)}
    if input_name is None:
        yield _no_input_name(data_inputs, input_candidates(training, inference, artifacts))
    else:
        yield from _input_name(inference, input_name, data_inputs)
        yield from _free_inputs(training, inference, input_name, artifacts)
    yield from _outputs(inference)
    yield from _copy_modes(inference, copy_mode)
    yield from _artifacts(training, data_inputs, input_name, artifacts)
    datasets = {name for name in training.datasets() if not is_parameter(name)}
    if training_input is not None and bare(training_input) not in _bare(datasets):
        yield _unknown(training_input, datasets, "training has no dataset", ("training", "input_name"))
    if not isinstance(predict_params, str):
        parameters = {name for name in inputs if is_parameter(name)}
        for index, name in enumerate(predict_params):
            if name not in parameters and f"params:{name}" not in parameters:
                yield Diagnostic(
                    "unknown-parameter",
                    f"inference has no parameter '{name}'",
                    _closest_or_all(name, parameters),
                    path=("model", "predict_params", index),
                )


def _no_input_name(data_inputs: set[str], candidates: list[str]) -> Diagnostic:
    """Rule 1, where it can't be inferred which input it is."""
    if candidates:
        why = f"training produces none of the inference inputs {_quoted(candidates)}, and a caller supplies one"
    elif data_inputs:
        why = f"training produces, or 'artifacts' has, each of the inference inputs {_quoted(sorted(data_inputs))}"
    else:
        why = "the inference pipeline has no input but parameters"
    return Diagnostic(
        "missing-key",
        f"the key 'input_name' is missing, and it can't be inferred: {why}",
        "name the inference input that a caller supplies: 'input_name: …'",
        path=("input_name",),
    )


def _input_name(inference: Pipeline, input_name: str, data_inputs: set[str]) -> Iterator[Diagnostic]:
    """Rule 1: the caller supplies an input of the inference pipeline."""
    if input_name in data_inputs:
        return
    what = f"'{input_name}' is no input of the inference pipeline"
    if is_parameter(input_name):
        what = f"'{input_name}' is a parameter, and 'input_name' is the data that a caller supplies"
    elif input_name in inference.all_outputs():
        what += ": one of its nodes produces it"
    named = ", ".join(sorted(data_inputs)) or "none"
    hint = did_you_mean(input_name, data_inputs) or f"the inputs of the inference pipeline are {named}"
    yield Diagnostic("bad-input-name", what, hint, path=("input_name",))


def _outputs(inference: Pipeline) -> Iterator[Diagnostic]:
    """Rule 2: the inference pipeline has exactly one output."""
    outputs = sorted(inference.outputs())
    if len(outputs) > 1:
        makers = [node.name for node in inference.nodes if set(node.outputs) & set(outputs)]
        yield Diagnostic(
            "many-outputs",
            f"the inference pipeline has {len(outputs)} outputs ({', '.join(outputs)}); a model has one",
            "narrow the selection to the nodes of one of them, with 'to_outputs' or tags "
            f"(they come from {', '.join(makers)})",
            path=("inference",),
            on_key=True,
        )
    elif not outputs:
        yield Diagnostic(
            "no-output",
            "the inference pipeline has no output, and a model answers with one",
            "let its last node return the predictions",
            path=("inference",),
            on_key=True,
        )


def _free_inputs(
    training: Pipeline, inference: Pipeline, input_name: str, artifacts: Mapping[str, str]
) -> Iterator[Diagnostic]:
    """Rule 3: every other input comes from training, or is one of its inputs, or is a parameter."""
    known = _bare(training.datasets())
    for name, source in artifact_sources(inference, input_name, artifacts).items():
        if bare(source) in known or name in artifacts:
            continue
        users = [node.name for node in inference.nodes if name in node.inputs]
        match = did_you_mean(name, training.all_outputs())
        yield Diagnostic(
            "free-input",
            f"inference needs '{name}' (node {', '.join(users)}), and training neither produces nor reads it",
            (
                match + " Then map it in 'artifacts'"
                if match
                else "select the node that produces it for 'training', or map it in 'artifacts'"
            ),
            path=("inference",),
            on_key=True,
        )


def _artifacts(
    training: Pipeline, data_inputs: set[str], input_name: str | None, artifacts: Mapping[str, str]
) -> Iterator[Diagnostic]:
    """Rule 6 for artifacts: inference needs each, and training has what it is."""
    for name, source in artifacts.items():
        path = ("artifacts", name)
        if is_parameter(name):
            said = f"'{name}' is a parameter, and parameters are part of the model by themselves"
            yield Diagnostic("bad-value", said, "remove it", path=path, on_key=True)
        elif name == input_name:
            said = f"'{name}' is the 'input_name', which a caller supplies, so it can't be an artifact"
            yield Diagnostic("bad-value", said, "remove it", path=path, on_key=True)
        elif name not in data_inputs:
            yield _unknown(name, data_inputs - {str(input_name)}, "inference has no input", path, on_key=True)
        elif bare(source) not in _bare(training.datasets()):
            yield _unknown(source, training.datasets(), "training has no dataset", path)


def _copy_modes(inference: Pipeline, copy_mode: str | Mapping[str, Any]) -> Iterator[Diagnostic]:
    """Rule 6 for copy modes."""
    datasets = inference.datasets()
    for name in () if isinstance(copy_mode, str) else copy_mode:
        if name not in datasets:
            yield _unknown(name, datasets, "the inference pipeline has no dataset", ("copy_mode", name), on_key=True)


def _unknown(name: str, known: set[str], what: str, path: tuple[str | int, ...], *, on_key: bool = False) -> Diagnostic:
    return Diagnostic("unknown-dataset", f"{what} '{name}'", _closest_or_all(name, known), path=path, on_key=on_key)


def _closest_or_all(name: str, known: set[str]) -> str:
    return did_you_mean(name, known) or (f"there are {', '.join(sorted(known))}" if known else "there are none")


def _quoted(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(f"'{name}'" for name in names[:-1]), f"'{names[-1]}'"]))


def _bare(names: set[str]) -> set[str]:
    return {bare(name) for name in names}
