"""A logged model over HTTP: an ASGI application, and what it is made of.

`create_app` is imported when it is used, since it needs the extra `serve`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kedro_bind.serving.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    if name == "create_app":
        from kedro_bind.serving.app import create_app

        return create_app
    raise AttributeError(f"module 'kedro_bind.serving' has no attribute '{name}'")
