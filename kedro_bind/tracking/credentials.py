"""The project's credentials, and how they are kept out of sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_bind.redact import keep_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["credentials_of", "hide_credentials"]


def credentials_of(loader: Any) -> dict[str, Any]:
    """Give what `credentials.yml` says; nothing where there is none.

    Raises whatever the config loader raises for one that can't be read.
    """
    from kedro.config import MissingConfigException

    try:
        return dict(loader["credentials"])
    except MissingConfigException:
        return {}


def hide_credentials(loader: Any) -> None:
    """Keep the project's credentials out of every text that is redacted from here on."""
    try:
        keep_secret(_texts(credentials_of(loader)))
    except Exception:  # noqa: BLE001 - what can't be read has not been used
        return


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
