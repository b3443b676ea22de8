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

    from conf_schema.diagnostics import Diagnostic, KeyPath

__all__ = ["MERGE_TAG", "Place", "Source", "Sources", "pairs", "place_of", "split_lines"]

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
            pair = _child(here, step)
            if pair is None:
                return place, depth
            key, here = pair
            # A mapping is pointed at by its key: its own first character is that of its first key.
            last = depth == len(path) - 1
            use_key = key is not None and ((on_key and last) or isinstance(here, yaml.MappingNode))
            place = place_of(key if use_key and key is not None else here)
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
                lines = split_lines(each.text)
                return lines[diagnostic.line - 1] if 0 < diagnostic.line <= len(lines) else None
        return None


def split_lines(text: str) -> list[str]:
    """Split a text into lines as YAML counts them."""
    return _LINE_END.split(text)


def pairs(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Give the keys and values of a mapping, those it merges (`<<`) after its own."""
    if not isinstance(node, yaml.MappingNode):
        return
    merged: list[yaml.Node] = []
    for key, value in node.value:
        if key.tag == MERGE_TAG:
            merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
        else:
            yield key, value
    for each in merged:
        yield from pairs(each)


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode):
        inside = isinstance(step, int) and 0 <= step < len(node.value)
        return (None, node.value[step]) if inside else None
    for key, value in pairs(node):
        if isinstance(key, yaml.ScalarNode) and _is(key, step):
            return key, value
    return None


def _is(key: yaml.ScalarNode, step: Any) -> bool:
    """Tell whether a key is the one that a step names; YAML has several ways to write null, true and false."""
    kind = key.tag.rpartition(":")[2]
    if step is None:
        return bool(kind == "null")
    if isinstance(step, bool):
        return kind == "bool" and (key.value.lower() in _TRUE) == step
    return bool(key.value == str(step))


def place_of(node: yaml.Node) -> Place:
    """Give the place of a node; one of several lines has width 1."""
    start, end = node.start_mark, node.end_mark
    width = end.column - start.column if end.line == start.line else 1
    return Place(start.line + 1, start.column + 1, max(width, 1))
