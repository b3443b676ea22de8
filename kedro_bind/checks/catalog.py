"""Rule 4: what inference needs from training outlives the run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from kedro.io import MemoryDataset
from kedro.io.core import is_parameter

from conf_schema import Diagnostic, Severity, did_you_mean
from kedro_bind.binding.datasets import Stored, credentials_of, has_path, is_persisted, unwrapped
from kedro_bind.errors import KedroBindError
from kedro_bind.names import bare, namesake
from kedro_bind.packaging.artifacts import local_config
from kedro_bind.packaging.parameter_hints import in_force, loadable, plain
from kedro_bind.redaction import secrets_in
from kedro_bind.secret_values import secret_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.packaging.parameter_hints import Hint

__all__ = ["artifact_problems", "parameter_value_problems", "secret_parameter_problems", "training_entry_problems"]


def artifact_problems(binding: ResolvedBinding, catalog: Any) -> Iterator[Diagnostic]:
    """Find artifacts and parameters of a binding that the catalog does not keep; paths start at the binding's name."""
    name = binding.key
    training = binding.training.nodes
    datasets = set(map(bare, binding.training.datasets()))
    for artifact, source in binding.artifact_sources.items():
        if bare(source) not in datasets:
            continue  # a free input, which is another rule's finding
        path = (name, "artifacts", artifact) if artifact in binding.artifacts else (name, "inference")
        on_key = path[-1] == "inference"
        makers = [node.name for node in training if source in node.outputs]
        said = f"inference needs '{source}', which " + (
            f"node '{makers[0]}' of training produces" if makers else "training reads"
        )
        if source not in catalog:
            hint = did_you_mean(source, _entries(catalog))
            yield Diagnostic(
                "not-in-catalog",
                f"{said}, and the catalog has no entry '{source}', "
                + ("so it is gone after the run" if makers else "so nothing supplies it"),
                f"{hint} Or add an entry"
                if hint
                else "add an entry for it to the catalog, such as a pickle.PickleDataset",
                path=path,
                on_key=on_key,
            )
            continue
        try:
            dataset = catalog.get(source)
        except Exception as error:  # noqa: BLE001 - datasets raise anything, and their packages may be missing
            yield Diagnostic(
                "bad-catalog-entry",
                f"{said}, and its catalog entry does not hold: {_said(error)}",
                "mend the entry, or install what it needs",
                path=path,
                on_key=on_key,
            )
            continue
        if not is_persisted(dataset):
            yield Diagnostic(
                "not-persisted",
                f"{said}, and its catalog entry is a MemoryDataset, so it is gone after the run",
                "give it a type that is stored, such as pickle.PickleDataset",
                path=path,
                on_key=on_key,
            )
        elif has_path(dataset):
            yield from _credentials(source, dataset, path, on_key=on_key)
        elif used := credentials_of(dataset):
            yield Diagnostic(
                "credentials-captured",
                f"{said}; it is not a file ({type(dataset).__name__}), so the model would get its value, "
                f"which may contain the credentials that it uses ({', '.join(used)})",
                "store it as a file, such as a pickle.PickleDataset",
                path=path,
                on_key=on_key,
            )
        else:
            yield Diagnostic(
                "captured-by-value",
                f"{said}; it is no file ({type(dataset).__name__}), so the model gets its value at the end of the run",
                "if it is small and does not change, this is fine",
                Severity.WARNING,
                path,
                on_key,
            )


def parameter_value_problems(
    part: Literal["training", "inference"], binding: ResolvedBinding, catalog: Any, hints: Sequence[Hint]
) -> Iterator[Diagnostic]:
    """Find parameters that the nodes of one part take and that have no value; paths start at the binding's name."""
    nodes, types = getattr(binding, part), in_force(hints)
    known = [name for name in catalog if is_parameter(name)]
    for parameter in sorted(filter(is_parameter, nodes.inputs())):
        if loadable(parameter, catalog, types):
            continue
        users = ", ".join(node.name for node in nodes.nodes if parameter in node.inputs)
        twin = namesake(parameter, known)
        hint = did_you_mean(parameter, known) or "give it a value in parameters.yml"
        if twin:
            hint = f"give it a value in parameters.yml, or map it to '{twin}' with 'parameters' of Kedro's pipeline()"
        yield Diagnostic(
            "unknown-parameter",
            f"{part} needs '{parameter}' (node {users}), and there is no such parameter",
            hint,
            path=(binding.key, part),
            on_key=True,
        )


def training_entry_problems(binding: ResolvedBinding, catalog: Any) -> Iterator[Diagnostic]:
    """Find what training can't read or write, the artifacts left out."""
    path = (binding.key, "training")
    training = binding.training
    read = training.inputs()
    others = training.datasets() - set(binding.artifact_sources.values())
    for name in sorted(each for each in others if not is_parameter(each)):
        try:
            dataset = unwrapped(catalog.get(name)) if name in catalog else None
        except Exception as error:  # noqa: BLE001 - datasets raise anything, and their packages may be missing
            yield Diagnostic(
                "bad-catalog-entry",
                f"training uses '{name}', and its catalog entry does not hold: {_said(error)}",
                "mend the entry, or install what it needs",
                path=path,
                on_key=True,
            )
            continue
        empty = isinstance(dataset, MemoryDataset) and not dataset.exists()
        if name in read and (dataset is None or empty):
            said = (
                "its catalog entry is a MemoryDataset with nothing in it" if empty else "there is no such catalog entry"
            )
            hint = "" if empty else did_you_mean(name, _entries(catalog))
            # Only a warning: a hook of the project may supply it when the run begins.
            yield Diagnostic(
                "not-supplied",
                f"training reads '{name}', which no node of it produces, and {said}",
                hint or "give it an entry of a type that is stored, or let a hook supply it",
                Severity.WARNING,
                path,
                on_key=True,
            )


def _entries(catalog: Any) -> list[str]:
    return [each for each in catalog if not is_parameter(each)]


def _credentials(name: str, dataset: Any, path: tuple[str, ...], *, on_key: bool) -> Iterator[Diagnostic]:
    """Find what looks like credentials among the arguments of a dataset that the model would get."""
    try:
        config = local_config(name, Stored(unwrapped(dataset), "filepath"))
    except KedroBindError:
        return  # told when the model is logged
    for key in secret_keys(config):
        yield Diagnostic(
            "credentials-in-catalog",
            f"the catalog entry of the artifact '{name}' has '{key}' in it, and the model would have it too",
            "move it to credentials.yml, and name it with 'credentials' in the entry",
            path=path,
            on_key=on_key,
        )


def secret_parameter_problems(binding: ResolvedBinding, catalog: Any) -> Iterator[Diagnostic]:
    """Find parameters of inference that are credentials: the model would have their values."""
    for parameter in sorted(filter(is_parameter, binding.inference.inputs())):
        try:
            value = plain(catalog.get(parameter).load()) if parameter in catalog else None
        except Exception:  # noqa: BLE001, S112 - a parameter without a value is another layer's finding
            continue
        if found := secrets_in(parameter.removeprefix("params:"), value):
            yield Diagnostic(
                "credentials-captured",
                f"the inference parameter '{parameter}' has credentials in it ({', '.join(found)}), and the "
                "model would have them too",
                "let the node read them from environment variables, or rename what is not a credential",
                path=(binding.key, "inference"),
                on_key=True,
            )


def _said(error: Exception) -> str:
    """Give what Kedro says of a catalog entry, without its advice, which names pages and packages."""
    line = " ".join(str(error).split())
    return re.split(r"\.? (?:Please install|Hint: |Please see )", line, maxsplit=1)[0].rstrip(".")
