"""Make Kedro see bound pipelines.

Kedro has no hook for registering pipelines (https://github.com/kedro-org/kedro/issues/2526), so `install` wraps the one
method by which `kedro.framework.project.pipelines` gets the project's `register_pipelines`:
`_get_pipelines_registry_callable`. Setting `_is_data_loaded` makes it load them again.
"""

from __future__ import annotations

import importlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kedro.framework import project

from kedro_bind.config.document import read_config
from kedro_bind.plugin import warn_left_out
from kedro_bind.process.garbage import no_collection
from kedro_bind.redaction import get_logger
from kedro_bind.session.current import Current
from kedro_bind.session.registered import add_bound
from kedro_bind.session.requested import load_requested, requested_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from kedro.pipeline import Pipeline

    from kedro_bind.config.document import Config

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


def install() -> None:
    """Make Kedro see bound pipelines; does nothing the second time."""
    pipelines = project.pipelines
    original = pipelines._get_pipelines_registry_callable  # noqa: SLF001 - see the module's docstring
    if hasattr(original, _MARK):
        return

    def registry_callable(pipelines_module: str) -> Callable[[], Mapping[str, Pipeline]]:
        register_pipelines = original(pipelines_module)
        return lambda: _load(register_pipelines)

    # Set by name, since type checkers refuse the assignment to a method.
    setattr(registry_callable, _MARK, True)
    setattr(pipelines, "_get_pipelines_registry_callable", registry_callable)  # noqa: B010 - see above


def use_command(project_path: Path | None, arguments: list[str]) -> None:
    """Use the configuration that the options of a `kedro` command select, until a session reads its own."""
    _current.use_command(project_path, arguments)


def use_loader(loader: Any, project_path: Path) -> None:
    """Use the configuration of a session; pipelines that were bound by another one are loaded again."""
    if _current.checked:
        return
    config = read_config(loader, project_path)
    changed = _current.known and _content(config) != _content(_current.config)
    _current.use(config)
    if changed:
        _load_again()
    _warn(config)


def current_config() -> Config | None:
    """Return the document that bound pipelines come from, `None` if the project has none."""
    return _current.read()


def bound_pipeline(name: str) -> Pipeline | None:
    """Return a registered pipeline, `None` if there is none with this name."""
    return project.pipelines.get(name)


@contextmanager
def checked(loader: Any, project_path: Path) -> Iterator[Config | None]:
    """Yield the document that a config loader finds; within the block, Kedro loads the project's pipelines unbound."""
    use_loader(loader, project_path)
    _current.checked = True
    _load_again()
    try:
        with no_collection():
            yield _current.config
    finally:
        _current.checked = False
        _load_again()


def registered_pipelines() -> Mapping[str, Pipeline]:
    """Return all pipelines that the project itself registers, to be called within `checked`.

    Raises whatever the project's own code raises.
    """
    if hasattr(project.pipelines, "set_requested"):  # Kedro 1.7 and later
        project.pipelines.set_requested(None)
    len(project.pipelines)  # makes Kedro load them, here and now
    return project.pipelines


def bind_pipelines(pipelines: Mapping[str, Pipeline]) -> Mapping[str, Pipeline]:
    """Add the bound pipelines to those that `register_pipelines` is about to return.

    Call it to have this written down in the project's own code, or if Kedro's plugins are disabled. A binding that is
    invalid is left out, and the log says so; `kedro bind check` shows why. A `dict` becomes a new `dict`; a mapping of
    another type, which may build its pipelines on demand, is looked up and not copied.
    """
    bound = _bind(pipelines, _current.read(), None)
    return dict(bound) if type(pipelines) is dict else bound


def _load(register_pipelines: Callable[[], Mapping[str, Pipeline]]) -> Mapping[str, Pipeline]:
    requested = requested_names()
    try:
        config = _current.read()
        if config is not None:
            # An import that fails must not surface in the middle of the project's own code.
            importlib.import_module("kedro_bind.binding.expand")
    except Exception as error:  # noqa: BLE001 - whatever keeps us from reading, the project's own pipelines load
        warn_left_out(error)
        config = None
    return _bind(load_requested(register_pipelines, config, requested), config, requested)


def _bind(
    pipelines: Mapping[str, Pipeline], config: Config | None, requested: list[str] | None
) -> Mapping[str, Pipeline]:
    if config is None or _current.checked:
        return pipelines
    names = [name for name in config.document.bindings if requested is None or name in requested]
    registered = add_bound(pipelines, config, names)
    if registered.config is not config:
        _warn(registered.config)
    return registered


def _load_again() -> None:
    project.pipelines._is_data_loaded = False  # noqa: SLF001 - see the module's docstring


def _warn(config: Config | None) -> None:
    """Log in one line, once, that a binding is broken."""
    if _current.quiet or config is None or not config.findings or _current.warned == config:
        return
    from conf_schema import has_errors

    if has_errors(config.findings):
        _current.warned = config
        count = len(config.findings)
        files = ", ".join(dict.fromkeys(finding.file or "the configuration" for finding in config.findings))
        logger.warning(
            "kedro_bind: %d problem%s in %s; 'kedro bind check' shows %s",
            count,
            "s" * (count > 1),
            files,
            "them" if count > 1 else "it",
        )


def _content(config: Config | None) -> Any:
    return config and (config.document, config.findings)
