"""Whether the code that a model needs can be packaged with it."""

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
from kedro_bind.packaging.references import function_reference
from kedro_bind.packaging.requirements import imported_by, pinned
from kedro_bind.redaction import contains_secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kedro.pipeline.node import Node

    from conf_schema import KeyPath
    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.project import Origin

__all__ = ["function_problems", "model_code_problems"]


def function_problems(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Find functions of the inference pipeline that can't be imported by name."""
    for node in binding.inference.nodes:
        if function_reference(node.func) is None:
            yield _not_importable(node, (binding.key, "inference"))


def model_code_problems(
    binding: ResolvedBinding, origin: Origin, extra: Iterable[tuple[str, str]] = ()
) -> Iterator[Diagnostic]:
    """Find code of the inference pipeline that is not packaged with the model.

    `extra` is code that the model needs besides the functions of its nodes and the runner, as pairs of a description
    and a module.
    """
    path = (binding.key, "inference")
    references = {node.name: function_reference(node.func) for node in binding.inference.nodes}
    code: list[tuple[str, str, KeyPath]] = [
        (f"the function of node '{name}'", reference.partition(":")[0], path)
        for name, reference in references.items()
        if reference
    ]
    runner = binding.runner.type
    if "." in runner:
        code.append(("the runner", runner.rpartition(".")[0], (path[0], "runner", "type")))
    code += [(description, module, path) for description, module in extra]
    code_paths = binding.model.code_paths
    packages: tuple[str, ...] = (origin.package,) if code_paths == "auto" and origin.package else ()
    if not isinstance(code_paths, str):
        missing = [(index, name) for index, name in enumerate(code_paths) if not (origin.project_path / name).exists()]
        for index, name in missing:
            yield Diagnostic(
                "bad-value",
                f"'model.code_paths' names '{name}', but the project has no such file or folder",
                "write the path relative to the project's folder",
                path=(path[0], "model", "code_paths", index),
            )
        if missing:
            return
        packages = tuple(Path(name).stem for name in code_paths)
    yield from _left_behind(code, packages)


def _left_behind(code: Iterable[tuple[str, str, KeyPath]], packages: tuple[str, ...]) -> Iterator[Diagnostic]:
    reported: set[str] = set()
    for description, module, path in code:
        top = module.partition(".")[0]
        if top not in reported and top not in packages and not _is_available(top):
            reported.add(top)
            yield Diagnostic(
                "not-packaged",
                f"{description} is defined in '{module}', which is not packaged with the model",
                "add its folder to 'model.code_paths'",
                path=path,
                on_key=path[-1] == "inference",
            )
        for imported in sorted(_imports(module, packages) - {top} - reported):
            if not _is_available(imported):
                reported.add(imported)
                yield Diagnostic(
                    "not-packaged",
                    f"{description} is defined in '{module}', which imports '{imported}', and that is not packaged "
                    "with the model",
                    "add its folder to 'model.code_paths' if the model imports it when it predicts",
                    Severity.WARNING,
                    path,
                    on_key=path[-1] == "inference",
                )


def _not_importable(node: Node, path: tuple[str, str]) -> Diagnostic:
    import cloudpickle

    name = getattr(node.func, "__qualname__", type(node.func).__name__).rpartition("<locals>.")[2]
    problem = f"the function of node '{node.name}' ({name}) can't be imported by name"
    try:
        pickled = cloudpickle.dumps(node.func)
    except Exception as error:  # noqa: BLE001 - pickling calls whatever the function refers to
        reason = " ".join(str(error).split()) or type(error).__name__
        return Diagnostic(
            "not-importable",
            f"{problem}, and it can't be pickled either: {reason}",
            "define it at the top level of a module",
            path=path,
            on_key=True,
        )
    if contains_secret(pickled):
        return Diagnostic(
            "credentials-captured",
            f"{problem}, and its pickle contains credentials, which would become part of the model",
            "let the function read them from environment variables when it is called",
            path=path,
            on_key=True,
        )
    return Diagnostic(
        "not-importable",
        f"{problem}, so the model contains it as a pickle, which ties the model to this version of Python",
        "define it at the top level of a module",
        Severity.WARNING,
        path,
        on_key=True,
    )


@cache
def _imports(module: str, packages: tuple[str, ...]) -> frozenset[str]:
    """Return the top-level modules that a module imports, directly or through `packages`."""
    node = NodePlan(name="node", function=f"{module}:function")
    plan = Plan(name="plan", input_name="input", output_name="output", nodes=[node])
    return frozenset(imported_by(plan, packages))


@cache
def _is_available(module: str) -> bool:
    """Check whether a top-level module is available wherever the model's requirements are installed."""
    if module in sys.stdlib_module_names or module in sys.builtin_module_names:
        return True
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        return True  # an optional import, which is not installed here either
    places = [spec.origin] if spec.origin and spec.has_location else list(spec.submodule_search_locations or ())
    installed = [*site.getsitepackages(), site.getusersitepackages(), *sysconfig.get_paths().values()]
    if all(any(Path(place).is_relative_to(folder) for folder in installed) for place in places):
        return True
    return len(pinned([module])) > len(pinned([]))  # an editable install
