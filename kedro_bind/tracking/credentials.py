"""The project's credentials."""

from __future__ import annotations

from typing import Any

__all__ = ["credentials_of"]


def credentials_of(loader: Any) -> dict[str, Any]:
    """Give what `credentials.yml` says; nothing where there is none.

    Raises whatever the config loader raises for one that can't be read.
    """
    from kedro.config import MissingConfigException

    try:
        return dict(loader["credentials"])
    except MissingConfigException:
        return {}
