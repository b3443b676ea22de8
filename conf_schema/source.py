"""The files of a document: trees that know the place of every key and value."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from conf_schema.diagnostics import Diagnostic, KeyPath

    _Pair: TypeAlias = tuple[yaml.Node | None, yaml.Node]

__all__ = [
    "MERGE_TAG",
    "Place",
    "Source",
    "Sources",
    "children",
    "merged_into",
    "pairs",
    "place_of",
    "split_lines",
    "written_nodes",
]

MERGE_TAG = "tag:yaml.org,2002:merge"
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line in YAML; `str.splitlines` knows more."""
_TRUE = {"yes", "true", "on"}


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

    @cached_property
    def names(self) -> dict[str, Place]:
        """The top-level keys with their places, the ignored ones (`_…`) left out."""
        return {
            str(key.value): place_of(key)
            for key, _ in pairs(self.root)
            if isinstance(key, yaml.ScalarNode) and not str(key.value).startswith("_")
        }

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text."""
        return split_lines(self.text)

    @cached_property
    def merges_lists(self) -> bool:
        """Whether a mapping merges a list of others, which releases of PyYAML do differently."""
        return self.root is not None and any(
            key.tag == MERGE_TAG and isinstance(value, yaml.SequenceNode)
            for node in written_nodes(self.root)
            if isinstance(node, yaml.MappingNode)
            for key, value in node.value
        )

    @cached_property
    def _indexes(self) -> dict[int, dict[tuple[str, Any], _Pair]]:
        """The indexes of mappings by the identity of their nodes, which live as long as the tree."""
        return {}

    @cached_property
    def _starts(self) -> list[tuple[int, int, str]]:
        keys = [key for key, _ in self.root.value] if self.root else []
        return sorted((*place_of(key)[:2], str(key.value)) for key in keys)

    def owner(self, place: Place) -> str | None:
        """Give the top-level key that a place is written under."""
        index = bisect_right(self._starts, (place.line, place.column, "\U0010ffff"))
        return self._starts[index - 1][2] if index else None

    def find(self, path: KeyPath, *, on_key: bool = False) -> tuple[Place, int]:
        """Find the place that a path leads to, and how many of its keys exist in this file.

        Where the path leaves the text, the place is that of its nearest existing ancestor.
        """
        here: yaml.Node | None = self.root
        place, depth = Place(1, 1, 1), 0
        for depth, step in enumerate(path):
            pair = self._child(here, step)
            if pair is None:
                return place, depth
            key, here = pair
            # A mapping is pointed at by its key: its own first character is that of its first key.
            last = depth == len(path) - 1
            use_key = key is not None and ((on_key and last) or isinstance(here, yaml.MappingNode))
            place = place_of(key if use_key and key is not None else here)
        return place, len(path)

    def _child(self, node: yaml.Node | None, step: str | int) -> _Pair | None:
        if isinstance(node, yaml.SequenceNode):
            inside = isinstance(step, int) and 0 <= step < len(node.value)
            return (None, node.value[step]) if inside else None
        if not isinstance(node, yaml.MappingNode):
            return None
        if id(node) not in self._indexes:
            self._indexes[id(node)] = _index(node)
        return self._indexes[id(node)].get(_name_of(step))


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
        """Give the finding its file, line and column; one without a path is about no place in the document."""
        if diagnostic.file is not None or not self.files or not diagnostic.path:
            return diagnostic
        candidates = [self.holding(str(diagnostic.path[0])) or self.files[-1]]
        if self.soft:
            candidates = [each for each in reversed(self.files) if diagnostic.top in each.names] or candidates
        found = [(each, *each.find(diagnostic.path, on_key=diagnostic.on_key)) for each in candidates]
        source, place, _ = max(found, key=lambda item: item[2])
        elsewhere = source.owner(place) not in (None, diagnostic.top)
        return replace(diagnostic, file=source.file, elsewhere=elsewhere, **place._asdict())

    def line(self, diagnostic: Diagnostic) -> str | None:
        """Give the line of text that a finding points at."""
        for each in self.files:
            if each.file == diagnostic.file and each.text.strip():
                return each.lines[diagnostic.line - 1] if 0 < diagnostic.line <= len(each.lines) else None
        return None


def split_lines(text: str) -> list[str]:
    """Split a text into lines as YAML counts them."""
    return _LINE_END.split(text)


def pairs(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Yield the keys and values of a mapping, its own before those that it merges (`<<`): the first of a key counts.

    Of several merged mappings the earlier one wins (https://yaml.org/type/merge.html).
    """
    if not isinstance(node, yaml.MappingNode):
        return
    yield from ((key, value) for key, value in node.value if key.tag != MERGE_TAG)
    for merged in merged_into(node):
        yield from pairs(merged)


def merged_into(node: yaml.MappingNode) -> Iterator[yaml.Node]:
    """Yield what a mapping merges, in the order in which it is written."""
    for key, value in node.value:
        if key.tag == MERGE_TAG:
            yield from value.value if isinstance(value, yaml.SequenceNode) else (value,)


def children(node: yaml.Node) -> list[yaml.Node]:
    """Return the nodes that a node is made of, keys included."""
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def written_nodes(root: yaml.Node) -> Iterator[yaml.Node]:
    """Yield every node of a tree once, however many aliases it has."""
    seen = {id(root)}
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        new = {id(child): child for child in children(node) if id(child) not in seen}
        seen.update(new)
        stack.extend(new.values())


def _index(node: yaml.MappingNode) -> dict[tuple[str, Any], _Pair]:
    """Return the keys and values of a mapping by what a step of a path may call them."""
    index: dict[tuple[str, Any], _Pair] = {}
    for key, value in pairs(node):
        if isinstance(key, yaml.ScalarNode):
            for name in _names_of(key):
                index.setdefault(name, (key, value))
    return index


def _names_of(key: yaml.ScalarNode) -> Iterator[tuple[str, Any]]:
    """Yield what a key is called by; YAML has several ways to write null, true and false."""
    yield "text", str(key.value)
    kind = key.tag.rpartition(":")[2]
    if kind == "null":
        yield "null", None
    elif kind == "bool":
        yield "bool", key.value.lower() in _TRUE


def _name_of(step: Any) -> tuple[str, Any]:
    if step is None:
        return "null", None
    return ("bool", step) if isinstance(step, bool) else ("text", str(step))


def place_of(node: yaml.Node) -> Place:
    """Give the place of a node; one of several lines has width 1."""
    start, end = node.start_mark, node.end_mark
    width = end.column - start.column if end.line == start.line else 1
    return Place(start.line + 1, start.column + 1, max(width, 1))
