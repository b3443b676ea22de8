"""The runner of the logged model: whether it exists, takes its arguments, and can run the inference pipeline."""

from __future__ import annotations

import inspect
import pickle
from typing import TYPE_CHECKING, Any

from conf_schema import Diagnostic, RunnerSpec, Severity, did_you_mean
from kedro_bind.model.artifacts import unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["runner_problems"]


def runner_problems(binding: ResolvedBinding, catalog: Any) -> Iterator[Diagnostic]:
    """Find what keeps a model's runner from being made, or from running; paths start at the binding's name."""
    spec = binding.runner
    if spec == RunnerSpec():
        return
    from kedro.runner import AbstractRunner, ParallelRunner

    path = (binding.key, "runner")
    runner_class, reason = _runner_class(spec.type)
    if runner_class is None:
        hint = did_you_mean(spec.type, _known_runners(spec.type)) or "name one of kedro.runner, or an import path"
        yield Diagnostic("unknown-runner", f"there is no runner '{spec.type}'{reason}", hint, path=(*path, "type"))
        return
    if not (isinstance(runner_class, type) and issubclass(runner_class, AbstractRunner)):
        hint = "name a class that derives from kedro.runner.AbstractRunner"
        yield Diagnostic("unknown-runner", f"'{spec.type}' is no Kedro runner", hint, path=(*path, "type"))
        return
    if inspect.isabstract(runner_class):
        hint = "name a class that derives from it"
        yield Diagnostic("unknown-runner", f"'{spec.type}' is abstract, so it can't run", hint, path=(*path, "type"))
        return
    yield from _argument_problems(spec, runner_class, path)
    if issubclass(runner_class, ParallelRunner):
        yield from _parallel_problems(binding, path)
        yield from _not_shared(binding, catalog, path)
        if spec.arguments.get("is_async"):
            yield from _generators(binding, path)


def _runner_class(name: str) -> tuple[Any, str]:
    """Find a runner as the model does: below `kedro.runner`, or by its import path."""
    from kedro.utils import load_obj

    try:
        return load_obj(name, "kedro.runner"), ""
    except (AttributeError, ValueError):
        return None, ""
    except Exception as error:  # noqa: BLE001 - importing a module runs whatever it holds
        return None, f": {type(error).__name__}: {' '.join(str(error).split())}"


def _known_runners(name: str) -> list[str]:
    """Give the runners of the module that a name names, in the same form."""
    import importlib

    from kedro.runner import AbstractRunner

    module = name.rpartition(".")[0]
    try:
        names = vars(importlib.import_module(module or "kedro.runner"))
    except Exception:  # noqa: BLE001 - see above
        names = {}
    found = [key for key, each in names.items() if isinstance(each, type) and issubclass(each, AbstractRunner)]
    if not found:
        return _known_runners("") if module else []
    return [f"{module}.{each}" if module else each for each in found if each != "AbstractRunner"]


def _argument_problems(spec: RunnerSpec, runner_class: type, path: tuple[str, str]) -> Iterator[Diagnostic]:
    parameters = dict(inspect.signature(runner_class).parameters)
    any_name = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values())
    by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    known = [name for name, each in parameters.items() if each.kind in by_name]
    for name, value in spec.arguments.items():
        if name not in known and not any_name:
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            said = f"the runner '{spec.type}' has no argument '{name}'"
            yield Diagnostic(
                "bad-runner-argument", said, did_you_mean(name, known) or takes, path=(*path, name), on_key=True
            )
        elif (expected := _expected(runner_class, name, value)) is not None:
            said = f"'{name}' of the runner '{spec.type}' is {value!r}; it must be {expected}"
            yield Diagnostic("bad-runner-argument", said, path=(*path, name))
    for name in known:
        if parameters[name].default is inspect.Parameter.empty and name not in spec.arguments:
            said = f"the runner '{spec.type}' needs the argument '{name}'"
            yield Diagnostic("bad-runner-argument", said, f"add '{name}: …'", path=path)


def _expected(runner_class: type, name: str, value: Any) -> str | None:
    """Give what an argument of Kedro's own runners must be, where the value is something else."""
    if name != "max_workers" or not runner_class.__module__.startswith("kedro.runner."):
        return None
    return None if value is None or (isinstance(value, int) and value >= 1) else "a whole number from 1"


def _parallel_problems(binding: ResolvedBinding, path: tuple[str, str]) -> Iterator[Diagnostic]:
    """Find node functions that can't be handed to another process, as ParallelRunner does."""
    for node in binding.inference.nodes:
        try:
            pickle.dumps(node.func)
        except Exception:  # noqa: BLE001 - pickling calls whatever the object brings
            yield Diagnostic(
                "not-parallel",
                f"ParallelRunner can't hand the function of node '{node.name}' to another process",
                "define it at the top of a module, or choose ThreadRunner",
                path=(*path, "type"),
            )


def _not_shared(binding: ResolvedBinding, catalog: Any, path: tuple[str, str]) -> Iterator[Diagnostic]:
    """Find data that is bound to one process: Spark's, mostly.

    The model has the values of its artifacts, not their datasets, and hands the values on pickled. That they can't be
    is certain only when there are values, so it is a warning.
    """
    for name in (binding.training_input, *binding.artifact_sources.values()):
        try:
            dataset = catalog.get(name)
        except Exception:  # noqa: BLE001, S112 - a catalog entry that does not hold is another layer's finding
            continue
        wrapped = unwrapped(dataset)
        if getattr(wrapped, "_SINGLE_PROCESS", False):  # what Kedro's own validation looks at
            yield Diagnostic(
                "not-parallel",
                f"ParallelRunner hands '{name}' to other processes, and it is a {type(wrapped).__name__}, "
                "whose data belongs to one process",
                "choose ThreadRunner, or store it as something that can be pickled",
                Severity.WARNING,
                (*path, "type"),
            )


def _generators(binding: ResolvedBinding, path: tuple[str, str]) -> Iterator[Diagnostic]:
    """Find node functions that yield, which Kedro does not run where data is loaded and saved asynchronously."""
    for node in binding.inference.nodes:
        if inspect.isgeneratorfunction(node.func):
            yield Diagnostic(
                "bad-runner-argument",
                f"'is_async' is set, and the function of node '{node.name}' yields, which Kedro does not run so",
                "leave 'is_async' out",
                path=(*path, "is_async"),
            )
