"""Credentials that a text shows by their shape or their name, whoever owns them."""

from __future__ import annotations

import re

from kedro_bind.secret_values import SECRET_NAMES, looks_secret_in_text

__all__ = ["MASK", "masked", "urls_in", "without_user_info"]

MASK = "***"
# `re` compiles these patterns on first use and caches them, so importing this module stays fast.
_USER_INFO = (
    r"((?<![\w+.-])[\w+.-]+://)"  # looked for once in each word: a text may be one long word
    r"(?:([^/\s:@'\"<>]*:(?!\d+(?:/|$))[^\s'\"<>]*)"  # with a password, which may contain '/' and '@'
    r"|([^/\s'\"<>]+))@"
)
_VARIABLE = r"(?:^|:)\\?\$"
_NO_REFERENCE = r"(?!\\?\$\{\w+\})"
"""`${TOKEN}` in a requirement is filled in by pip."""
_SIGNED = rf"(?i)([?&](?:[\w-]*(?:signature|credential|token|key(?:id)?)|sig)=){_NO_REFERENCE}[^&\s\"')]+"
_NAMED = (
    rf"(?i)(?<![\w-])([\w-]*(?:{SECRET_NAMES}))"
    rf"(=(?!=)|(?:['\"]:\s*)(?=['\"]))(['\"]?){_NO_REFERENCE}[^&;\s\"',)]+"  # `name==1.0` is a requirement
)
_HEADER = r"\b((?i:bearer|basic)) (?=[\w.~+/-]*(?:\d|=|[a-z][A-Z]))[\w.~+/=-]{8,}"
_URL = r"(?<![\w+.-])[\w+.-]+://[^\s'\"<>]+"
_KNOWN = (
    r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[opsru]_\w{36,}|\bgithub_pat_\w{22,}|\bglpat-[\w-]{20,}|\bxox[abprs]-[\w-]{10,}"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+"
)
"""Keys and tokens of well-known shapes."""


def masked(text: str) -> str:
    """Mask keys and tokens of well-known shapes, signatures, passwords and secrets that are named so."""
    text = re.sub(_KNOWN, MASK, text)
    text = without_user_info(text)
    text = re.sub(_SIGNED, rf"\1{MASK}", text)
    text = re.sub(_NAMED, _named, text)
    return re.sub(_HEADER, rf"\1 {MASK}", text)


def without_user_info(text: str) -> str:
    """Remove user and password from the URIs in a text.

    References to environment variables (`https://${USER}:${TOKEN}@host`) stay, and so does the user of an SSH address.
    """
    return re.sub(_USER_INFO, _scheme, text)


def urls_in(text: str) -> list[str]:
    """Return the URLs in a text."""
    return re.findall(_URL, text)


def _named(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}{match[3]}{MASK}" if looks_secret_in_text(match[1]) else match[0]


def _scheme(match: re.Match[str]) -> str:
    user_info = match[2] or match[3]
    names_variables = re.search(_VARIABLE, user_info)
    is_ssh_user = match[2] is None and match[1].endswith("ssh://")
    return match[0] if names_variables or is_ssh_user else match[1]
