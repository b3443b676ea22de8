"""The names of bindings, where a shell completes a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

__all__ = ["complete_binding"]


def complete_binding(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the bindings of the project whose names begin with what is typed; none where they can't be read."""
    try:
        from kedro_bind.cli.project import config_of

        given = ctx.params
        config = config_of(ctx.obj, given.get("env"), given.get("conf_source"), given.get("params") or {})
        names = config.names if config is not None else []
    except Exception:  # noqa: BLE001 - an error would end up in what is typed
        return []
    taken = given.get(param.name or "") or ()
    return [name for name in names if name.startswith(incomplete) and name not in taken]
