"""Rule 9: an evaluation reads the predictions, stored datasets and parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro.io import MemoryDataset
from kedro.io.core import is_parameter

from conf_schema import Diagnostic, did_you_mean
from kedro_bind.binding.datasets import unwrapped
from kedro_bind.checks.typed_parameters import typed_parameter_problems
from kedro_bind.names import bare, namesake
from kedro_bind.packaging.parameter_hints import hints_of, in_force, loadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conf_schema import KeyPath
    from kedro_bind.binding.evaluation import Evaluation
    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["evaluation_input_problems", "evaluation_parameter_problems", "evaluation_problems"]

_PREDICTS = "the model predicts"


def evaluation_input_problems(binding: ResolvedBinding, catalog: Any) -> Iterator[Diagnostic]:
    """Find that the declared input of an evaluation can't be loaded; paths start at the binding's name."""
    if name := _declared_input(binding):
        yield from _unreadable(name, _PREDICTS, binding, catalog, ("evaluation", "input_name"))


def evaluation_problems(binding: ResolvedBinding, evaluation: Evaluation, catalog: Any) -> Iterator[Diagnostic]:
    """Find other data of an evaluation that can't be loaded when the model is there."""
    output = next(iter(binding.inference.outputs()), "")
    if not _declared_input(binding):
        yield from _unreadable(evaluation.input_name, _PREDICTS, binding, catalog, ("evaluation",))
    for name in evaluation.data_inputs(output):
        if bare(name) != bare(evaluation.input_name):
            users = ", ".join(node.name for node in evaluation.pipeline.nodes if name in node.inputs)
            yield from _unreadable(name, f"the evaluation needs (node {users})", binding, catalog, ("evaluation",))
    for name in sorted(evaluation.pipeline.all_outputs()):
        if name in catalog and (reason := _invalid(name, catalog)):
            yield _invalid_entry(name, "the evaluation writes", reason, (binding.key, "evaluation"), on_key=True)


def evaluation_parameter_problems(
    binding: ResolvedBinding, evaluation: Evaluation, catalog: Any
) -> Iterator[Diagnostic]:
    """Find parameters of an evaluation without a value, or with types that disagree with those of other nodes."""
    hints = hints_of(binding.training, binding.inference, evaluation.pipeline)
    types, known = in_force(hints), [name for name in catalog if is_parameter(name)]
    for parameter in sorted(filter(is_parameter, evaluation.pipeline.inputs())):
        if loadable(parameter, catalog, types):
            continue
        users = ", ".join(node.name for node in evaluation.pipeline.nodes if parameter in node.inputs)
        yield Diagnostic(
            "unknown-parameter",
            f"the evaluation needs '{parameter}' (node {users}), and there is no such parameter",
            did_you_mean(parameter, known) or "give it a value in parameters.yml",
            path=(binding.key, "evaluation"),
            on_key=True,
        )
    for problem in typed_parameter_problems(binding, catalog, hints):
        if problem.path[1:] == ("evaluation",):
            yield problem


def _declared_input(binding: ResolvedBinding) -> str | None:
    name: str | None = binding.document.get("evaluation", {}).get("input_name")
    return name


def _unreadable(
    name: str, user: str, binding: ResolvedBinding, catalog: Any, place: tuple[str, ...]
) -> Iterator[Diagnostic]:
    """Find that a dataset has no catalog entry, that the entry is invalid, or that it is in memory."""
    path, on_key = (binding.key, *place), len(place) == 1
    if name not in catalog:
        entries = [name for name in catalog if not is_parameter(name)]
        produced = next((node.name for node in binding.training.nodes if name in node.outputs), None)
        twin = namesake(name, entries)
        gone = f"; node '{produced}' of training produces it, and it is gone after the run" if produced else ""
        hint = "add an entry for it, such as a pickle.PickleDataset"
        if not produced:
            hint = (f"did you mean '{twin}'?" if twin else "") or did_you_mean(name, entries) or "add an entry for it"
        message = f"there is no catalog entry '{name}', which {user}{gone}"
        yield Diagnostic("not-in-catalog", message, hint, path=path, on_key=on_key)
        return
    if reason := _invalid(name, catalog):
        yield _invalid_entry(name, user, reason, path, on_key=on_key)
        return
    dataset = unwrapped(catalog.get(name))
    if isinstance(dataset, MemoryDataset):
        yield Diagnostic(
            "not-persisted",
            f"the catalog entry '{name}', which {user}, is a MemoryDataset, so there is nothing in it after training",
            "give it a type that is stored, such as pickle.PickleDataset",
            path=path,
            on_key=on_key,
        )


def _invalid(name: str, catalog: Any) -> str:
    """Return why a catalog entry is invalid, or an empty text if it is valid."""
    try:
        catalog.get(name)
    except Exception as error:  # noqa: BLE001 - datasets raise anything, and their packages may be missing
        return " ".join(str(error).split()).partition(" Please install")[0].rstrip(".")
    return ""


def _invalid_entry(name: str, user: str, reason: str, path: KeyPath, *, on_key: bool) -> Diagnostic:
    return Diagnostic(
        "bad-catalog-entry",
        f"the catalog entry '{name}', which {user}, is invalid: {reason}",
        "correct the entry, or install what it needs",
        path=path,
        on_key=on_key,
    )
