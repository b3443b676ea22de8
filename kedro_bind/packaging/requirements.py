"""Find the distributions that a model needs, pin them to the installed versions, and write them into the model."""

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

__all__ = [
    "NO_REQUIREMENT",
    "complete_requirements",
    "completed",
    "dataset_modules",
    "imported_by",
    "pinned",
    "undeclared",
]

_ALWAYS = ("kedro-bind", "kedro", "mlflow")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
NO_REQUIREMENT = 'mlflow; python_version < "3"'
"""A requirement that applies to no environment; without any, MLflow infers the requirements itself."""


def pinned(direct: Iterable[str], incidental: Iterable[str] = ()) -> list[str]:
    """Pin the distributions of top-level modules, and those that every model needs.

    `direct` are the modules that the model's code and its artifacts need themselves. A distribution of the `incidental`
    modules, which were imported as well, is left out if another distribution here requires it, unless that is MLflow,
    which accepts nearly any version of what it requires. Modules of the standard library, and those of no distribution
    (the project's own code, which travels with the model), need no requirement.
    """
    direct, incidental = set(direct), set(incidental)
    owners = _owners(frozenset(direct | incidental) - sys.stdlib_module_names)
    names = {name for module in direct for name in owners.get(module, ())} | set(_ALWAYS)
    others = {name for module in incidental for name in owners.get(module, ())} - names

    def is_required(name: str) -> bool:
        return any(name in _required_by(other) for other in (names | others) - {name, "mlflow"})

    names |= {name for name in others if not is_required(name)}
    lines = []
    for name in sorted(names):
        try:
            lines.append(f"{name}=={importlib.metadata.version(name).partition('+')[0]}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return lines


def complete_requirements(model: Path, needed: list[str]) -> None:
    """Add what a saved model needs to its requirements, in the two files from which MLflow reads them."""
    import yaml

    requirements, conda = model / "requirements.txt", model / "conda.yaml"
    existing = requirements.read_text(encoding="utf-8").splitlines()
    lines = completed([line for line in existing if line != NO_REQUIREMENT], needed)
    requirements.write_text("\n".join(lines) + "\n", encoding="utf-8")
    content = yaml.safe_load(conda.read_text(encoding="utf-8"))
    for dependency in content["dependencies"]:
        if isinstance(dependency, dict) and "pip" in dependency:
            dependency["pip"] = lines
    conda.write_text(yaml.safe_dump(content, default_flow_style=False), encoding="utf-8")


def completed(existing: Iterable[str], needed: Iterable[str]) -> list[str]:
    """Return the existing requirements, after the `needed` pins whose distribution they do not name."""
    needed = list(needed)
    own = [line for line in existing if line not in needed]
    return [*(pin for pin in needed if not any(_names(line, pin.partition("==")[0]) for line in own)), *own]


def undeclared(model: Path, pins: Iterable[str]) -> list[str]:
    """Return the names of those pins that a saved model's environment neither names nor requires."""
    import yaml

    lines = (model / "requirements.txt").read_text(encoding="utf-8").splitlines()
    conda = yaml.safe_load((model / "conda.yaml").read_text(encoding="utf-8"))
    lines += [dependency for dependency in conda["dependencies"] if isinstance(dependency, str)]
    declared = {_normal(match[0]) for line in lines if (match := _NAME.match(line))}
    brought = declared.union(*map(_required_by, declared))
    names = (pin.partition("==")[0] for pin in pins)
    return [name for name in names if name not in brought and not any(_names(line, name) for line in lines)]


def dataset_modules(plan: Plan) -> set[str]:
    """Return the top-level modules of the datasets that load a plan's artifacts."""
    datasets = [artifact.dataset for artifact in plan.artifacts.values() if artifact.dataset]
    return {str(dataset["type"]).partition(".")[0] for dataset in datasets}


def imported_by(plan: Plan, own_packages: Iterable[str]) -> set[str]:
    """Find the top-level modules that the code of a plan imports, without running anything.

    Follow the imports of the modules of nodes, types and validators through the project's own packages, and add the
    packages of the artifacts' datasets.
    """
    own = set(own_packages)
    todo = [node.function.partition(":")[0] for node in plan.nodes if node.function]
    todo += [declared.type.partition(":")[0] for declared in plan.parameter_types.values()]
    todo += [validator.type.rpartition(".")[0] for validator in plan.validators.values()]
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
    """Find the distributions of top-level modules.

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
    """Return whether a distribution's RECORD has a top-level module: a folder, a file or a compiled library."""
    lines = "\n" + record
    if f"\n{module}/" in lines or f"\n{module}.py," in lines:
        return True
    return f"\n{module}." in lines and bool(re.search(rf"^{re.escape(module)}\.[\w-]+\.so,", record, re.MULTILINE))


@cache
def _required_by(name: str) -> frozenset[str]:
    """Return all distributions that one requires, directly or not, without extras and without those of MLflow."""
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
    """Return whether a line of requirements names a distribution; a URL or path does if it contains the name."""
    match = _NAME.match(line)
    if match and _normal(match[0]) == name:
        return True
    return ("/" in line or line.endswith(".whl")) and name in _normal(line)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
