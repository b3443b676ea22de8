"""The interpolations that can't be resolved, found one by one.

Kedro's loader stops at the first one and doesn't know its place. This module is used only when the loader fails.
"""

from __future__ import annotations

import copy
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import GrammarParseError

from conf_schema import Diagnostic, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from conf_schema import KeyPath, Kind, Sources

    Known: TypeAlias = Mapping[str, Collection[str]]

__all__ = ["resolve"]

_HINTS = (
    (
        r"Globals key '(.+?)' not found",
        "globals",
        "define '{}' in globals.yml, or add a default: '${{globals:{}, …}}'",
    ),
    (
        r"Runtime parameter '(.+?)' not found",
        "runtime_params",
        "pass '--params={}=…', or add a default: '${{runtime_params:{}, …}}'",
    ),
    (
        r"Interpolation key '(.+?)' not found",
        "document",
        "define '{}' in a {stem} file of the same environment",
    ),
    (
        r"Unsupported interpolation type (\S+)",
        "resolvers",
        "register the resolver '{}' with 'custom_resolvers' of CONFIG_LOADER_ARGS in settings.py",
    ),
    (r"[Rr]ecursi(on|ve)", "", "make it refer to a value other than itself"),
)
"""Messages of OmegaConf, the kind of name in them, and the hint where no known name is close."""


def resolve(sources: Sources, loader: Any, kind: Kind) -> tuple[dict[str, Any], list[Diagnostic]]:
    """Resolve the top-level entries one by one, so that a failure does not hide others.

    A failure in a template matters where the template is used; it is among the findings as well. The loader has run
    before, so its resolvers are registered.
    """
    merged: dict[str, Any] = {}
    problems: list[Diagnostic] = []
    faults: list[tuple[KeyPath, Exception, list[str]]] = []
    for env in dict.fromkeys(source.env for source in sources.files):
        files = [source for source in sources.files if source.env == env]
        if all(_is_literal(source.values) for source in files):
            _merge(
                merged, {name: value for source in files for name, value in source.values.items()}, soft=sources.soft
            )
            continue
        contents = []
        for source in files:
            refused = list(_refused_in(source.values))
            problems += refused
            contents.append(_without(source.values, [finding.path for finding in refused]))
        tree: Any = OmegaConf.unsafe_merge(*map(OmegaConf.create, contents))
        found = list(_unresolved_in(tree))
        here = list(_dotted(OmegaConf.to_container(tree, resolve=False))) if found else []
        faults += [(path, error, here) for path, error in found]
        for path, _ in found:
            _forget(tree, path)
        _merge(merged, dict(_resolved(tree)), soft=sources.soft)
    if faults:
        known = _known_names(loader)
        problems += [
            _unresolved(path, error, known={**known, "document": here}, stem=kind.stem) for path, error, here in faults
        ]
    return merged, problems


def _without(values: Mapping[str, Any], paths: Sequence[KeyPath]) -> dict[str, Any]:
    """Return a copy of the values with null at each path; a key that is not a string is removed."""
    copied = copy.deepcopy(dict(values))
    for path in paths:
        inside: Any = copied
        for key in path[:-1]:
            inside = inside[key]
        if isinstance(inside, dict) and not isinstance(path[-1], str):
            del inside[path[-1]]
        else:
            inside[path[-1]] = None
    return copied


def _forget(tree: Any, path: KeyPath) -> None:
    """Put null at a path; what is above it may itself be an interpolation, which is not changed."""
    with suppress(Exception):  # a part of another entry that is read through an interpolation is read-only
        inside = tree
        for key in path[:-1]:
            inside = inside[key]
        inside[path[-1]] = None


def _resolved(tree: Any) -> Iterator[tuple[str, Any]]:
    """Yield the entries of a tree that can be resolved as a whole."""
    for name in tree:
        with suppress(Exception):  # its fault is among the findings
            yield name, _plain(tree[name])


def _merge(merged: dict[str, Any], values: Mapping[str, Any], *, soft: bool) -> None:
    """Merge the values of one environment, without templates, over those of an earlier one as Kedro does."""
    for name, value in values.items():
        if str(name).startswith("_"):
            continue
        both = soft and isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _plain(OmegaConf.unsafe_merge(merged[name], value)) if both else value


def _is_literal(value: Any) -> bool:
    """Return whether OmegaConf would leave a value unchanged, which is far quicker than having it do so."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_literal(inner) for key, inner in value.items())
    if isinstance(value, list):
        return all(map(_is_literal, value))
    if isinstance(value, str):
        return "${" not in value and value != "???"
    return value is None or isinstance(value, bool | int | float)


def _known_names(loader: Any) -> Known:
    """Return the names that an interpolation may have. Reading the globals unregisters resolvers."""
    try:
        global_values = loader["globals"]
    except Exception:  # noqa: BLE001 - there are no globals, or the loader does not have them
        global_values = {}
    return {
        "globals": list(_dotted(global_values)),
        "runtime_params": list(_dotted(getattr(loader, "runtime_params", None))),
        "resolvers": ["globals", "runtime_params"],
    }


def _refused_in(value: Any, path: KeyPath = ()) -> Iterator[Diagnostic]:
    """Find the values and keys that OmegaConf rejects, at any depth."""
    if _error_of({"it": value}) is None:
        return
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield _refused(path, value, _error_of({"it": value}))
        return
    for key, inner in items:
        if isinstance(value, dict) and _error_of({key: None}) is not None:
            kind = "null" if key is None else f"of type {type(key).__name__}"
            yield Diagnostic(
                "bad-value",
                f"a key in '{'.'.join(map(str, path[1:]))}' is {kind}; it must be a string",
                "put it in quotes",
                path=(*path, key),
                on_key=True,
            )
        else:
            yield from _refused_in(inner, (*path, key))


def _refused(path: KeyPath, value: Any, error: Exception | None) -> Diagnostic:
    if isinstance(error, GrammarParseError):
        return _unresolved(path, error, "close it with '}', or write '\\${' if it is not an interpolation")
    return Diagnostic(
        "bad-value",
        f"Kedro's config loader does not accept values of type {type(value).__name__}",
        "put it in quotes",
        path=path,
    )


def _error_of(content: dict[Any, Any]) -> Exception | None:
    try:
        OmegaConf.create(content)
    except Exception as error:  # noqa: BLE001 - OmegaConf has no common base for what it raises
        return error
    return None


def _unresolved_in(node: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Exception]]:
    if not isinstance(node, DictConfig | ListConfig):
        return
    keys: list[Any] = list(node.keys()) if isinstance(node, DictConfig) else list(range(len(node)))
    for key in keys:
        try:
            child = node[key]
        except Exception as error:  # noqa: BLE001 - a resolver may raise anything
            yield (*path, key), error
        else:
            yield from _unresolved_in(child, (*path, key))


def _unresolved(
    path: KeyPath, error: Exception, hint: str = "", *, known: Known | None = None, stem: str = ""
) -> Diagnostic:
    lines = str(error).strip().splitlines()
    reason = lines[0].rstrip(".") if lines else type(error).__name__
    for pattern, kind, remedy in _HINTS:
        match = re.search(pattern, reason)
        if match and not hint:
            close = did_you_mean(match[1], (known or {}).get(kind, ()))
            hint = close or remedy.format(match[1], match[1], stem=stem)
    return Diagnostic(
        "unresolved-interpolation",
        f"this can't be resolved: {reason}",
        hint or "correct it, or write the value itself",
        path=path,
    )


def _dotted(values: Any, prefix: str = "") -> Iterator[str]:
    """Return the names of all values in a mapping, in the form of an interpolation."""
    for key, value in values.items() if isinstance(values, dict) else ():
        yield f"{prefix}{key}"
        yield from _dotted(value, f"{prefix}{key}.")


def _plain(node: Any) -> Any:
    return OmegaConf.to_container(node, resolve=True) if OmegaConf.is_config(node) else node
