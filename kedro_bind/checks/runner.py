"""The runner of the logged model: whether it exists, takes its arguments, and can run the inference pipeline."""

from __future__ import annotations

import inspect
import pickle
from typing import TYPE_CHECKING, Any

from conf_schema import Diagnostic, RunnerSpec, Severity, did_you_mean
from kedro_bind.binding.datasets import unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["runner_problems"]


def runner_problems(binding: ResolvedBinding, catalog: Any) -> Iterator[Diagnostic]:
    """Find what keeps a model's runner from being created, or from running the inference pipeline.

    Without a catalog, its data is not looked at.
    """
    spec = binding.runner
    if spec == RunnerSpec():
        return
    from kedro.runner import AbstractRunner, ParallelRunner

    path = (binding.key, "runner")
    runner_class, reason = _runner_class(spec.type)
    if runner_class is None:
        hint = (
            did_you_mean(spec.type, _known_runners(spec.type))
            or "use a runner of kedro.runner, or the import path of one"
        )
        yield Diagnostic("unknown-runner", f"there is no runner '{spec.type}'{reason}", hint, path=(*path, "type"))
        return
    if not (isinstance(runner_class, type) and issubclass(runner_class, AbstractRunner)):
        hint = "use a class that derives from kedro.runner.AbstractRunner"
        yield Diagnostic("unknown-runner", f"'{spec.type}' is not a Kedro runner", hint, path=(*path, "type"))
        return
    if inspect.isabstract(runner_class):
        hint = "use a class that derives from it"
        yield Diagnostic("unknown-runner", f"'{spec.type}' is abstract, so it can't run", hint, path=(*path, "type"))
        return
    yield from _argument_problems(spec, runner_class, path)
    if issubclass(runner_class, ParallelRunner):
        yield from _parallel_problems(binding, path)
        if catalog is not None:
            yield from _bound_to_process(binding, catalog, path)
        if spec.arguments.get("is_async"):
            yield from _generators(binding, path)


def _runner_class(name: str) -> tuple[Any, str]:
    """Find a runner as the model does, in `kedro.runner` or by its import path; or return why it can't be imported."""
    from kedro.utils import load_obj

    try:
        return load_obj(name, "kedro.runner"), ""
    except (AttributeError, ValueError):
        return None, ""
    except Exception as error:  # noqa: BLE001 - importing a module runs all code in it
        return None, f": {type(error).__name__}: {' '.join(str(error).split())}"


def _known_runners(name: str) -> list[str]:
    """Return the runners of the module that a name refers to, written in the same form as the name."""
    import importlib

    from kedro.runner import AbstractRunner

    module = name.rpartition(".")[0]
    try:
        names = vars(importlib.import_module(module or "kedro.runner"))
    except Exception:  # noqa: BLE001 - see above
        names = {}
    found = [key for key, value in names.items() if isinstance(value, type) and issubclass(value, AbstractRunner)]
    if not found:
        return _known_runners("") if module else []
    return [f"{module}.{runner}" if module else runner for runner in found if runner != "AbstractRunner"]


def _argument_problems(spec: RunnerSpec, runner_class: type, path: tuple[str, str]) -> Iterator[Diagnostic]:
    parameters = dict(inspect.signature(runner_class).parameters)
    any_name = any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters.values())
    by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    known = [name for name, parameter in parameters.items() if parameter.kind in by_name]
    for name, value in spec.arguments.items():
        if name not in known and not any_name:
            arguments = f"its arguments are {', '.join(known)}" if known else "it takes no arguments"
            yield Diagnostic(
                "bad-runner-argument",
                f"the runner '{spec.type}' has no argument '{name}'",
                did_you_mean(name, known) or arguments,
                path=(*path, name),
                on_key=True,
            )
        elif (expected := _expected(runner_class, name, value)) is not None:
            message = f"'{name}' of the runner '{spec.type}' is {value!r}; it must be {expected}"
            yield Diagnostic("bad-runner-argument", message, path=(*path, name))
    for name in known:
        if parameters[name].default is inspect.Parameter.empty and name not in spec.arguments:
            message = f"the runner '{spec.type}' requires the argument '{name}'"
            yield Diagnostic("bad-runner-argument", message, f"add '{name}: …'", path=path)


def _expected(runner_class: type, name: str, value: Any) -> str | None:
    """Return what an argument of Kedro's own runners must be, if the value is not."""
    if name != "max_workers" or not runner_class.__module__.startswith("kedro.runner."):
        return None
    return None if value is None or (isinstance(value, int) and value >= 1) else "a positive integer"


def _parallel_problems(binding: ResolvedBinding, path: tuple[str, str]) -> Iterator[Diagnostic]:
    """Find node functions that ParallelRunner can't pass to another process."""
    for node in binding.inference.nodes:
        try:
            pickle.dumps(node.func)
        except Exception:  # noqa: BLE001 - pickling runs code of the object
            yield Diagnostic(
                "not-parallel",
                f"ParallelRunner can't pass the function of node '{node.name}' to another process",
                "define it at the top level of a module, or use ThreadRunner",
                path=(*path, "type"),
            )


def _bound_to_process(binding: ResolvedBinding, catalog: Any, path: tuple[str, str]) -> Iterator[Diagnostic]:
    """Find data that belongs to one process, such as Spark's.

    The model passes the values of its artifacts on as pickles, not their datasets. Whether a value can be pickled is
    known only when there is one, so these findings are warnings.
    """
    for name in (binding.training_input, *binding.artifact_sources.values()):
        try:
            dataset = catalog.get(name)
        except Exception:  # noqa: BLE001, S112 - another rule finds an invalid catalog entry
            continue
        wrapped = unwrapped(dataset)
        if getattr(wrapped, "_SINGLE_PROCESS", False):  # Kedro's own validation checks this attribute
            yield Diagnostic(
                "not-parallel",
                f"ParallelRunner passes '{name}' to other processes, but the data of a {type(wrapped).__name__} "
                "belongs to one process",
                "use ThreadRunner, or a dataset whose data can be pickled",
                Severity.WARNING,
                (*path, "type"),
            )


def _generators(binding: ResolvedBinding, path: tuple[str, str]) -> Iterator[Diagnostic]:
    """Find generator functions of nodes: Kedro does not run them if it loads and saves data asynchronously."""
    for node in binding.inference.nodes:
        if inspect.isgeneratorfunction(node.func):
            yield Diagnostic(
                "bad-runner-argument",
                f"'is_async' is set, but the function of node '{node.name}' is a generator, which Kedro runs only "
                "synchronously",
                "remove 'is_async'",
                path=(*path, "is_async"),
            )
