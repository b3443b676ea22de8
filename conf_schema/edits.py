"""Suggestions of findings, to edits of the text that they are about."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from conf_schema.diagnostics import Severity
from conf_schema.parse import parse_source
from conf_schema.yaml_loader import Loader
from conf_schema.yaml_tree import Place, pairs, place_of, written_nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conf_schema.diagnostics import Diagnostic, Suggestion
    from conf_schema.source import Source, Sources

__all__ = ["Edit", "apply_edits", "suggested_edits"]

_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")
"""The anchor and the tag before a scalar."""
_PART_OF_NAME = r"[\w.@-]"


@dataclass(frozen=True)
class Edit:
    """One name in a file, to be written otherwise; `start` counts the characters before it, `line` from 1."""

    file: str
    line: int
    column: int
    start: int
    old: str
    new: str

    @property
    def text(self) -> str:
        """The edit, in one line."""
        return f"{self.file}:{self.line}:{self.column}: replaced {self.old} with {self.new}"


def suggested_edits(findings: Iterable[Diagnostic], sources: Sources) -> list[Edit]:
    """Return the edits that apply the suggestions of findings, in the order of the text.

    A suggestion is applied where the text at the place of its finding has the name. It is left out where it is not
    certain what to write: where findings suggest different names for one place, where this text is also
    used without having the finding, and where the file would not be valid any more.
    """
    edits: list[Edit] = []
    findings = [finding for finding in findings if finding.suggestion is not None]
    for source in sources.files:
        own = [finding for finding in findings if finding.file == source.file]
        if source.root is not None and own:
            edits += _valid(source, sorted(_edits_in(source, own), key=lambda edit: edit.start))
    return edits


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with the edits, and otherwise unchanged."""
    for edit in sorted(edits, key=lambda edit: -edit.start):
        end = edit.start + len(edit.old)
        text = text[: edit.start] + edit.new + text[end:]
    return text


def _edits_in(source: Source, findings: list[Diagnostic]) -> Iterator[Edit]:
    assert source.root is not None
    scalars = {place_of(node): node for node in written_nodes(source.root) if isinstance(node, yaml.ScalarNode)}
    users = _users(source)
    by_place: dict[Place, list[Diagnostic]] = {}
    for finding in findings:
        by_place.setdefault(Place(finding.line, finding.column, finding.width), []).append(finding)
    for place, found in by_place.items():
        node = scalars.get(place)
        if node is None or not _all_found(users.get(id(node), set()), found):
            continue
        edits = {_edit(source, node, finding.suggestion) for finding in found if finding.suggestion is not None}
        if len(edits) == 1 and (edit := edits.pop()) is not None:
            yield edit


def _users(source: Source) -> dict[int, set[tuple[str, ...]]]:
    """Return the paths that lead to each node, through anchors and merges too, by its identity; not in templates."""
    users: dict[int, set[tuple[str, ...]]] = {}
    stack: list[tuple[yaml.Node | None, tuple[str, ...]]] = [(source.root, ())]
    while stack:
        node, path = stack.pop()
        users.setdefault(id(node), set()).add(path)
        if isinstance(node, yaml.SequenceNode):
            stack += [(child, (*path, str(index))) for index, child in enumerate(node.value)]
        names = set[str]()
        for key, child in pairs(node):
            name = str(key.value)
            if name in names or (not path and name.startswith("_")):
                continue  # the first one is in force
            names.add(name)
            users.setdefault(id(key), set()).add((*path, name))
            stack.append((child, (*path, name)))
    return users


def _all_found(users: set[tuple[str, ...]], found: list[Diagnostic]) -> bool:
    """Check that every use of a node has a finding.

    A finding without a path is about a document that is used only once, such as mlflow.yml.
    """
    paths = [tuple(map(str, finding.path)) for finding in found]
    return () in paths or all(any(path[: len(user)] == user for path in paths) for user in users)


def _edit(source: Source, node: yaml.ScalarNode, suggestion: Suggestion) -> Edit | None:
    """Return the edit of a scalar that is a name, or has it in it once, such as an interpolation."""
    start, end = node.start_mark.index, node.end_mark.index
    written = source.text[start:end]
    skipped = _PROPERTIES.match(written)
    start += skipped.end() if skipped else 0
    written = source.text[start:end]
    if node.value == suggestion.wrong:
        value = suggestion.replacement
    else:
        name = rf"(?<!{_PART_OF_NAME}){re.escape(suggestion.wrong)}(?!{_PART_OF_NAME})"
        value, count = re.subn(name, lambda _: suggestion.replacement, str(node.value))
        if count != 1:
            return None
    new = next((form for form in _forms(value, written) if _reads_as(form, value)), None)
    if new is None or not _reads_as(written, str(node.value)):
        return None
    place = place_of(node)
    return Edit(source.file, place.line, place.column, start, written, new)


def _forms(value: str, written: str) -> Iterator[str]:
    """Yield the forms in which a value may be written, the one that is there first."""
    single, double = "'" + value.replace("'", "''") + "'", json.dumps(value, ensure_ascii=False)
    if written.startswith('"'):
        yield double
    elif not written.startswith("'"):
        yield value
    yield single
    yield double


def _reads_as(written: str, value: str) -> bool:
    """Check that a scalar has this value, as a key and in a list, which is where the fewest forms are allowed."""
    if "\n" in written:
        return False
    loader = Loader(f"{{{written} : [{written}]}}")
    try:
        root = loader.get_single_node()
    except yaml.YAMLError:
        return False
    finally:
        loader.dispose()
    found = [node for node in written_nodes(root) if isinstance(node, yaml.ScalarNode)] if root is not None else []
    return [(node.tag, node.value) for node in found] == [("tag:yaml.org,2002:str", value)] * 2


def _valid(source: Source, edits: list[Edit]) -> list[Edit]:
    """Leave out the edits that would make the text invalid, such as a second key of the same name."""
    if _stays_valid(source, edits):
        return edits
    kept: list[Edit] = []
    for edit in edits:
        if _stays_valid(source, [*kept, edit]):
            kept.append(edit)
    return kept


def _stays_valid(source: Source, edits: list[Edit]) -> bool:
    return _errors(source, apply_edits(source.text, edits)) <= _errors(source, source.text)


def _errors(source: Source, text: str) -> int:
    _, findings = parse_source(text, source.file)
    return sum(finding.severity is Severity.ERROR for finding in findings)
