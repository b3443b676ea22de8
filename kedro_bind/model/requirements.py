"""The distributions that a model needs, pinned to what is installed."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import re
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kedro_bind.model.plan import Plan

__all__ = ["completed", "dataset_modules", "imported_by", "pinned"]

_ALWAYS = ("kedro-bind", "kedro", "mlflow")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


def pinned(named: Iterable[str], brought: Iterable[str] = ()) -> list[str]:
    """Pin the distributions of top-level modules, and those that any model needs.

    `named` are the modules that the model's code and its artifacts need themselves; of those that only came along
    (`brought`), the ones that another distribution here requires anyway are left out, unless that is MLflow, which
    takes nearly any version of what it requires. Modules of the standard library,
    and those that belong to no distribution (the project's own code, which travels with the model), need none.
    """
    named, brought = set(named), set(brought)
    owners = _owners(frozenset(named | brought) - sys.stdlib_module_names)
    names = {name for module in named for name in owners.get(module, ())} | set(_ALWAYS)
    others = {name for module in brought for name in owners.get(module, ())} - names
    names |= {
        each for each in others if not any(each in _required_by(one) for one in (names | others) - {each, "mlflow"})
    }
    lines = []
    for name in sorted(names):
        try:
            lines.append(f"{name}=={importlib.metadata.version(name).partition('+')[0]}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return lines


def completed(given: Iterable[str], needed: Iterable[str]) -> list[str]:
    """Give requirements, preceded by those of the `needed` pins whose distribution they do not name."""
    needed = list(needed)
    own = [line for line in given if line not in needed]
    return [*(pin for pin in needed if not any(_names(line, pin.partition("==")[0]) for line in own)), *own]


def dataset_modules(plan: Plan) -> set[str]:
    """Give the top-level modules of the datasets that load a plan's artifacts."""
    return {str(each.dataset["type"]).partition(".")[0] for each in plan.artifacts.values() if each.dataset}


def imported_by(plan: Plan, own_packages: Iterable[str]) -> set[str]:
    """Find, without running anything, the top-level modules that the code of a plan imports.

    Follows the imports of the nodes' modules, and of those of types and validators, through the project's own packages,
    and counts the packages of the artifacts' datasets.
    """
    own = set(own_packages)
    todo = [node.function.partition(":")[0] for node in plan.nodes if node.function]
    todo += [each.type.partition(":")[0] for each in plan.parameter_types.values()]
    todo += [each.type.rpartition(".")[0] for each in plan.validators.values()]
    found = {module.partition(".")[0] for module in todo}
    found |= dataset_modules(plan)
    seen: set[str] = set()
    while todo:
        module = todo.pop()
        if module in seen or module.partition(".")[0] not in own:
            continue
        seen.add(module)
        for name in _imports_of(module):
            found.add(name.partition(".")[0])
            todo += [name, name.rpartition(".")[0]]
    return found - own - {"__main__"}


def _imports_of(module: str) -> set[str]:
    try:
        spec = importlib.util.find_spec(module)
        source = Path(spec.origin).read_text(encoding="utf-8") if spec and spec.origin else ""
        tree = ast.parse(source)
    except (ImportError, ValueError, OSError, SyntaxError):
        return set()
    package = module if spec and spec.submodule_search_locations else module.rpartition(".")[0]
    names: set[str] = set()
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Import):
            names |= {alias.name for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            base = statement.module or ""
            if statement.level:
                parts = package.split(".")
                base = ".".join([*parts[: len(parts) - statement.level + 1], *([base] if base else [])])
            names |= {base, *(f"{base}.{alias.name}" for alias in statement.names)}
    return {name for name in names if name}


def _owners(modules: frozenset[str]) -> dict[str, set[str]]:
    """Find the distributions that top-level modules come from.

    `importlib.metadata.packages_distributions` does this for everything that is installed, and takes a second.
    """
    owners: dict[str, set[str]] = {}
    for distribution in importlib.metadata.distributions():
        record = distribution.read_text("RECORD") or ""
        tops = (distribution.read_text("top_level.txt") or "").split()
        found = [module for module in modules if module in tops or _records(record, module)]
        for module in found:
            owners.setdefault(module, set()).add(_normal(distribution.metadata["Name"]))
    return owners


def _records(record: str, module: str) -> bool:
    """Tell whether a distribution's RECORD has a top-level module: a folder, a file or a compiled library."""
    lines = "\n" + record
    if f"\n{module}/" in lines or f"\n{module}.py," in lines:
        return True
    return f"\n{module}." in lines and bool(re.search(rf"^{re.escape(module)}\.[\w-]+\.so,", record, re.MULTILINE))


@cache
def _required_by(name: str) -> frozenset[str]:
    """Return all distributions that one requires, extras aside, and what those require, MLflow's aside."""
    found: set[str] = set()
    todo = [name]
    while todo:
        try:
            lines = importlib.metadata.requires(todo.pop()) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        direct = {_normal(match[0]) for line in lines if "extra ==" not in line and (match := _NAME.match(line))}
        todo += direct - found - {"mlflow"}
        found |= direct
    return frozenset(found - {name})


def _names(line: str, name: str) -> bool:
    """Tell whether a line of requirements is about a distribution; that of an address, if the name is in there."""
    match = _NAME.match(line)
    if match and _normal(match[0]) == name:
        return True
    return ("/" in line or line.endswith(".whl")) and name in _normal(line)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
