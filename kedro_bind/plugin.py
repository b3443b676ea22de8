"""What Kedro's entry points load: our hooks and commands, or, where these can't be imported, inert ones and a warning.

Kedro loads all entry points with every command, so an error in ours would take down commands and runs that have
nothing to do with us.
"""

from __future__ import annotations

import importlib
from typing import Any

import click

__all__ = ["cli_hooks", "commands", "hooks", "warn_left_out"]  # noqa: F822 - see __getattr__

_HOMES = {"hooks": "kedro_bind.hooks", "commands": "kedro_bind.cli", "cli_hooks": "kedro_bind.cli.hooks"}


class _NoHooks:
    """Implements no hook."""


_INERT: dict[str, Any] = {"hooks": _NoHooks(), "commands": click.Group("kedro-bind"), "cli_hooks": _NoHooks()}
_warned = False


def __getattr__(name: str) -> Any:
    """Import an entry point when Kedro asks for it."""
    if name not in _HOMES:
        raise AttributeError(f"module 'kedro_bind.plugin' has no attribute '{name}'")
    try:
        return getattr(importlib.import_module(_HOMES[name]), name)
    except Exception as error:  # noqa: BLE001 - whatever another release of a dependency raises
        warn_left_out(error)
        return _INERT[name]


def warn_left_out(error: Exception) -> None:
    """Say in one line, once in a process, that kedro_bind does nothing here."""
    global _warned  # noqa: PLW0603 - one line, however many entry points fail
    if not _warned:
        _warned = True
        from kedro_bind.redaction import get_logger

        reason = " ".join(str(error).split())
        get_logger(__name__).warning("kedro_bind: bound pipelines are left out: %s: %s", type(error).__name__, reason)
