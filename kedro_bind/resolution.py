"""Values that can't be resolved, found one by one.

Kedro's loader stops at the first of them and says nothing of its place. This is only looked at when it fails.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import GrammarParseError

from conf_schema import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conf_schema import KeyPath, Sources

__all__ = ["resolve"]

_HINTS = (
    (r"Globals key '(.+?)' not found", "define '{}' in globals.yml, or give a default: '${{globals:{}, …}}'"),
    (
        r"Runtime parameter '(.+?)' not found",
        "give it with '--params={}=…', or give a default: '${{runtime_params:{}, …}}'",
    ),
    (r"Interpolation key '(.+?)' not found", "define '{}' in a pipeline_ml file of the same environment"),
    (
        r"Unsupported interpolation type (\S+)",
        "register the resolver '{}' with 'custom_resolvers' of CONFIG_LOADER_ARGS in settings.py",
    ),
    (r"[Rr]ecursi(on|ve)", "let it refer to another value than itself"),
)


def resolve(sources: Sources) -> tuple[dict[str, Any], list[Diagnostic]]:
    """Resolve the bindings one by one, so that one that can't be resolved hides no other.

    What can't be resolved in a template counts where it is used; the findings have it all the same.
    """
    merged: dict[str, Any] = {}
    problems: list[Diagnostic] = []
    for env in dict.fromkeys(source.env for source in sources.files):
        contents = []
        for source in (each for each in sources.files if each.env == env):
            refused = list(_refused_in(source.values))
            problems += refused
            broken = {each.path[0] for each in refused}
            contents.append({name: value for name, value in source.values.items() if name not in broken})
        tree: Any = OmegaConf.unsafe_merge(*map(OmegaConf.create, contents))
        found = list(_unresolved_in(tree))
        problems += found
        for name in tree:
            if not str(name).startswith("_") and str(name) not in {each.binding for each in found}:
                value = _plain(tree[name])
                earlier = merged.get(name)
                both = isinstance(value, dict) and isinstance(earlier, dict)
                merged[name] = {**(earlier or {}), **value} if sources.soft and both else value
    return merged, problems


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


def _unresolved_in(node: Any, path: KeyPath = ()) -> Iterator[Diagnostic]:
    if not isinstance(node, DictConfig | ListConfig):
        return
    keys: list[Any] = list(node.keys()) if isinstance(node, DictConfig) else list(range(len(node)))
    for key in keys:
        try:
            child = node[key]
        except Exception as error:  # noqa: BLE001 - a resolver may raise anything
            yield _unresolved((*path, key), error)
        else:
            yield from _unresolved_in(child, (*path, key))


def _unresolved(path: KeyPath, error: Exception, hint: str = "") -> Diagnostic:
    lines = str(error).strip().splitlines()
    said = lines[0].rstrip(".") if lines else type(error).__name__
    for pattern, remedy in _HINTS:
        match = re.search(pattern, said)
        if match and not hint:
            hint = remedy.format(match[1], match[1])
    return Diagnostic(
        "unresolved-interpolation",
        f"this can't be resolved: {said}",
        hint or "mend it, or write the value itself",
        path=path,
    )


def _plain(node: Any) -> Any:
    return OmegaConf.to_container(node, resolve=True) if OmegaConf.is_config(node) else node
