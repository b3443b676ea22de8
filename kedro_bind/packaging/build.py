"""A pipeline and a catalog to a plan's folder."""

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
from kedro_bind.packaging.artifacts import link_file, stage
from kedro_bind.packaging.declared_validators import declared_validators
from kedro_bind.packaging.parameter_hints import hints_of, typed_values
from kedro_bind.packaging.plain_values import require_plain
from kedro_bind.packaging.references import function_reference
from kedro_bind.redaction import secrets_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kedro.pipeline import Pipeline
    from kedro.pipeline.node import Node

    from conf_schema import RunnerSpec
    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.model.plan import ValidatorPlan
    from kedro_bind.packaging.parameter_hints import TypedValues
    from kedro_bind.packaging.verification.row_wise import RowWise

__all__ = ["BuiltPlan", "build_plan", "plan_of"]


@dataclass(frozen=True)
class BuiltPlan:
    """A plan that lies in a folder with its artifacts, and what is worth a word about it."""

    plan: Plan
    folder: Path
    versions: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def linked(self, place: Path) -> BuiltPlan:
        """Give the same in a folder that exists, its files linked where the file system allows."""
        shutil.copytree(self.folder, place, copy_function=link_file, dirs_exist_ok=True)
        return replace(self, folder=place)

    def digests(self) -> dict[str, str]:
        """Compute the sha256 of each artifact."""
        return {name: digest(self.folder / each.location) for name, each in self.plan.artifacts.items()}

    def sealed(self, digests: Mapping[str, str], code: Path | None = None) -> BuiltPlan:
        """Write the sha256 of the artifacts, and of the code in a folder, into the plan."""
        artifacts = {
            name: each.model_copy(update={"sha256": digests[name]}) for name, each in self.plan.artifacts.items()
        }
        plan = self.plan.model_copy(update={"artifacts": artifacts, "code": code_digests(code) if code else {}})
        write_plan(plan, self.folder)
        return replace(self, plan=plan)

    def judged(self, row_wise: RowWise) -> BuiltPlan:
        """Write into the plan what verification found of the rows' independence."""
        plan = self.plan.model_copy(update={"row_wise": row_wise.row_wise, "row_wise_reason": row_wise.reason})
        write_plan(plan, self.folder)
        return replace(self, plan=plan)


def build_plan(binding: ResolvedBinding, catalog: Any, folder: Path) -> BuiltPlan:
    """Write the plan of a binding, its artifacts and its pickled functions into a folder.

    The hints of training type parameters as well as those of inference.

    Raises:
        BindingError: an artifact is not persisted.
        LoggingError: an artifact can't be read, a function can't be pickled, or a parameter is no plain value.
    """
    names = sorted(filter(is_parameter, binding.inference.inputs()))
    typed = typed_values(names, catalog, hints_of(binding.training, binding.inference))
    for parameter, value in typed.parameters.items():
        require_plain(f"the parameter '{parameter}' of the inference pipeline", value)
        if found := secrets_in(parameter.removeprefix("params:"), value):
            raise LoggingError(
                f"the inference parameter '{parameter}' has credentials in it ({', '.join(found)}), and the "
                "model would have them too; let the node read them from environment variables"
            )
    artifacts: dict[str, Artifact] = {}
    versions: dict[str, str] = {}
    warnings: list[str] = []
    for dataset, source_name in binding.artifact_sources.items():
        source = stored(catalog, source_name)
        artifacts[dataset] = stage(dataset, source, folder)
        if source.version is not None:
            versions[dataset] = source.version
        if source.path is None:
            kind = type(source.dataset).__name__
            warnings.append(f"the artifact '{dataset}' is no file ({kind}); its value of now is in the model")
    plan = plan_of(binding, typed, artifacts, declared_validators(binding, catalog))
    for argument, value in plan.runner.arguments.items():
        require_plain(f"the argument '{argument}' of the runner", value)
    nodes = []
    for node, planned in zip(binding.inference.nodes, plan.nodes, strict=True):
        if planned.function:
            nodes.append(planned)
            continue
        pickled = f"functions/{len(nodes)}.pkl"
        _pickle_function(node, folder / pickled)
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
    typed: TypedValues,
    artifacts: Mapping[str, Artifact],
    validators: Mapping[str, ValidatorPlan],
) -> Plan:
    """Give the plan of a binding; pure. A node whose function has no importable name has an empty one."""
    inference, parameters = binding.inference, typed.parameters
    options = binding.model.predict_params
    overridable = (
        sorted(parameters)
        if options == "all"
        else []
        if options == "none"
        else [_full(each, parameters) for each in options]
    )
    return Plan(
        name=binding.label,
        input_name=binding.input_name,
        output_name=next(iter(inference.outputs())),
        runner=runner_plan(binding.runner),
        nodes=[
            # `_inputs` and `_outputs` are the forms as the user wrote them; the public ones are flattened.
            NodePlan(
                name=node.name,
                function=function_reference(node.func) or "",
                inputs=node._inputs or None,
                outputs=node._outputs or None,
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
    """Return the import path and the arguments of a runner."""
    path = runner.type if "." in runner.type else f"kedro.runner.{runner.type}"
    return RunnerPlan(type=path, arguments=runner.arguments)


def _copy_modes(inference: Pipeline, copy_mode: str | Mapping[str, str | None]) -> dict[str, Any]:
    """Give each dataset its mode. One mode for all leaves parameters to Kedro's default: they are no shared state."""
    if isinstance(copy_mode, str):
        return {name: copy_mode for name in sorted(inference.datasets()) if not is_parameter(name)}
    return {name: mode for name, mode in copy_mode.items() if mode is not None}


def _full(name: str, parameters: Mapping[str, Any]) -> str:
    return name if name in parameters else f"params:{name}"


def _pickle_function(node: Node, place: Path) -> None:
    import cloudpickle

    place.parent.mkdir(exist_ok=True)
    try:
        place.write_bytes(cloudpickle.dumps(node.func))
    except Exception as error:
        raise LoggingError(
            f"the function of node '{node.name}' can be neither imported by name nor pickled: {error}"
            "; define it at the top of a module"
        ) from error


def _described(function: Callable[..., Any]) -> str:
    qualname = getattr(function, "__qualname__", type(function).__name__)
    return re.sub(r".*<locals>\.", "", qualname)
