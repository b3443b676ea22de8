"""Values that can't be resolved, found one by one.

Kedro's loader stops at the first of them and says nothing of its place. This is only looked at when it fails.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import GrammarParseError

from conf_schema import Diagnostic, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from typing import TypeAlias

    from conf_schema import KeyPath, Kind, Sources

    Known: TypeAlias = Mapping[str, Collection[str]]

__all__ = ["resolve"]

_HINTS = (
    (
        r"Globals key '(.+?)' not found",
        "globals",
        "define '{}' in globals.yml, or give a default: '${{globals:{}, …}}'",
    ),
    (
        r"Runtime parameter '(.+?)' not found",
        "runtime_params",
        "give it with '--params={}=…', or give a default: '${{runtime_params:{}, …}}'",
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
    (r"[Rr]ecursi(on|ve)", "", "let it refer to another value than itself"),
)
"""What omegaconf says, the kind of name that it says it of, and what to do where no known name is close."""


def resolve(sources: Sources, loader: Any, kind: Kind) -> tuple[dict[str, Any], list[Diagnostic]]:
    """Resolve what the top has one by one, so that one that can't be resolved hides no other.

    What can't be resolved in a template counts where it is used; the findings have it all the same. The
    loader has resolved as far as it could, so its resolvers are registered.
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
            broken = {each.path[0] for each in refused}
            contents.append({name: value for name, value in source.values.items() if name not in broken})
        tree: Any = OmegaConf.unsafe_merge(*map(OmegaConf.create, contents))
        found = list(_unresolved_in(tree))
        here = list(_dotted(OmegaConf.to_container(tree, resolve=False))) if found else []
        faults += [(path, error, here) for path, error in found]
        failed = {str(path[0]) for path, _ in found}
        resolved = {name: _plain(tree[name]) for name in tree if str(name) not in failed}
        _merge(merged, resolved, soft=sources.soft)
    if faults:
        known = _known_names(loader)
        problems += [
            _unresolved(path, error, known={**known, "document": here}, stem=kind.stem) for path, error, here in faults
        ]
    return merged, problems


def _merge(merged: dict[str, Any], values: Mapping[str, Any], *, soft: bool) -> None:
    """Put the values of one environment, templates left out, over those of an earlier one as Kedro does."""
    for name, value in values.items():
        if str(name).startswith("_"):
            continue
        both = soft and isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _plain(OmegaConf.unsafe_merge(merged[name], value)) if both else value


def _is_literal(value: Any) -> bool:
    """Say whether OmegaConf would leave a value as it is: that takes it far longer than to find it out."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_literal(inner) for key, inner in value.items())
    if isinstance(value, list):
        return all(map(_is_literal, value))
    if isinstance(value, str):
        return "${" not in value and value != "???"
    return value is None or isinstance(value, bool | int | float)


def _known_names(loader: Any) -> Known:
    """Give the names that an interpolation may stand for; to read the globals unregisters resolvers."""
    try:
        global_values = loader["globals"]
    except Exception:  # noqa: BLE001 - there are none, or this loader knows none
        global_values = {}
    return {
        "globals": list(_dotted(global_values)),
        "runtime_params": list(_dotted(getattr(loader, "runtime_params", None))),
        "resolvers": ["globals", "runtime_params"],
    }


def _refused_in(value: Any, path: KeyPath = ()) -> Iterator[Diagnostic]:
    """Find the values and keys that OmegaConf does not take, of whatever depth."""
    if _error_of({"it": value}) is None:
        return
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield _refused(path, value, _error_of({"it": value}))
        return
    for key, each in items:
        if isinstance(value, dict) and _error_of({key: None}) is not None:
            kind = "null" if key is None else f"of the type {type(key).__name__}"
            yield Diagnostic(
                "bad-value",
                f"a key in '{'.'.join(map(str, path[1:]))}' is {kind}; it must be a string",
                "put it in quotes",
                path=(*path, key),
                on_key=True,
            )
        else:
            yield from _refused_in(each, (*path, key))


def _refused(path: KeyPath, value: Any, error: Exception | None) -> Diagnostic:
    if isinstance(error, GrammarParseError):
        return _unresolved(path, error, "close it with '}', or write '\\${' where no interpolation is meant")
    return Diagnostic(
        "bad-value",
        f"Kedro's config loader takes no value of the type {type(value).__name__}",
        "put it in quotes",
        path=path,
    )


def _error_of(content: dict[Any, Any]) -> Exception | None:
    try:
        OmegaConf.create(content)
    except Exception as error:  # noqa: BLE001 - omegaconf has no one base for what it refuses
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
    said = lines[0].rstrip(".") if lines else type(error).__name__
    for pattern, kind, remedy in _HINTS:
        match = re.search(pattern, said)
        if match and not hint:
            close = did_you_mean(match[1], (known or {}).get(kind, ()))
            hint = close or remedy.format(match[1], match[1], stem=stem)
    return Diagnostic(
        "unresolved-interpolation",
        f"this can't be resolved: {said}",
        hint or "mend it, or write the value itself",
        path=path,
    )


def _dotted(values: Any, prefix: str = "") -> Iterator[str]:
    """Give the names of all values in a mapping, as an interpolation writes them."""
    for key, value in values.items() if isinstance(values, dict) else ():
        yield f"{prefix}{key}"
        yield from _dotted(value, f"{prefix}{key}.")


def _plain(node: Any) -> Any:
    return OmegaConf.to_container(node, resolve=True) if OmegaConf.is_config(node) else node
