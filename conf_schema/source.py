"""The files of a document, with the place of every key and value."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import yaml

from conf_schema.yaml_tree import MERGE_TAG, Place, pairs, place_of, split_lines, written_nodes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from conf_schema.diagnostics import Diagnostic, KeyPath

    _Pair: TypeAlias = tuple[yaml.Node | None, yaml.Node]

__all__ = ["Source", "Sources"]

_TRUE = {"yes", "true", "on"}


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
        """The top-level keys with their places, without the ignored ones (`_…`)."""
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
        """Whether a mapping merges a list of others, which PyYAML does differently from release to release."""
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
        """Return the top-level key that a place is under."""
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

    def declaring(self, name: str) -> Source | None:
        """Return the file whose declaration of a binding is in force."""
        return next((source for source in reversed(self.files) if name in source.names), None)

    def locate(self, diagnostic: Diagnostic) -> Diagnostic:
        """Add file, line and column to a finding; one without a path is not about a place in the document."""
        if diagnostic.file is not None or not self.files or not diagnostic.path:
            return diagnostic
        candidates = [self.declaring(str(diagnostic.path[0])) or self.files[-1]]
        if self.soft:
            candidates = [source for source in reversed(self.files) if diagnostic.top in source.names] or candidates
        found = [(source, *source.find(diagnostic.path, on_key=diagnostic.on_key)) for source in candidates]
        source, place, _ = max(found, key=lambda item: item[2])
        elsewhere = source.owner(place) not in (None, diagnostic.top)
        return replace(diagnostic, file=source.file, elsewhere=elsewhere, **place._asdict())

    def line(self, diagnostic: Diagnostic) -> str | None:
        """Return the line of text that a finding points at."""
        for source in self.files:
            if source.file == diagnostic.file and source.text.strip():
                return source.lines[diagnostic.line - 1] if 0 < diagnostic.line <= len(source.lines) else None
        return None


def _index(node: yaml.MappingNode) -> dict[tuple[str, Any], _Pair]:
    """Return the keys and values of a mapping by the steps of a path that may name them."""
    index: dict[tuple[str, Any], _Pair] = {}
    for key, value in pairs(node):
        if isinstance(key, yaml.ScalarNode):
            for name in _names_of(key):
                index.setdefault(name, (key, value))
    return index


def _names_of(key: yaml.ScalarNode) -> Iterator[tuple[str, Any]]:
    """Yield the names of a key; YAML has several ways to write null, true and false."""
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
