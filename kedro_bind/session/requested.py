"""Loading only the pipelines that were requested, as Kedro does from 1.7 on.

`find_pipelines` then returns only what was requested, and fails for a name without a folder of its own: a bound
pipeline, or one that `register_pipelines` adds itself
(https://github.com/kedro-org/kedro/blob/1.7.0/kedro/framework/project/__init__.py). The request is in a private
attribute, `_requested_pipelines`; the public `set_requested` would also discard what is loaded.
"""

from __future__ import annotations

import importlib.util
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kedro.framework import project

from kedro_bind.errors import BindingError
from kedro_bind.session.registered import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kedro.pipeline import Pipeline

    from kedro_bind.config.document import Config

__all__ = ["load_requested", "requested_names"]


def requested_names() -> list[str] | None:
    """Return the names of the requested pipelines, `None` if all are to be loaded, as always before Kedro 1.7."""
    return getattr(project.pipelines, "_requested_pipelines", None)


def load_requested(
    register_pipelines: Callable[[], Mapping[str, Pipeline]], config: Config | None, requested: list[str] | None
) -> Mapping[str, Pipeline]:
    """Let the project's code load what was requested, or all pipelines if it can't load just those."""
    if requested is None:
        return register_pipelines()
    names = _names_to_find(requested, config)
    try:
        with _requesting(names):
            return register_pipelines()
    except Exception as error:
        refusals = (refusal(name, config) for name in requested if config is not None and not _is_modular(name))
        if refused := next(filter(None, refusals), None):
            raise refused from None
        broken = isinstance(error, ImportError) and all(_is_modular(name) for name in names or ())
        if broken or names is None or "__default__" in names:  # loading everything would fail in the same way
            raise
        registered = _load_all(register_pipelines, error)
        known = {*registered, *(config.names if config is not None else ())}
        if not known.issuperset(requested):
            raise  # as it would without kedro_bind
        return registered


def _load_all(
    register_pipelines: Callable[[], Mapping[str, Pipeline]], first_error: Exception
) -> Mapping[str, Pipeline]:
    try:
        with _requesting(None):
            return register_pipelines()
    except BindingError as error:  # what is wrong; the first error only says that one pipeline can't be loaded alone
        raise error from None
    except Exception as error:
        raise first_error from error


def _names_to_find(requested: list[str], config: Config | None) -> list[str] | None:
    """Return the names for `find_pipelines`: a bound pipeline is replaced by those that it selects nodes from.

    The result is `None`, for all, if a binding selects from a pipeline that `find_pipelines` does not know.
    """
    if config is None:
        return requested
    from kedro_bind.binding.expand import pipelines_named_by

    bindings = config.document.bindings
    selected = {found for name in requested if name in bindings for found in pipelines_named_by(bindings[name])}
    if not all(map(_is_modular, selected)):
        return None
    return sorted(selected.union(name for name in requested if name not in config.names or _is_modular(name)))


@contextmanager
def _requesting(names: list[str] | None) -> Iterator[None]:
    """Change the request within the block, and keep what is loaded."""
    pipelines = project.pipelines
    if not hasattr(pipelines, "_requested_pipelines"):
        yield
        return
    before = pipelines._requested_pipelines  # noqa: SLF001 - see above
    pipelines._requested_pipelines = names  # noqa: SLF001 - see above
    try:
        yield
    finally:
        pipelines._requested_pipelines = before  # noqa: SLF001 - see above


def _is_modular(name: str) -> bool:
    """Return whether a pipeline has a folder of its own, where `find_pipelines` looks for it."""
    try:
        return importlib.util.find_spec(f"{project.PACKAGE_NAME}.pipelines.{name}") is not None
    except (ImportError, ValueError):
        return False
