"""Every text that leaves the process goes through here, so that it has no credentials."""

from __future__ import annotations

import functools
import logging
import os
import re
import traceback
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from kedro_bind.secret_values import (
    LONG,
    credential_values,
    environment_values,
    forms_of,
    looks_secret,
    named_values,
    passwords_in,
    secret_keys,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = [
    "Redaction",
    "add_redaction",
    "current_redactions",
    "get_logger",
    "has_secret",
    "redact",
    "redact_value",
    "redacted",
    "redacting",
    "redaction_of",
    "secrets_in",
    "without_user_info",
]

MASK = "***"
_USER_INFO = re.compile(
    r"([a-zA-Z][\w+.-]*://)"
    r"(?:([^/\s:@'\"<>]*:(?!\d+(?:/|$))[^\s'\"<>]*)"  # with a password, which may have '/' and '@' in it
    r"|([^/\s'\"<>]+))@"
)
_VARIABLE = re.compile(r"(?:^|:)\\?\$")
_SIGNED = re.compile(r"(?i)([?&](?:[\w-]*(?:signature|credential|token|key(?:id)?)|sig)=)[^&\s\"')]+")
_NAMED = re.compile(
    r"(?i)\b([\w-]*(?:passwords?|passwd|passphrase|pwd|secrets?|tokens?|(?:api|access|account|private)[_-]?key))"
    r"(=|(?:['\"]:\s*)(?=['\"]))(['\"]?)[^&;\s\"',)]+"
)
_HEADER = re.compile(r"(?i)\b(bearer|basic) [\w.~+/=-]{8,}")
_KNOWN = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[opsru]_\w{36,}|\bgithub_pat_\w{22,}|\bglpat-[\w-]{20,}|\bxox[abprs]-[\w-]{10,}"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+",
    re.DOTALL,
)
"""Keys and tokens that are known by their shape."""
_Method = TypeVar("_Method", bound="Callable[..., Any]")


@dataclass(frozen=True)
class Redaction:
    """The secrets of one owner, such as a Kedro session, read when the first text needs them.

    A text is redacted by those that are in force where it is made (`redacting`). Nothing outlives its owner, and what
    runs beside it has its own.
    """

    read: Callable[[], Iterable[str]]

    @cached_property
    def forms(self) -> frozenset[str]:
        """The secrets, in every form that a text may quote."""
        return frozenset(form for secret in self.read() for form in forms_of(secret))


_in_force: ContextVar[tuple[Redaction, ...]] = ContextVar("kedro_bind_redactions", default=())


def redaction_of(loader: Any) -> Redaction:
    """Return the redaction for what a Kedro config loader has: credentials, and whatever else is named as they are.

    Nothing is read before it is needed, and what can't be read has not been used.
    """

    def read() -> Iterator[str]:
        sources: tuple[tuple[Callable[[], Any], Callable[[Any], Iterator[str]]], ...] = (
            (lambda: loader["credentials"], credential_values),
            (lambda: loader["parameters"], named_values),
            (lambda: _content(loader, "mlflow"), named_values),
            (lambda: _content(loader, "pipeline_ml"), named_values),
            (lambda: loader.runtime_params, named_values),
        )
        for values, secrets_among in sources:
            try:
                yield from list(secrets_among(values()))
            except Exception:  # noqa: BLE001, S112 - a config loader may be anything, and so may a file
                continue

    return Redaction(read)


def _content(loader: Any, key: str) -> Any:
    """Load what Kedro's loader only finds once it knows how such files are named."""
    loader.config_patterns.setdefault(key, [f"{key}*", f"{key}*/**", f"**/{key}*"])
    return loader[key]


@contextmanager
def redacting(*redactions: Redaction) -> Iterator[None]:
    """Have texts redacted by these, too, until the block ends."""
    token = _in_force.set((*_in_force.get(), *redactions))
    try:
        yield
    finally:
        _in_force.reset(token)


def add_redaction(redaction: Redaction) -> None:
    """Have texts redacted by this, too, until the innermost `redacting` ends."""
    _in_force.set((*_in_force.get(), redaction))


def current_redactions() -> tuple[Redaction, ...]:
    """Return what is in force here, for another thread: one begins without any."""
    return _in_force.get()


def redacted(method: _Method) -> _Method:
    """Decorate a method so that it runs under the `redaction` of its object."""

    @functools.wraps(method)
    def run(self: Any, *arguments: Any, **named: Any) -> Any:
        with redacting(self.redaction):
            return method(self, *arguments, **named)

    return run  # type: ignore[return-value]  # it takes and returns the same


def redact(text: str) -> str:
    """Replace by `***` what may be a credential in a text.

    That is every secret in force, in any form; the values of environment variables that are named so; user and
    password of every URI; the parameters that sign an address; what is given as a password, secret or token; and keys
    and tokens of a well-known shape. A secret of 4 to 7 characters is replaced where it is a word of its own, a shorter
    one is not.
    """
    for form in sorted(_forms(), key=len, reverse=True):
        if form in text:
            text = text.replace(form, MASK) if len(form) >= LONG else _word(form).sub(MASK, text)
    text = _KNOWN.sub(MASK, text)
    text = without_user_info(text)
    text = _SIGNED.sub(rf"\1{MASK}", text)
    text = _NAMED.sub(_named, text)
    return _HEADER.sub(rf"\1 {MASK}", text)


def redact_value(value: Any, name: str = "") -> Any:
    """Redact every text in a nested value, and whatever has a name that credentials have."""
    if looks_secret(name) and value not in (None, "") and not isinstance(value, bool):
        return MASK
    if isinstance(value, dict):
        return {redact(key) if isinstance(key, str) else key: redact_value(value[key], str(key)) for key in value}
    if isinstance(value, list | tuple):
        return [redact_value(item) for item in value]
    return redact(value) if isinstance(value, str) else value


def has_secret(text: str) -> bool:
    """Return whether a text has a secret in force in it that is too long to be there by chance, or a password."""
    return any(len(form) >= LONG and form in text for form in _forms()) or any(passwords_in(text))


def secrets_in(name: str, value: Any) -> list[str]:
    """Find the keys of a parameter that look like credentials, or whose texts have a secret in force in them."""
    texts = _texts(value, name)
    return list(dict.fromkeys([*secret_keys({name: value}), *(key for key, text in texts if has_secret(text))]))


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{name}.{key}")
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner, name)
    elif isinstance(value, str):
        yield name, value


def without_user_info(text: str) -> str:
    """Cut user and password out of the URIs in a text.

    What names environment variables (`https://${USER}:${TOKEN}@host`) stays, and so does the user of an SSH address.
    """
    return _USER_INFO.sub(_scheme, text)


def get_logger(name: str) -> logging.Logger:
    """Return the logger of a module; what it logs is redacted."""
    logger = logging.getLogger(name)
    logger.addFilter(_redact_record)
    return logger


def _forms() -> set[str]:
    found = {form for secret in environment_values(os.environ) for form in forms_of(secret)}
    return found.union(*(redaction.forms for redaction in _in_force.get()))


def _word(form: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(form)}(?!\w)")


def _named(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}{match[3]}{MASK}" if looks_secret(match[1]) else match[0]


def _scheme(match: re.Match[str]) -> str:
    user_info = match[2] or match[3]
    names_variables = _VARIABLE.search(user_info)
    is_ssh_user = match[2] is None and match[1].endswith("ssh://")
    return match[0] if names_variables or is_ssh_user else match[1]


def _redact_record(record: logging.LogRecord) -> bool:
    record.msg, record.args = redact(record.getMessage()), ()
    if record.exc_info and record.exc_info[0]:
        record.exc_text, record.exc_info = redact("".join(traceback.format_exception(*record.exc_info))), None
    return True
