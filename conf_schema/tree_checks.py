"""The checks of a YAML tree that don't depend on what its values mean: size, duplicate keys, names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from conf_schema.diagnostics import Diagnostic
from conf_schema.yaml_loader import VALUE_TAG
from conf_schema.yaml_tree import MERGE_TAG, children, pairs, place_of, written_nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conf_schema.diagnostics import KeyPath
    from conf_schema.kinds import Kind

__all__ = ["bad_names", "duplicate_keys", "excess"]

_MOST_ADDED = 100_000
"""The most nodes that aliases may add to a document; more are an attack or a mistake."""
_MOST_LEVELS = 50
"""The deepest nesting of a value: beyond about 100 levels OmegaConf takes minutes to fail."""
_STRING_TAG = "tag:yaml.org,2002:str"
_TYPES = {"int": "a number", "float": "a number", "bool": "a boolean", "null": "null", "timestamp": "a date"}


def excess(root: yaml.Node, file: str) -> Diagnostic | None:
    """Find a value that contains itself, is nested too deeply, or is expanded beyond all measure by its aliases."""
    most = sum(1 for _ in written_nodes(root)) + _MOST_ADDED
    sizes: dict[int, int] = {}
    heights: dict[int, int] = {}
    open_nodes: set[int] = set()
    stack: list[tuple[yaml.Node, bool]] = [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            open_nodes.discard(id(node))
            parts = children(node)
            sizes[id(node)] = 1 + sum(sizes[id(child)] for child in parts)
            heights[id(node)] = 1 + max((heights[id(child)] for child in parts), default=0)
            if sizes[id(node)] > most:
                message = f"the aliases of this value expand to more than {_MOST_ADDED:,} additional values"
                return _bad_value(node, file, message, "use fewer aliases")
            if heights[id(node)] > _MOST_LEVELS:
                message = f"this value is nested more than {_MOST_LEVELS} levels deep"
                return _bad_value(node, file, message, "nest it less deeply")
            continue
        if id(node) in open_nodes:
            hint = "remove the alias from the value that it refers to"
            return _bad_value(node, file, "this value contains itself through an alias", hint)
        if id(node) in sizes:
            continue
        open_nodes.add(id(node))
        stack.append((node, True))
        stack.extend((child, False) for child in children(node) if id(child) not in sizes or id(child) in open_nodes)
    return None


def duplicate_keys(root: yaml.Node, file: str) -> Iterator[Diagnostic]:
    """Find keys that a mapping has twice; YAML keeps the last value without a word."""
    stack: list[tuple[yaml.Node, KeyPath]] = [(root, ())]
    seen: set[int] = set()
    while stack:
        node, path = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            stack.extend((child, (*path, index)) for index, child in enumerate(node.value))
        if not isinstance(node, yaml.MappingNode):
            continue
        first: dict[tuple[str, str], yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if isinstance(key, yaml.ScalarNode):
                earlier = first.setdefault((key.tag, name), key)
                if earlier is not key:
                    yield _duplicate_key(key, earlier, (*path, name), file)
            stack.append((value, (*path, name)))


def bad_names(root: yaml.MappingNode, file: str, kind: Kind) -> Iterator[Diagnostic]:
    """Find keys at the top that are not strings, or are empty."""
    for key, _ in pairs(root):
        if not isinstance(key, yaml.ScalarNode):
            continue
        if key.tag not in (_STRING_TAG, VALUE_TAG):
            form = _TYPES.get(str(key.tag).rpartition(":")[2], "not a string")
            message = f"{kind.key} is {form}; it must be a string"
            yield _bad_value(key, file, message, f"put it in quotes: '{key.value}'")
        elif not key.value:
            yield _bad_value(key, file, f"{kind.key} is empty", "name it")


def _duplicate_key(key: yaml.ScalarNode, earlier: yaml.Node, path: KeyPath, file: str) -> Diagnostic:
    message = f"duplicate key '{key.value}': it is already in line {earlier.start_mark.line + 1}"
    is_merge = key.tag == MERGE_TAG
    hint = "merge both with one: '<<: [*one, *other]'" if is_merge else "remove or rename one of the two"
    return Diagnostic("duplicate-key", message, hint, path=path, file=file, **place_of(key)._asdict())


def _bad_value(node: yaml.Node, file: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic("bad-value", message, hint, file=file, **place_of(node)._asdict())
