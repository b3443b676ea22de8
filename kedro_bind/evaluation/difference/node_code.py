"""The code of a node's function as far as it can matter: its definition, and those in the model that it uses.

Definitions are compared as syntax trees without docstrings, so that neither comments nor formatting nor other functions
of the same module count.
"""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["ModelCode"]

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign | ast.AugAssign


class ModelCode:
    """The code folder of a model."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._modules: dict[str, _Module | None] = {}

    def definitions(self, reference: str) -> dict[str, str]:
        """Return what `module:qualname` is made of, by `module:name`; nothing where its module is not in the folder."""
        module, _, qualname = reference.partition(":")
        found: dict[str, str] = {}
        seen: set[str] = set()
        waiting = [(module, qualname.partition(".")[0])]
        while waiting:
            module, name = waiting.pop()
            key, known = f"{module}:{name}", self._module(module)
            if key in seen or known is None:
                continue
            seen.add(key)
            for definition in known.definitions.get(name, ()):
                found[key] = found.get(key, "") + _normalized(definition)
                waiting += self._used_by(definition, known)
            if name in known.imports and name not in known.definitions:
                waiting.append(known.imports[name])
        return found

    def _used_by(self, definition: _Definition, module: _Module) -> Iterator[tuple[str, str]]:
        for part in ast.walk(definition):
            if isinstance(part, ast.Name) and (part.id in module.definitions or part.id in module.imports):
                yield module.name, part.id
            elif isinstance(part, ast.Attribute) and (path := _dotted(part)) and path[0] in module.imports:
                *home, name = [*filter(None, module.imports[path[0]]), *path[1:]]
                if self._module(".".join(home)) is not None:  # `helpers.clean`, of `from package import helpers`
                    yield ".".join(home), name

    def _module(self, name: str) -> _Module | None:
        if name not in self._modules:
            base = self._folder.joinpath(*name.split(".")) if name else self._folder
            files = [base.with_suffix(".py"), base / "__init__.py"] if name else []
            file = next((file for file in files if file.is_file()), None)
            self._modules[name] = _Module(name, file) if file else None
        return self._modules[name]


class _Module:
    """A module of a model: its definitions at the top level, and where the names that it imports come from."""

    def __init__(self, name: str, file: Path) -> None:
        self.name = name
        self._package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        self._tree = ast.parse(file.read_bytes())

    @cached_property
    def definitions(self) -> dict[str, list[_Definition]]:
        found: dict[str, list[_Definition]] = {}
        for statement in _top_level(self._tree):
            for name in _names_defined(statement):
                found.setdefault(name, []).append(statement)  # type: ignore[arg-type]  # what defines a name
        return found

    @cached_property
    def imports(self) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for statement in ast.walk(self._tree):
            if isinstance(statement, ast.Import):
                for alias in statement.names:  # `import package.helpers` imports the name `package`
                    first = alias.name.partition(".")[0]
                    found[alias.asname or first] = (alias.name if alias.asname else first, "")
            elif isinstance(statement, ast.ImportFrom):
                home = self._home(statement)
                found |= {alias.asname or alias.name: (home, alias.name) for alias in statement.names}
        return found

    def _home(self, statement: ast.ImportFrom) -> str:
        if not statement.level:
            return statement.module or ""
        parts = self._package.split(".")
        base = parts[: len(parts) - statement.level + 1]
        return ".".join([*base, *([statement.module] if statement.module else [])])


def _dotted(attribute: ast.Attribute) -> list[str]:
    """Return the names in `package.helpers.clean`; none where it begins with anything but a name."""
    inner = attribute.value
    if isinstance(inner, ast.Name):
        return [inner.id, attribute.attr]
    path = _dotted(inner) if isinstance(inner, ast.Attribute) else []
    return [*path, attribute.attr] if path else []


def _top_level(tree: ast.Module) -> Iterator[ast.stmt | ast.ExceptHandler]:
    """Iterate over the statements of a module, and those in its conditions."""
    waiting: list[ast.stmt | ast.ExceptHandler] = list(tree.body)
    while waiting:
        statement = waiting.pop(0)
        yield statement
        if isinstance(statement, ast.If | ast.Try | ast.With | ast.ExceptHandler):
            for block in ("body", "handlers", "orelse", "finalbody"):
                waiting += getattr(statement, block, [])


def _names_defined(statement: ast.stmt | ast.ExceptHandler) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    targets = [statement.target] if isinstance(statement, ast.AnnAssign | ast.AugAssign) else targets
    return [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]


def _normalized(definition: ast.AST) -> str:
    """Return a definition as text that formatting, comments and docstrings do not change."""
    copy = ast.parse(ast.unparse(definition))
    for part in ast.walk(copy):
        body = getattr(part, "body", None)
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and body and _is_docstring(body[0]):
            part.body = part.body[1:] or [ast.Pass()]
    return ast.dump(copy)


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
