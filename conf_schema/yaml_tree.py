"""The tree of a YAML text: nodes, mappings with what they merge (`<<`), places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MERGE_TAG", "Place", "children", "merged_into", "pairs", "place_of", "split_lines", "written_nodes"]

MERGE_TAG = "tag:yaml.org,2002:merge"
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line in YAML; `str.splitlines` splits at more."""


class Place(NamedTuple):
    """A span of one line; line and column count from 1, the width is in characters."""

    line: int
    column: int
    width: int


def split_lines(text: str) -> list[str]:
    """Split a text into lines as YAML counts them."""
    return _LINE_END.split(text)


def pairs(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Yield the keys and values of a mapping; the first value of a key is in force.

    Its own come before those that it merges (`<<`); of several merged mappings the earlier one wins
    (https://yaml.org/type/merge.html).
    """
    if not isinstance(node, yaml.MappingNode):
        return
    yield from ((key, value) for key, value in node.value if key.tag != MERGE_TAG)
    for merged in merged_into(node):
        yield from pairs(merged)


def merged_into(node: yaml.MappingNode) -> Iterator[yaml.Node]:
    """Yield what a mapping merges, in the order of the text."""
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


def place_of(node: yaml.Node) -> Place:
    """Return the place of a node; one of several lines has width 1."""
    start, end = node.start_mark, node.end_mark
    width = end.column - start.column if end.line == start.line else 1
    return Place(start.line + 1, start.column + 1, max(width, 1))
