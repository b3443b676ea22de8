"""YAML text to a `Source`; an invalid syntax or shape becomes a finding."""

from __future__ import annotations

from functools import lru_cache

import yaml

from conf_schema.diagnostics import Diagnostic, Severity
from conf_schema.kinds import KINDS, Kind
from conf_schema.source import Source
from conf_schema.syntax_hints import syntax_hint
from conf_schema.tree_checks import bad_names, duplicate_keys, excess
from conf_schema.yaml_loader import Loader
from conf_schema.yaml_tree import Place, place_of, split_lines

__all__ = ["parse_source"]

_MOST_CHARACTERS = 2_000_000
"""The size of the longest text that is read: PyYAML reads about 200,000 characters in a second."""
_NULL_TAG = "tag:yaml.org,2002:null"
_TOP = Place(1, 1, 1)


def parse_source(
    content: str | bytes, file: str, env: str = "", stem: str = "pipeline_ml"
) -> tuple[Source, list[Diagnostic]]:
    """Read one YAML text of a kind; the findings are those about syntax and shape.

    Names of bindings that are not strings are among them; `validate_document` passes over those. The same text
    is read once: a `kedro` command asks for it when it starts, and again when it creates a session.
    """
    source, findings = _parsed(content, file, env, KINDS[stem])
    return source, list(findings)


@lru_cache(maxsize=16)
def _parsed(content: str | bytes, file: str, env: str, kind: Kind) -> tuple[Source, list[Diagnostic]]:
    text = content if isinstance(content, str) else content.decode("utf-8", errors="replace")
    unread = Source(file=file, text=text, root=None, env=env)
    refused = _too_large(text, file, kind) or (_wrong_encoding(content, file) if isinstance(content, bytes) else None)
    if refused is not None:
        return unread, [refused]
    try:
        loader = Loader(text)
        try:
            root = loader.get_single_node()
            if root is None or _is_empty(root):
                return unread, _nothing_declared(file, kind)
            if (finding := excess(root, file)) is not None:
                return unread, [finding]
            values = loader.construct_document(root)
        finally:
            loader.dispose()
    except (yaml.YAMLError, RecursionError) as error:
        return unread, [_syntax_error(text, file, error)]
    if not isinstance(root, yaml.MappingNode) or not isinstance(values, dict):
        return unread, [_not_a_mapping(root, file, kind)]
    findings = [*duplicate_keys(root, file), *bad_names(root, file, kind)]
    return Source(file=file, text=text, root=root, env=env, values=values), findings


def _too_large(text: str, file: str, kind: Kind) -> Diagnostic | None:
    if len(text) <= _MOST_CHARACTERS:
        return None
    message = f"the file has {len(text):,} characters; the limit is {_MOST_CHARACTERS:,}"
    hint = f"split it into several files, such as {kind.stem}/part_1.yml"
    return Diagnostic("bad-value", message, hint, file=file, **_TOP._asdict())


def _wrong_encoding(content: bytes, file: str) -> Diagnostic | None:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        place = _end_of(content[: error.start].decode("utf-8"))
        message = f"the file is not valid UTF-8: the byte 0x{content[error.start]:02x} can't be decoded"
        return Diagnostic("yaml-syntax", message, "save the file as UTF-8", file=file, **place._asdict())
    return None


def _is_empty(root: yaml.Node) -> bool:
    return root.tag == _NULL_TAG or (isinstance(root, yaml.MappingNode) and not root.value)


def _nothing_declared(file: str, kind: Kind) -> list[Diagnostic]:
    if not kind.empty:
        return []
    name = file.replace("\\", "/").rpartition("/")[2]
    hint = "add one, or delete the file"
    message = f"{name} {kind.empty}"
    return [Diagnostic("empty-document", message, hint, Severity.WARNING, file=file, **_TOP._asdict())]


def _not_a_mapping(root: yaml.Node, file: str, kind: Kind) -> Diagnostic:
    form = {"SequenceNode": "a list", "ScalarNode": "a single value"}.get(type(root).__name__, "a set")
    message = f"the document is {form}; it must map {kind.maps}"
    return Diagnostic("bad-value", message, kind.example, file=file, **place_of(root)._asdict())


def _syntax_error(text: str, file: str, error: Exception) -> Diagnostic:
    place = _TOP
    problem = " ".join(str(error).split())
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1, 1) if mark else place
        context = error.context or ""
        if context.startswith("while") and error.context_mark and error.context_mark.line + 1 != place.line:
            context += f" that begins in line {error.context_mark.line + 1}"
        problem = ", ".join(part for part in (context, error.problem) if part)
    elif isinstance(error, yaml.reader.ReaderError):
        place = _end_of(text[: error.position])
        code = ord(error.character) if isinstance(error.character, str) else error.character
        problem = f"the character #x{code:04x} is not allowed"
    elif isinstance(error, RecursionError):
        problem = "it is nested too deeply"
    message = f"this is not valid YAML: {problem}"
    return Diagnostic("yaml-syntax", message, syntax_hint(problem), file=file, **place._asdict())


def _end_of(text: str) -> Place:
    """Return the place of the character that follows a text."""
    lines = split_lines(text)
    return Place(len(lines), len(lines[-1]) + 1, 1)
