"""YAML text to a `Source`; what is wrong with its syntax or its shape is a finding."""

from __future__ import annotations

import re
from collections.abc import Hashable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from conf_schema.diagnostics import Diagnostic, KeyPath, Severity
from conf_schema.kinds import KINDS, Kind
from conf_schema.source import (
    MERGE_TAG,
    Place,
    Source,
    children,
    merged_into,
    pairs,
    place_of,
    split_lines,
    written_nodes,
)
from conf_schema.syntax_hints import syntax_hint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conf_schema.codes import Code

__all__ = ["parse_source"]

_MOST_CHARACTERS = 2_000_000
"""A longer text is refused: PyYAML reads about 200,000 characters in a second."""
_MOST_ADDED = 100_000
"""A document to which aliases add more nodes than this is refused: it is an attack or a mistake."""
_MOST_LEVELS = 50
"""A value that is nested more deeply is refused: beyond some 100 levels OmegaConf takes minutes to fail."""
_NULL_TAG, _STRING_TAG, _VALUE_TAG = (f"tag:yaml.org,2002:{kind}" for kind in ("null", "str", "value"))
_FLOAT = re.compile(
    r"""^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+]?[0-9]+)?
        |[-+]?(?:[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)
        |\.[0-9_]+(?:[eE][-+][0-9]+)?
        |[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*
        |[-+]?\.(?:inf|Inf|INF)
        |\.(?:nan|NaN|NAN))$""",
    re.VERBOSE,
)


class _Loader(yaml.SafeLoader):
    """Reads scalars as OmegaConf does, which Kedro reads its configuration with: a date is text, `1e3` a number.

    It names no code, as all of PyYAML's safe classes. It merges (`<<`) by `pairs`, which places are looked up by as
    well: what PyYAML makes of several merged mappings differs between its releases, and it changes the tree.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        if not isinstance(node, yaml.MappingNode):  # such as `!!map x`
            raise yaml.constructor.ConstructorError(problem="expected a mapping", problem_mark=node.start_mark)
        _check_merges(node)
        mapping: dict[Any, Any] = {}
        for key_node, value_node in pairs(node):
            key = key_node.value if key_node.tag == _VALUE_TAG else self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.constructor.ConstructorError(
                    "while constructing a mapping", node.start_mark, "found unhashable key", key_node.start_mark
                )
            value = self.construct_object(value_node, deep=deep)
            mapping.setdefault(key, value)
        return mapping

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 - PyYAML's signature
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError, ArithmeticError) as error:
            # A scalar that its tag does not fit, such as `!!int x`: PyYAML lets whatever happens happen.
            kind = node.tag.rpartition(":")[2]
            raise yaml.constructor.ConstructorError(
                problem=f"'{node.value}' is no value of the type !!{kind}", problem_mark=node.start_mark
            ) from error


_Loader.yaml_implicit_resolvers = {
    key: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":float"))]
    for key, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+0123456789."))


def parse_source(
    content: str | bytes, file: str, env: str = "", stem: str = "pipeline_ml"
) -> tuple[Source, list[Diagnostic]]:
    """Read one YAML text of a kind; the findings are those of syntax and shape.

    Names of bindings that are no strings are among them; `validate_document` passes over those. The same text
    is read once: a `kedro` command asks for it when it begins, and when it makes a session.
    """
    source, findings = _parsed(content, file, env, KINDS[stem])
    return source, list(findings)


@lru_cache(maxsize=16)
def _parsed(content: str | bytes, file: str, env: str, kind: Kind) -> tuple[Source, list[Diagnostic]]:
    text = content if isinstance(content, str) else content.decode("utf-8", errors="replace")
    wrong = _too_large(text, file, kind) or (_wrong_encoding(content, file) if isinstance(content, bytes) else None)
    if wrong is not None:
        return Source(file=file, text=text, root=None, env=env), [wrong]
    unread = Source(file=file, text=text, root=None, env=env)
    try:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            if root is None or _is_empty(root):
                return unread, _nothing_declared(file, kind)
            if (shape := _shape(root, file)) is not None:
                return unread, [shape]
            values = loader.construct_document(root)
        finally:
            loader.dispose()
    except (yaml.YAMLError, RecursionError) as error:
        return unread, [_syntax_error(text, file, error)]
    if not isinstance(root, yaml.MappingNode) or not isinstance(values, dict):
        return unread, [_no_mapping(root, file, kind)]
    findings = [*_duplicates(root, file), *_bad_names(root, file, kind)]
    return Source(file=file, text=text, root=root, env=env, values=values), findings


def _too_large(text: str, file: str, kind: Kind) -> Diagnostic | None:
    if len(text) <= _MOST_CHARACTERS:
        return None
    said = f"the file has {len(text):,} characters; at most {_MOST_CHARACTERS:,} are read"
    hint = f"split it into several files, such as {kind.stem}/part_1.yml"
    return _at(file, Place(1, 1, 1), "bad-value", said, hint)


def _wrong_encoding(content: bytes, file: str) -> Diagnostic | None:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        lines = split_lines(content[: error.start].decode("utf-8"))
        place = Place(len(lines), len(lines[-1]) + 1, 1)
        said = f"this is no UTF-8: the byte #x{content[error.start]:02x} is no character"
        return _at(file, place, "yaml-syntax", said, "save the file as UTF-8")
    return None


def _is_empty(root: yaml.Node) -> bool:
    return root.tag == _NULL_TAG or (isinstance(root, yaml.MappingNode) and not root.value)


def _nothing_declared(file: str, kind: Kind) -> list[Diagnostic]:
    if not kind.empty:
        return []
    name = file.replace("\\", "/").rpartition("/")[2]
    said = f"{name} {kind.empty}"
    return [_at(file, Place(1, 1, 1), "empty-document", said, "add one, or delete the file", warning=True)]


def _no_mapping(root: yaml.Node, file: str, kind: Kind) -> Diagnostic:
    form = {"SequenceNode": "a list", "ScalarNode": "a single value"}.get(type(root).__name__, "a set")
    said = f"the document is {form}; it must map {kind.maps}"
    return _at(file, place_of(root), "bad-value", said, kind.example)


def _syntax_error(text: str, file: str, error: Exception) -> Diagnostic:
    place = Place(1, 1, 1)
    said = " ".join(str(error).split())
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1, 1) if mark else place
        context = error.context or ""
        if context.startswith("while") and error.context_mark and error.context_mark.line + 1 != place.line:
            context += f" that begins in line {error.context_mark.line + 1}"
        said = ", ".join(part for part in (context, error.problem) if part)
    elif isinstance(error, yaml.reader.ReaderError):
        lines = split_lines(text[: error.position])
        place = Place(len(lines), len(lines[-1]) + 1, 1)
        code = ord(error.character) if isinstance(error.character, str) else error.character
        said = f"the character #x{code:04x} is not allowed"
    elif isinstance(error, RecursionError):
        said = "it is nested too deeply"
    return _at(file, place, "yaml-syntax", f"this is no valid YAML: {said}", syntax_hint(said))


def _bad_names(root: yaml.MappingNode, file: str, kind: Kind) -> Iterator[Diagnostic]:
    for key, _ in pairs(root):
        if not isinstance(key, yaml.ScalarNode):
            continue
        if key.tag not in (_STRING_TAG, _VALUE_TAG):
            yield _at(
                file,
                place_of(key),
                "bad-value",
                f"{kind.key} is {_type(key)}; it must be a string",
                f"put it in quotes: '{key.value}'",
            )
        elif not key.value:
            yield _at(file, place_of(key), "bad-value", f"{kind.key} is empty", "give it one")


def _check_merges(node: yaml.MappingNode) -> None:
    for merged in merged_into(node):
        if not isinstance(merged, yaml.MappingNode):
            problem = f"expected a mapping for merging, but found a {getattr(merged, 'id', 'node')}"
            raise yaml.constructor.ConstructorError(
                "while constructing a mapping", node.start_mark, problem, merged.start_mark
            )
        _check_merges(merged)


def _shape(root: yaml.Node, file: str) -> Diagnostic | None:
    """Refuse a tree that contains itself, is nested too deeply, or is expanded beyond all measure by its aliases."""
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
                said = f"the aliases of this value expand to more than {_MOST_ADDED:,} additional values"
                return _at(file, place_of(node), "bad-value", said, "use fewer aliases")
            if heights[id(node)] > _MOST_LEVELS:
                said = f"this value is nested more than {_MOST_LEVELS} levels deep"
                return _at(file, place_of(node), "bad-value", said, "nest it less deeply")
            continue
        if id(node) in open_nodes:
            return _at(
                file,
                place_of(node),
                "bad-value",
                "this value contains itself through an alias",
                "take the alias out of what it stands for",
            )
        if id(node) in sizes:
            continue
        open_nodes.add(id(node))
        stack.append((node, True))
        stack.extend((child, False) for child in children(node) if id(child) not in sizes or id(child) in open_nodes)
    return None


def _duplicates(root: yaml.Node, file: str) -> Iterator[Diagnostic]:
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
                    line = earlier.start_mark.line + 1
                    yield _at(
                        file,
                        place_of(key),
                        "duplicate-key",
                        f"the key '{name}' stands here a second time; it is in line {line} already",
                        "merge both with one: '<<: [*one, *other]'"
                        if key.tag == MERGE_TAG
                        else "remove or rename one of the two",
                        path=(*path, name),
                    )
            stack.append((value, (*path, name)))


def _type(node: yaml.Node) -> str:
    return {
        "int": "a number",
        "float": "a number",
        "bool": "a truth value",
        "null": "null",
        "timestamp": "a date",
    }.get(str(node.tag).rpartition(":")[2], "no string")


def _at(
    file: str,
    place: Place,
    code: Code,
    message: str,
    hint: str = "",
    *,
    path: KeyPath = (),
    warning: bool = False,
) -> Diagnostic:
    severity = Severity.WARNING if warning else Severity.ERROR
    return Diagnostic(code, message, hint, severity, path, file=file, **place._asdict())
