"""Run a plan with a runner of Kedro, for models with another runner than the SequentialRunner."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io import AbstractDataset, DataCatalog, MemoryDataset
from kedro.io.data_catalog import SharedMemoryDataCatalog
from kedro.pipeline import Pipeline, node
from kedro.utils import load_obj

from kedro_bind.model.compiled import name_node
from kedro_bind.model.copying import copier
from kedro_bind.model.plan import PlanError
from kedro_bind.names import bare, flat

if "kedro.framework.project" not in sys.modules and "KEDRO_LOGGING_CONFIG" not in os.environ:
    # Importing a runner imports kedro.framework.project, which configures the logging of the whole process, so a server
    # would get another log format and a line for each node: https://github.com/kedro-org/kedro/issues/1930. As of Kedro
    # 1.7, this variable is the only way around it.
    os.environ["KEDRO_LOGGING_CONFIG"] = str(Path(__file__).with_name("quiet_logging.yml"))
    import kedro.framework.project  # noqa: F401 - for the logging that it configures

    del os.environ["KEDRO_LOGGING_CONFIG"]

from kedro.runner import AbstractRunner, ParallelRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kedro.pipeline.node import Node

    from kedro_bind.model.plan import Plan

__all__ = ["KedroRun", "load_runner"]

_NOT_IN_NAMES = re.compile(r"[^\w.-]+")
"""The characters that Kedro rejects in the name of a node (its own default names have them)."""


class _Shared(AbstractDataset[Any, Any]):
    """An artifact in memory, which is copied when it is loaded, but not when the catalog is made."""

    def __init__(self, data: Any, copy_mode: str | None) -> None:
        self._data, self._copied = data, copier(copy_mode)

    def load(self) -> Any:
        return self._data if self._copied is None else self._copied(self._data)

    def save(self, data: Any) -> None:
        raise PlanError(f"a node overwrites an artifact of the model with a '{type(data).__name__}'")

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {"data": type(self._data).__name__}


class _NodeNamingHooks:
    """Takes the place of Kedro's hook manager: adds the node's name to an error, and ignores all other hooks."""

    @property
    def hook(self) -> _NodeNamingHooks:
        return self

    def on_node_error(self, *, error: Exception, node: Node, **_: Any) -> None:
        name_node(error, node.name)

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda **_: None


class KedroRun:
    """Runs the plan's pipeline with its runner; each call has a catalog of its own that shares the artifacts.

    Intermediate datasets stay in memory, so the two names of a transcoded one (`data@pandas`) are one there.
    """

    def __init__(self, plan: Plan, functions: list[Callable[..., Any]], artifacts: Mapping[str, Any]) -> None:
        self._plan = plan
        in_memory = [plan.input_name, *(name for planned in plan.nodes for name in flat(planned.outputs))]
        self._in_memory = set(map(bare, in_memory))
        self._pipeline = Pipeline(
            [
                node(
                    function,
                    self._named(planned.inputs),
                    self._named(planned.outputs),
                    name=_NOT_IN_NAMES.sub("_", planned.name),
                )
                for planned, function in zip(plan.nodes, functions, strict=True)
            ]
        )
        self._modes = {self._named(name): mode for name, mode in plan.copy_mode.items()}
        self._runner = load_runner(plan.runner.type, plan.runner.arguments)
        self._artifacts = {name: _Shared(value, plan.copy_mode.get(name)) for name, value in artifacts.items()}
        parallel = isinstance(self._runner, ParallelRunner)
        self._catalog_class = SharedMemoryDataCatalog if parallel else DataCatalog
        self._hooks: Any = None if parallel else _NodeNamingHooks()

    def __call__(self, model_input: Any, parameters: Mapping[str, Any] | None = None) -> Any:
        """Predict; `parameters` replace defaults by their full names (`params:…`) for this call only."""
        modes = self._modes
        values = {**self._plan.parameters, **(parameters or {}), self._named(self._plan.input_name): model_input}
        memory = {name: MemoryDataset(value, copy_mode=modes.get(name)) for name, value in values.items()}
        catalog = self._catalog_class(datasets={**self._artifacts, **memory})
        if self._hooks is not None:  # the ParallelRunner always copies intermediates, from process to process
            for name in self._pipeline.all_outputs() & set(modes):
                catalog[name] = MemoryDataset(copy_mode=modes[name])
        outputs = self._runner.run(self._pipeline, catalog, self._hooks)
        return outputs[self._named(self._plan.output_name)].load()

    def _named(self, names: Any) -> Any:
        """Return names of datasets, in the same form, as they are called in memory."""
        if isinstance(names, str):
            return bare(names) if bare(names) in self._in_memory else names
        if isinstance(names, dict):
            return {key: self._named(name) for key, name in names.items()}
        return [self._named(name) for name in names] if names else names


def load_runner(type_: str, arguments: Mapping[str, Any]) -> AbstractRunner:
    """Make a runner from its name in `kedro.runner` or its import path.

    Raises:
        PlanError: it does not exist, is not a Kedro runner, or rejects the arguments.
    """
    try:
        runner_class = load_obj(type_, "kedro.runner")
    except (ImportError, AttributeError, ValueError) as error:
        raise PlanError(f"there is no runner '{type_}': {error}") from error
    if not (isinstance(runner_class, type) and issubclass(runner_class, AbstractRunner)):
        raise PlanError(f"'{type_}' is not a Kedro runner")
    try:
        return runner_class(**arguments)
    except (TypeError, ValueError) as error:
        raise PlanError(f"the runner '{type_}' does not take these arguments: {error}") from error
