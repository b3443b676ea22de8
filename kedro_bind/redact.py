"""Text without the credentials of the addresses in it."""

from __future__ import annotations

import re

__all__ = ["without_credentials"]

_USER_INFO = re.compile(r"(?<=://)[^/@\s]+@")


def without_credentials(text: str) -> str:
    """Cut the user and password out of every URI in a text."""
    return _USER_INFO.sub("", text)
