"""Whether the code of a model can travel with it."""

from __future__ import annotations

import importlib.util
import site
import sys
import sysconfig
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from conf_schema import Diagnostic, Severity
from kedro_bind.model.plan import NodePlan, Plan
from kedro_bind.model.references import function_reference
from kedro_bind.model.requirements import imported_by, pinned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kedro.pipeline.node import Node

    from conf_schema import KeyPath
    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.model.origin import Origin

__all__ = ["function_problems", "packaging_problems"]


def function_problems(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Find functions of the inference pipeline that can't be imported; paths start at the binding's name."""
    for node in binding.inference.nodes:
        if function_reference(node.func) is None:
            yield _not_importable(node, (binding.key, "inference"))


def packaging_problems(
    binding: ResolvedBinding, origin: Origin, more: Iterable[tuple[str, str]] = ()
) -> Iterator[Diagnostic]:
    """Find code of the inference pipeline that does not travel with the model; paths start at the binding's name.

    `more` is what it needs besides the functions of its nodes and the runner: what each is, and its module.
    """
    path = (binding.key, "inference")
    references = {node.name: function_reference(node.func) for node in binding.inference.nodes}
    code: list[tuple[str, str, KeyPath]] = [
        (f"the function of node '{name}'", each.partition(":")[0], path) for name, each in references.items() if each
    ]
    runner = binding.runner.type
    if "." in runner:
        code.append(("the runner", runner.rpartition(".")[0], (path[0], "runner", "type")))
    code += [(what, module, path) for what, module in more]
    wanted = binding.model.code_paths
    packages: tuple[str, ...] = (origin.package,) if wanted == "auto" and origin.package else ()
    if not isinstance(wanted, str):
        missing = [(index, each) for index, each in enumerate(wanted) if not (origin.project_path / each).exists()]
        for index, each in missing:
            yield Diagnostic(
                "bad-value",
                f"'model.code_paths' names '{each}', and there is no such file or folder in the project",
                "write the path as it is from the project's folder",
                path=(path[0], "model", "code_paths", index),
            )
        if missing:
            return
        packages = tuple(Path(each).stem for each in wanted)
    yield from _left_behind(code, packages)


def _left_behind(code: Iterable[tuple[str, str, KeyPath]], packages: tuple[str, ...]) -> Iterator[Diagnostic]:
    told: set[str] = set()
    for what, module, path in code:
        top = module.partition(".")[0]
        if top not in told and top not in packages and not _comes_along(top):
            told.add(top)
            yield Diagnostic(
                "not-packaged",
                f"{what} is in '{module}', which does not travel with the model",
                "name its folder in 'model.code_paths'",
                path=path,
                on_key=path[-1] == "inference",
            )
        for used in sorted(_imports(module, packages) - {top} - told):
            if not _comes_along(used):
                told.add(used)
                yield Diagnostic(
                    "not-packaged",
                    f"{what} is in '{module}', which imports '{used}', and that does not travel with the model",
                    "name its folder in 'model.code_paths', if it is imported when the model predicts",
                    Severity.WARNING,
                    path,
                    on_key=path[-1] == "inference",
                )


def _not_importable(node: Node, path: tuple[str, str]) -> Diagnostic:
    name = getattr(node.func, "__qualname__", type(node.func).__name__).rpartition("<locals>.")[2]
    said = f"the function of node '{node.name}' ({name}) can't be imported by name"
    if (reason := _not_pickled(node)) is not None:
        return Diagnostic(
            "not-importable",
            f"{said}, and it can't be pickled either: {reason}",
            "define it at the top of a module",
            path=path,
            on_key=True,
        )
    return Diagnostic(
        "not-importable",
        f"{said}, so the model has it as a pickle, which ties it to this version of Python",
        "define it at the top of a module",
        Severity.WARNING,
        path,
        on_key=True,
    )


def _not_pickled(node: Node) -> str | None:
    import cloudpickle

    try:
        cloudpickle.dumps(node.func)
    except Exception as error:  # noqa: BLE001 - pickling calls whatever the function refers to
        return " ".join(str(error).split()) or type(error).__name__
    return None


@cache
def _imports(module: str, packages: tuple[str, ...]) -> frozenset[str]:
    """Give the top-level modules that a module imports, through the packages that travel."""
    node = NodePlan(name="it", function=f"{module}:it")
    plan = Plan(name="it", input_name="it", output_name="it", nodes=[node])
    return frozenset(imported_by(plan, packages))


@cache
def _comes_along(module: str) -> bool:
    """Tell whether a top-level module is there wherever the model's requirements are installed."""
    if module in sys.stdlib_module_names or module in sys.builtin_module_names:
        return True
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        return True  # it is not here either: an optional import
    places = [spec.origin] if spec.origin and spec.has_location else list(spec.submodule_search_locations or ())
    installed = [*site.getsitepackages(), site.getusersitepackages(), *sysconfig.get_paths().values()]
    if all(any(Path(place).is_relative_to(each) for each in installed) for place in places):
        return True
    return len(pinned([module])) > len(pinned([]))  # installed in place, as a developer does
