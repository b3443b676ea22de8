"""The credentials of the project."""

from __future__ import annotations

from typing import Any

__all__ = ["credentials_of"]


def credentials_of(loader: Any) -> dict[str, Any]:
    """Return the content of `credentials.yml`, which is empty where there is no such file.

    Raises whatever the config loader raises for a file that can't be read.
    """
    from kedro.config import MissingConfigException

    try:
        return dict(loader["credentials"])
    except MissingConfigException:
        return {}
