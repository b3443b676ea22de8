"""YAML text to a tree that knows the place of every key and value."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from conf_schema.diagnostics import Diagnostic, KeyPath, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Place", "Source", "Sources", "parse_source"]

_MERGE_TAG = "tag:yaml.org,2002:merge"
_MOST_NODES = 100_000
"""A document that aliases expand beyond this many nodes is refused: it is an attack or a mistake."""


class Place(NamedTuple):
    """A span of one line; line and column count from 1, the width is in characters."""

    line: int
    column: int
    width: int


@dataclass(frozen=True)
class Source:
    """One file of a document: its text and the tree of its YAML nodes."""

    file: str
    text: str
    root: yaml.MappingNode | None
    env: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, Place]:
        """The top-level keys with their places, the ignored ones (`_…`) left out."""
        return {
            str(key.value): _place(key)
            for key, _ in _pairs(self.root)
            if isinstance(key, yaml.ScalarNode) and not str(key.value).startswith("_")
        }

    def find(self, path: KeyPath, *, on_key: bool = False) -> tuple[Place, int]:
        """Find the place that a path leads to, and how many of its keys exist in this file.

        Where the path leaves the text, the place is that of its nearest existing ancestor.
        """
        here: yaml.Node | None = self.root
        place, depth = Place(1, 1, 1), 0
        for depth, step in enumerate(path):
            pair = _child(here, step)
            if pair is None:
                return place, depth
            key, here = pair
            # A mapping is pointed at by its key: its own first character is that of its first key.
            last = depth == len(path) - 1
            use_key = key is not None and ((on_key and last) or isinstance(here, yaml.MappingNode))
            place = _place(key if use_key and key is not None else here)
        return place, len(path)


@dataclass(frozen=True)
class Sources:
    """The files of a document, the ones that win last.

    `soft` says that a binding of a later environment is merged into that of an earlier one instead of
    replacing it (Kedro's `merge_strategy`).
    """

    files: tuple[Source, ...] = ()
    soft: bool = False

    def holding(self, name: str) -> Source | None:
        """Give the file whose declaration of a binding counts."""
        return next((each for each in reversed(self.files) if name in each.names), None)

    def locate(self, diagnostic: Diagnostic) -> Diagnostic:
        """Give the finding its file, line and column."""
        if diagnostic.file is not None or not self.files:
            return diagnostic
        source = self.holding(str(diagnostic.path[0])) if diagnostic.path else None
        candidates = [source or self.files[-1]]
        if self.soft and diagnostic.path:
            candidates = [each for each in reversed(self.files) if diagnostic.binding in each.names] or candidates
        found = [(each, *each.find(diagnostic.path, on_key=diagnostic.on_key)) for each in candidates]
        source, place, _ = max(found, key=lambda item: item[2])
        return replace(diagnostic, file=source.file, **place._asdict())

    def line(self, diagnostic: Diagnostic) -> str | None:
        """Give the line of text that a finding points at."""
        for each in self.files:
            if each.file == diagnostic.file:
                lines = each.text.splitlines()
                return lines[diagnostic.line - 1] if 0 < diagnostic.line <= len(lines) else None
        return None


def parse_source(text: str, file: str, env: str = "") -> tuple[Source, list[Diagnostic]]:
    """Read one YAML text; the findings are those of syntax and shape.

    The text is composed and constructed with PyYAML's safe classes only: no tag can name code.
    """
    empty = Source(file=file, text=text, root=None, env=env)
    try:
        loader = yaml.SafeLoader(text)
        try:
            root = loader.get_single_node()
            if root is None:
                return empty, [
                    _at(
                        file,
                        Place(1, 1, 1),
                        "empty-document",
                        f"{_short(file)} declares no binding",
                        "add one, or delete the file",
                        warning=True,
                    )
                ]
            if (shape := _shape(root, file)) is not None:
                return empty, [shape]
            values = loader.construct_document(root)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1, 1) if mark else Place(1, 1, 1)
        said = ", ".join(part for part in (error.context, error.problem) if part)
        return empty, [_at(file, place, "yaml-syntax", f"this is no valid YAML: {said}")]
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        place = Place(1, 1, 1)
        if isinstance(error, yaml.reader.ReaderError):
            before = text[: error.position] if isinstance(error.position, int) else ""
            place = Place(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1, 1)
            said = f"the character #x{ord(error.character) if isinstance(error.character, str) else error.character:04x} is not allowed"
        return empty, [_at(file, place, "yaml-syntax", f"this is no valid YAML: {said}")]
    if not isinstance(root, yaml.MappingNode):
        kind = "a list" if isinstance(root, yaml.SequenceNode) else "a single value"
        return empty, [
            _at(
                file,
                _place(root),
                "bad-value",
                f"the document is {kind}; it must map the names of bound pipelines to their parts",
                "write 'name:' with 'training', 'inference' and 'input_name' below it",
            )
        ]
    findings = list(_duplicates(root, file))
    findings += [
        _at(
            file,
            _place(key),
            "bad-value",
            f"the name of a binding is {_kind(key)}; it must be a string",
            f"put it in quotes: '{key.value}'",
        )
        for key, _ in _pairs(root)
        if isinstance(key, yaml.ScalarNode) and not _is_string(key) and key.tag != _MERGE_TAG
    ]
    return Source(file=file, text=text, root=root, env=env, values=values), findings


def _shape(root: yaml.Node, file: str) -> Diagnostic | None:
    """Refuse a tree that contains itself, or that its aliases expand beyond all measure."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()
    stack: list[tuple[yaml.Node, bool]] = [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            open_nodes.discard(id(node))
            sizes[id(node)] = 1 + sum(sizes[id(child)] for child in _children(node))
            if sizes[id(node)] > _MOST_NODES:
                return _at(
                    file,
                    _place(node),
                    "bad-value",
                    f"the aliases of this value expand to more than {_MOST_NODES:,} values",
                )
            continue
        if id(node) in open_nodes:
            return _at(file, _place(node), "bad-value", "this value contains itself through an alias")
        if id(node) in sizes:
            continue
        open_nodes.add(id(node))
        stack.append((node, True))
        stack.extend((child, False) for child in _children(node) if id(child) not in sizes or id(child) in open_nodes)
    return None


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _duplicates(root: yaml.Node, file: str, prefix: KeyPath = ()) -> Iterator[Diagnostic]:
    stack: list[tuple[yaml.Node, KeyPath]] = [(root, prefix)]
    seen_nodes: set[int] = set()
    while stack:
        node, path = stack.pop()
        if id(node) in seen_nodes:
            continue
        seen_nodes.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            stack.extend((child, (*path, index)) for index, child in enumerate(node.value))
        if not isinstance(node, yaml.MappingNode):
            continue
        first: dict[tuple[str, str], yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if isinstance(key, yaml.ScalarNode) and key.tag != _MERGE_TAG:
                earlier = first.setdefault((key.tag, name), key)
                if earlier is not key:
                    yield _at(
                        file,
                        _place(key),
                        "duplicate-key",
                        f"the key '{name}' stands here a second time; it is in line {earlier.start_mark.line + 1} already",
                        "remove or rename one of the two",
                        path=(*path, name),
                    )
            stack.append((value, (*path, name)))


def _pairs(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Give the keys and values of a mapping, those it merges (`<<`) after its own."""
    if not isinstance(node, yaml.MappingNode):
        return
    merged: list[yaml.Node] = []
    for key, value in node.value:
        if key.tag == _MERGE_TAG:
            merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
        else:
            yield key, value
    for each in merged:
        yield from _pairs(each)


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode):
        inside = isinstance(step, int) and 0 <= step < len(node.value)
        return (None, node.value[step]) if inside else None
    for key, value in _pairs(node):
        if isinstance(key, yaml.ScalarNode) and key.value == str(step):
            return key, value
    return None


def _place(node: yaml.Node) -> Place:
    start, end = node.start_mark, node.end_mark
    width = end.column - start.column if end.line == start.line else 1
    return Place(start.line + 1, start.column + 1, max(width, 1))


def _is_string(key: yaml.ScalarNode) -> bool:
    return bool(key.tag == "tag:yaml.org,2002:str")


def _kind(node: yaml.Node) -> str:
    return {
        "int": "a number",
        "float": "a number",
        "bool": "a truth value",
        "null": "null",
        "timestamp": "a date",
    }.get(str(node.tag).rpartition(":")[2], "no string")


def _short(file: str) -> str:
    return file.replace("\\", "/").rpartition("/")[2]


def _at(
    file: str,
    place: Place,
    code: str,
    message: str,
    hint: str = "",
    *,
    path: KeyPath = (),
    warning: bool = False,
) -> Diagnostic:
    severity = Severity.WARNING if warning else Severity.ERROR
    return Diagnostic(code, message, hint, severity, path, file=file, **place._asdict())
