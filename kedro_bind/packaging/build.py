"""Build a plan's folder from a binding and a catalog."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io.core import is_parameter

from kedro_bind.binding.datasets import stored
from kedro_bind.errors import LoggingError
from kedro_bind.model.digest import digest
from kedro_bind.model.integrity import code_digests
from kedro_bind.model.plan import Artifact, NodePlan, Plan, RunnerPlan
from kedro_bind.model.plan_file import write_plan
from kedro_bind.packaging.artifacts import store_artifact
from kedro_bind.packaging.credentials import refuse_credentials, refuse_pickled
from kedro_bind.packaging.declared_validators import declared_validators
from kedro_bind.packaging.file_copies import link_file
from kedro_bind.packaging.parameter_hints import hints_of
from kedro_bind.packaging.plain_values import require_plain
from kedro_bind.packaging.planned_parameters import planned_parameters
from kedro_bind.packaging.references import function_reference
from kedro_bind.redaction import secrets_among

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kedro.pipeline import Pipeline
    from kedro.pipeline.node import Node

    from conf_schema import RunnerSpec
    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.model.plan import ValidatorPlan
    from kedro_bind.packaging.planned_parameters import PlannedParameters
    from kedro_bind.packaging.verification.row_wise import RowWise

__all__ = ["BuiltPlan", "build_plan", "pickled_function", "plan_of"]


@dataclass(frozen=True)
class BuiltPlan:
    """A plan in a folder with its artifacts, the versions of those that are versioned, and warnings about it."""

    plan: Plan
    folder: Path
    versions: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def linked(self, place: Path) -> BuiltPlan:
        """Link (or else copy) the files into an existing folder, and return the plan there."""
        shutil.copytree(self.folder, place, copy_function=link_file, dirs_exist_ok=True)
        return replace(self, folder=place)

    def with_code(self, code: Path) -> BuiltPlan:
        """Write the plan, with the sha256 of each file in the code folder; the folder need not exist."""
        plan = self.plan.model_copy(update={"code": code_digests(code)})
        write_plan(plan, self.folder)
        return replace(self, plan=plan)

    def with_row_wise(self, row_wise: RowWise) -> BuiltPlan:
        """Write into the plan whether verification found the model to be row-wise."""
        verdict = {"row_wise": row_wise.row_wise, "row_wise_reason": row_wise.reason}
        plan = self.plan.model_copy(update={**verdict, "row_wise_declared": row_wise.declared})
        write_plan(plan, self.folder)
        return replace(self, plan=plan)


def build_plan(binding: ResolvedBinding, catalog: Any, folder: Path) -> BuiltPlan:
    """Write the plan of a binding, its artifacts and its pickled functions into a folder.

    Parameters get their types from the hints of training and inference.

    Raises:
        BindingError: an artifact is not persisted.
        LoggingError: an artifact can't be read, a function can't be pickled, a parameter is not a plain value, or the
            model would have credentials in it.
    """
    names = sorted(filter(is_parameter, binding.inference.inputs()))
    typed = planned_parameters(names, catalog, hints_of(binding.training, binding.inference))
    for parameter, value in typed.parameters.items():
        require_plain(f"the parameter '{parameter}' of the inference pipeline", value)
    artifacts: dict[str, Artifact] = {}
    versions: dict[str, str] = {}
    warnings: list[str] = []
    for dataset, source_name in binding.artifact_sources.items():
        source = stored(catalog, source_name)
        artifacts[dataset] = store_artifact(dataset, source, folder)
        if source.version is not None:
            versions[dataset] = source.version
        if source.path is None:
            kind = type(source.dataset).__name__
            warnings.append(f"the artifact '{dataset}' is not a file ({kind}); the model contains its current value")
    plan = plan_of(binding, typed, artifacts, declared_validators(binding, catalog))
    for argument, value in plan.runner.arguments.items():
        require_plain(f"the argument '{argument}' of the runner", value)
    nodes = []
    for node, planned in zip(binding.inference.nodes, plan.nodes, strict=True):
        if planned.function:
            nodes.append(planned)
            continue
        pickled = f"functions/{len(nodes)}.pkl"
        (folder / pickled).parent.mkdir(exist_ok=True)
        (folder / pickled).write_bytes(pickled_function(node))
        nodes.append(planned.model_copy(update={"pickle": pickled, "sha256": digest(folder / pickled)}))
        warnings.append(
            f"the function of node '{node.name}' can't be imported by name ({_described(node.func)})"
            "; it is pickled with cloudpickle, which ties the model to this Python version"
        )
    plan = plan.model_copy(update={"nodes": nodes})
    write_plan(plan, folder)
    return BuiltPlan(plan, folder, versions, tuple(warnings))


def plan_of(
    binding: ResolvedBinding,
    typed: PlannedParameters,
    artifacts: Mapping[str, Artifact],
    validators: Mapping[str, ValidatorPlan],
) -> Plan:
    """Return the plan of a binding, without reading or writing; a function that can't be imported has no name in it."""
    inference, parameters = binding.inference, typed.parameters
    options = binding.model.predict_params
    overridable = (
        sorted(parameters)
        if options == "all"
        else []
        if options == "none"
        else [_full_name(name, parameters) for name in options]
    )
    return Plan(
        name=binding.label,
        input_name=binding.input_name,
        output_name=next(iter(inference.outputs())),
        runner=runner_plan(binding.runner),
        nodes=[
            NodePlan(
                name=node.name,
                function=function_reference(node.func) or "",
                inputs=node._inputs or None,  # noqa: SLF001 - the form that the user wrote; `inputs` is a flat list
                outputs=node._outputs or None,  # noqa: SLF001 - see above
            )
            for node in inference.nodes
        ],
        artifacts=dict(artifacts),
        parameters=dict(parameters),
        predict_params=overridable,
        copy_mode=_copy_modes(inference, binding.copy_mode),
        parameter_types=typed.types,
        validators=dict(validators),
    )


def runner_plan(runner: RunnerSpec) -> RunnerPlan:
    """Return the import path and the arguments of a runner.

    Raises:
        LoggingError: an argument contains credentials.
    """
    refuse_credentials("the runner", secrets_among(runner.arguments), "let it read them from environment variables")
    path = runner.type if "." in runner.type else f"kedro.runner.{runner.type}"
    return RunnerPlan(type=path, arguments=runner.arguments)


def _copy_modes(inference: Pipeline, copy_mode: str | Mapping[str, str | None]) -> dict[str, Any]:
    """Return the mode of each dataset; one mode for all does not apply to parameters, which are not shared."""
    if isinstance(copy_mode, str):
        return {name: copy_mode for name in sorted(inference.datasets()) if not is_parameter(name)}
    return {name: mode for name, mode in copy_mode.items() if mode is not None}


def _full_name(name: str, parameters: Mapping[str, Any]) -> str:
    return name if name in parameters else f"params:{name}"


def pickled_function(node: Node) -> bytes:
    """Pickle the function of a node that can't be imported by name.

    Raises:
        LoggingError: it can't be pickled, or its pickle contains credentials.
    """
    import cloudpickle

    try:
        pickled: bytes = cloudpickle.dumps(node.func)
    except Exception as error:
        raise LoggingError(
            f"the function of node '{node.name}' can be neither imported by name nor pickled: {error}"
            "; define it at the top of a module"
        ) from error
    name = f"the function of node '{node.name}', which can't be imported by name,"
    refuse_pickled(name, pickled, "let the function read them from environment variables when it is called")
    return pickled


def _described(function: Callable[..., Any]) -> str:
    qualname = getattr(function, "__qualname__", type(function).__name__)
    return re.sub(r".*<locals>\.", "", qualname)
