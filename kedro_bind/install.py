"""Bound pipelines into Kedro: the one module that touches `kedro.framework.project`.

Kedro has no hook for registering pipelines (kedro-org/kedro#2526), so `install` wraps the one place where
`kedro.framework.project.pipelines` gets the user's `register_pipelines` from. Private parts in use:
`_get_pipelines_registry_callable`, `_is_data_loaded`, `_content` and, from Kedro 1.7 on, `_requested_pipelines`;
`tests/integration/test_private_kedro.py` fails when one of them changes.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections import ChainMap
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from kedro.framework import project

from kedro_bind.config import read_config
from kedro_bind.current import Current
from kedro_bind.errors import BindingError
from kedro_bind.plugin import warn_left_out
from kedro_bind.redaction import get_logger, redacting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, MutableMapping
    from pathlib import Path

    from kedro.pipeline import Pipeline

    from kedro_bind.config import Config

__all__ = [
    "bind_pipelines",
    "bound_pipeline",
    "checked",
    "current_config",
    "install",
    "registered_pipelines",
    "use_command",
    "use_loader",
]

logger = get_logger(__name__)

_MARK = "_is_kedro_bind"
_current = Current()


class _Registered(ChainMap[str, "Pipeline"]):
    """The bound pipelines before those of the project; asking for one that is declared but broken says why.

    What the project returned is looked into, never copied: it may be a mapping that makes a pipeline when it is asked
    for it.
    """

    config: Config | None = None

    def __getitem__(self, name: str) -> Pipeline:
        if self.config is not None and name in self.config.names and name not in self.maps[0]:
            self._refuse(name)
        return super().__getitem__(name)

    def __missing__(self, name: str) -> Pipeline:
        self._refuse(name)
        raise KeyError(name)

    def __delitem__(self, name: str) -> None:
        del next((pipelines for pipelines in self.maps if name in pipelines), self.maps[0])[name]

    def _refuse(self, name: str) -> None:
        refusal = _refusal(name, self.config) if self.config is not None else None
        if refusal is not None:
            raise refusal


def _refusal(name: str, config: Config) -> BindingError | None:
    """Give the error for a bound pipeline that is broken; nothing for a name that is not bound.

    In a document that can't be read, any name may be bound.
    """
    from conf_schema import has_errors
    from kedro_bind.render.text import render_plain

    findings = [each for each in config.findings if each.binding in (name, None)]
    if not has_errors(findings) or (name not in config.names and not config.unreadable):
        return None
    with redacting(config.redaction):
        return BindingError(f"the bound pipeline '{name}' can't run:\n{render_plain(findings)}", findings)


def install() -> None:
    """Make Kedro see bound pipelines; does nothing the second time."""
    pipelines = project.pipelines
    original = pipelines._get_pipelines_registry_callable
    if hasattr(original, _MARK):
        return

    def registry_callable(pipelines_module: str) -> Callable[[], Mapping[str, Pipeline]]:
        register_pipelines = original(pipelines_module)
        return lambda: _load(register_pipelines)

    # Set by name: type checkers refuse to have a method replaced, and it is what this module is for.
    setattr(registry_callable, _MARK, True)
    setattr(pipelines, "_get_pipelines_registry_callable", registry_callable)  # noqa: B010 - see above


def use_command(project_path: Path | None, arguments: list[str]) -> None:
    """Go by the project and the options of a `kedro` command until a session says better."""
    _current.go_by_command(project_path, arguments)


def use_loader(loader: Any, project_path: Path) -> None:
    """Go by a session's own config loader; pipelines that were loaded by another document load again."""
    if _current.checked:
        return
    config = read_config(loader, project_path)
    changed = _current.known and _said(config) != _said(_current.config)
    _current.project_path, _current.config, _current.known = project_path, config, True
    if changed:
        project.pipelines._is_data_loaded = False
    _warn(config)


def current_config() -> Config | None:
    """Give the document that bound pipelines come from, `None` where the project has none."""
    return _current.read()


def bound_pipeline(name: str) -> Pipeline | None:
    """Give a registered pipeline by name, `None` where there is none."""
    return project.pipelines.get(name)


@contextmanager
def checked(loader: Any, project_path: Path) -> Iterator[Config | None]:
    """Give the document that a config loader finds, while nothing else reads it again or binds by it."""
    use_loader(loader, project_path)
    _current.checked = True
    project.pipelines._is_data_loaded = False
    try:
        yield _current.config
    finally:
        _current.checked = False
        project.pipelines._is_data_loaded = False


def registered_pipelines() -> Mapping[str, Pipeline]:
    """Return all pipelines that the project itself registers, where `checked` keeps bound ones out.

    Raises whatever the project's own code raises.
    """
    if hasattr(project.pipelines, "set_requested"):  # Kedro 1.7 on
        project.pipelines.set_requested(None)
    len(project.pipelines)  # makes Kedro load them, here and now
    return project.pipelines


def bind_pipelines(pipelines: Mapping[str, Pipeline]) -> Mapping[str, Pipeline]:
    """Add the bound pipelines to those that `register_pipelines` is about to return.

    For a project that wants this written down in its own code, or where Kedro's plugins are switched off. A
    binding that does not hold is left out, with a line in the log; `kedro bind check` says why. A `dict` becomes
    another one; a mapping of another kind, which may make its pipelines as they are asked for, is looked into.
    """
    bound = _bind(pipelines, _current.read(), None)
    return dict(bound) if type(pipelines) is dict else bound


def _load(register_pipelines: Callable[[], Mapping[str, Pipeline]]) -> Mapping[str, Pipeline]:
    requested = _requested_now()
    try:
        config = _current.read()
        if config is not None:
            # What can't be imported must not surface in the midst of the project's own code.
            importlib.import_module("kedro_bind.binding.expand")
    except Exception as error:  # noqa: BLE001 - whatever keeps us from reading, the project's own pipelines load
        warn_left_out(error)
        config = None
    registered = _register(register_pipelines, config, requested)
    wanted = None if requested is None or config is None else [*filter(config.document.bindings.get, requested)]
    return _bind(registered, config, wanted)


def _register(
    register_pipelines: Callable[[], Mapping[str, Pipeline]], config: Config | None, requested: list[str] | None
) -> Mapping[str, Pipeline]:
    """Let the user's code load what was requested, or all pipelines where it can't do with less.

    From Kedro 1.7 on, `find_pipelines` returns only what was requested, and fails for a name without a folder of its
    own: one that `register_pipelines` adds itself, such as a binding made by `pipeline_ml_factory`
    (https://github.com/kedro-org/kedro/blob/1.7.0/kedro/framework/project/__init__.py).
    """
    if requested is None:
        return register_pipelines()
    names = _names_to_find(requested, config)
    try:
        with _requested(names):
            return register_pipelines()
    except Exception as error:
        refusals = (_refusal(name, config) for name in requested if config is not None and not _is_modular(name))
        if refusal := next(filter(None, refusals), None):
            raise refusal from None
        broken = isinstance(error, ImportError) and all(_is_modular(name) for name in names or ())
        if broken or names is None or "__default__" in names:  # loading everything would fail in the same way
            raise
        registered = _register_all(register_pipelines, error)
        if config is None and any(name not in registered for name in requested):
            raise  # as it would without kedro_bind
        return registered


def _register_all(
    register_pipelines: Callable[[], Mapping[str, Pipeline]], first_error: Exception
) -> Mapping[str, Pipeline]:
    try:
        with _requested(None):
            return register_pipelines()
    except Exception as error:
        raise first_error from error


def _names_to_find(requested: list[str], config: Config | None) -> list[str] | None:
    """Return what `find_pipelines` has to find, a bound name standing for the pipelines that it selects from.

    That is everything, `None`, where a binding selects from a pipeline that `find_pipelines` does not know.
    """
    if config is None:
        return requested
    from kedro_bind.binding.expand import pipelines_named_by

    names: set[str] = set()
    for name in requested:
        binding = config.document.bindings.get(name)
        if binding is not None:
            names |= pipelines_named_by(binding)
        if name not in config.names or _is_modular(name):
            names.add(name)
    return sorted(names) if all(_is_modular(name) for name in names) else None


def _bind(pipelines: Mapping[str, Pipeline], config: Config | None, wanted: list[str] | None) -> Mapping[str, Pipeline]:
    if config is None or _current.checked:
        return pipelines
    from dataclasses import replace

    from kedro_bind.binding.expand import expand

    names = [name for name in config.document.bindings if wanted is None or name in wanted]
    expansion = expand(config.document, pipelines, [name for name in names if not _is_bound(name, pipelines)])
    findings = [config.sources.locate(each) for each in expansion.findings]
    config = replace(config, findings=(*config.findings, *findings))
    if findings:
        _warn(config)
    registered = _Registered(dict(expansion.bound), cast("MutableMapping[str, Pipeline]", pipelines))
    registered.config = config
    return registered


def _is_bound(name: str, pipelines: Mapping[str, Pipeline]) -> bool:
    """Tell whether `bind_pipelines` has added a binding of the document already."""
    from kedro_bind.binding.pipeline_ml import PipelineML

    existing = pipelines.get(name)
    return isinstance(existing, PipelineML) and existing.binding.name == name


def _warn(config: Config | None) -> None:
    """Say in one line, once, that some binding is broken."""
    if _current.quiet or config is None or not config.findings or _current.warned == config:
        return
    from conf_schema import has_errors

    if has_errors(config.findings):
        _current.warned = config
        count = len(config.findings)
        files = ", ".join(dict.fromkeys(each.file or "the configuration" for each in config.findings))
        logger.warning(
            "kedro_bind: %d problem%s in %s; 'kedro bind check' shows %s",
            count,
            "s" * (count > 1),
            files,
            "them" if count > 1 else "it",
        )


def _said(config: Config | None) -> Any:
    return config and (config.document, config.findings)


def _requested_now() -> list[str] | None:
    return getattr(project.pipelines, "_requested_pipelines", None)


@contextmanager
def _requested(names: list[str] | None) -> Iterator[None]:
    """Change what Kedro 1.7's `find_pipelines` is asked for, without emptying what is loaded."""
    pipelines = project.pipelines
    if not hasattr(pipelines, "_requested_pipelines"):
        yield
        return
    before = pipelines._requested_pipelines
    pipelines._requested_pipelines = names
    try:
        yield
    finally:
        pipelines._requested_pipelines = before


def _is_modular(name: str) -> bool:
    try:
        return importlib.util.find_spec(f"{project.PACKAGE_NAME}.pipelines.{name}") is not None
    except (ImportError, ValueError):
        return False
