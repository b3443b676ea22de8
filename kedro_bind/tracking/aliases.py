"""Aliases that move: who moved them, when, and from which version, in the tags of the version that got one."""

from __future__ import annotations

import getpass
import json
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from kedro_bind.redaction import redact

if TYPE_CHECKING:
    from mlflow import MlflowClient

__all__ = ["holder_of", "move_alias", "previous_holder", "promotion_tag", "roll_back"]

_PROMOTION, _ROLLBACK = "kedro_bind.promotion", "kedro_bind.rollback"
_MOST_CHARACTERS = 2000
"""The length of a reason, which escapes may double: a tag of a version has at most 5,000 characters (MLflow 3.1)."""


def promotion_tag(alias: str, previous: str | None, reason: str = "") -> dict[str, str]:
    """Return the tag of a version that gets an alias: by whom, when, from which version, and why."""
    return _tag(_PROMOTION, alias, {"from": previous, "reason": redact(reason)[:_MOST_CHARACTERS]})


def move_alias(client: MlflowClient, name: str, alias: str, version: str, tag: dict[str, str]) -> None:
    """Let a version have an alias, once it has the tag that says so. MLflow moves an alias in one step."""
    for key, value in tag.items():
        client.set_model_version_tag(name, version, key, value)
    client.set_registered_model_alias(name, alias, version)


def roll_back(client: MlflowClient, name: str, alias: str, version: str, previous: str) -> None:
    """Return an alias to the version that held it before, and note that at the version that loses it.

    The tag of the version that gets it back stays: it names the holder before that one.
    """
    for key, value in _tag(_ROLLBACK, alias, {"to": previous}).items():
        client.set_model_version_tag(name, version, key, value)
    client.set_registered_model_alias(name, alias, previous)


def holder_of(client: MlflowClient, name: str, alias: str) -> str | None:
    """Return the version that has an alias now."""
    version = client.get_registered_model(name).aliases.get(alias)
    return None if version is None else str(version)


def previous_holder(client: MlflowClient, name: str, alias: str, version: str) -> str | None:
    """Return the version that an alias was taken from when this version got it, as far as its tag says so."""
    tag = client.get_model_version(name, version).tags.get(f"{_PROMOTION}.{alias}")
    previous = json.loads(tag).get("from") if tag else None
    return None if previous is None else str(previous)


def _tag(key: str, alias: str, content: dict[str, str | None]) -> dict[str, str]:
    when = datetime.now(timezone.utc).isoformat(timespec="seconds")
    values = {"by": _user(), "at": when, **content}
    return {f"{key}.{alias}": json.dumps({key: value for key, value in values.items() if value}, ensure_ascii=False)}


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container whose user has no name
        return "unknown"
