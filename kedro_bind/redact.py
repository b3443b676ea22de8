"""Text without credentials."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["keep_secret", "without_credentials"]

_USER_INFO = re.compile(r"(?<=://)[^/\s]+@")
_SIGNED = re.compile(r"(?i)([?&](?:[\w-]*(?:signature|credential|token|key(?:id)?)|sig)=)[^&\s\"')]+")
_NAMED = re.compile(r"(?i)\b(\w*(?:password|passwd|pwd|secret|token|access_?key|account_?key)=)[^&;\s\"',)]+")
_BEARER = re.compile(r"(?i)\b(bearer|basic) [\w.~+/=-]{8,}")
_SECRET_VARIABLES = re.compile(r"PASSWORD|SECRET|TOKEN(?!IZER)|ACCESS_KEY|CONNECTION_STRING")
_SHORTEST_SECRET = 6
_SHORTEST_KEPT = 4
"""A value of fewer characters would be found in any text."""
_kept: set[str] = set()


def keep_secret(values: Iterable[str]) -> None:
    """Have these values cut out of every text from here on."""
    _kept.update(each for each in values if len(each) >= _SHORTEST_KEPT)


def without_credentials(text: str) -> str:
    """Cut out of a text what may be a credential.

    That is the user and password of every URI, the parameters that sign an address, what is given as a
    password, secret or token, the values of the environment variables that have such names, and those that
    `keep_secret` was told.
    """
    for value in sorted(_kept, key=len, reverse=True):
        text = text.replace(value, "***")
    text = _USER_INFO.sub("", text)
    for pattern in (_SIGNED, _NAMED):
        text = pattern.sub(r"\1***", text)
    text = _BEARER.sub(r"\1 ***", text)
    for name, value in os.environ.items():
        if len(value) >= _SHORTEST_SECRET and _SECRET_VARIABLES.search(name.upper()):
            text = text.replace(value, "***")
    return text
