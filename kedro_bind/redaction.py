"""Redaction of every text that leaves the process: of credentials, and in messages of data that MLflow quotes."""

from __future__ import annotations

import functools
import logging
import os
import re
import traceback
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from kedro_bind.quoted_data import without_data
from kedro_bind.secret_patterns import MASK, masked, urls_in
from kedro_bind.secret_values import (
    LONG,
    credential_values,
    environment_values,
    forms_of,
    is_credential,
    is_secret_name,
    named_values,
    passwords_in,
    secret_keys,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = [
    "Redaction",
    "add_redaction",
    "contains_secret",
    "current_redactions",
    "get_logger",
    "has_url_with_secret",
    "redact",
    "redact_message",
    "redact_value",
    "redacted",
    "redacting",
    "redaction_of",
    "secrets_among",
    "secrets_in",
]

_Method = TypeVar("_Method", bound="Callable[..., Any]")


@dataclass(frozen=True)
class Redaction:
    """The secrets of one owner, such as a Kedro session, read when the first text needs them.

    A text is redacted by those in force where it is made (`redacting`). They end with their owner, and concurrent
    sessions have their own.
    """

    read: Callable[[], Iterable[str]]

    @cached_property
    def secrets(self) -> frozenset[str]:
        """The secrets themselves."""
        return frozenset(self.read())

    @cached_property
    def forms(self) -> frozenset[str]:
        """The secrets, in every form in which a text may quote them."""
        return frozenset(form for secret in self.secrets for form in forms_of(secret))


_in_force: ContextVar[tuple[Redaction, ...]] = ContextVar("kedro_bind_redactions", default=())


def redaction_of(loader: Any) -> Redaction:
    """Return the redaction for a Kedro config loader: its credentials, and other values that are named like secrets.

    Nothing is read before the first text needs it. Files that can't be read are skipped: nothing could use them.
    """

    def read() -> Iterator[str]:
        sources: tuple[tuple[Callable[[], Any], Callable[[Any], Iterator[str]]], ...] = (
            (lambda: loader["credentials"], credential_values),
            (lambda: loader["parameters"], named_values),
            (lambda: _without_reference(_content(loader, "mlflow")), named_values),
            (lambda: _content(loader, "pipeline_ml"), named_values),
            (lambda: loader.runtime_params, named_values),
        )
        for values, secrets_among in sources:
            try:
                yield from list(secrets_among(values()))
            except Exception:  # noqa: BLE001, S112 - a config loader may raise anything
                continue

    return Redaction(read)


def _without_reference(mlflow: Any) -> Any:
    """Leave out `server.credentials` of `mlflow.yml`: the name of an entry in `credentials.yml`, which is no secret."""
    server = mlflow.get("server")
    if not isinstance(server, dict) or not isinstance(server.get("credentials"), str):
        return mlflow
    return {**mlflow, "server": {key: value for key, value in server.items() if key != "credentials"}}


def _content(loader: Any, key: str) -> Any:
    """Load files of a kind that Kedro's loader finds only if it has their patterns."""
    loader.config_patterns.setdefault(key, [f"{key}*", f"{key}*/**", f"**/{key}*"])
    return loader[key]


@contextmanager
def redacting(*redactions: Redaction) -> Iterator[None]:
    """Redact texts with these as well, until the block ends."""
    token = _in_force.set((*_in_force.get(), *redactions))
    try:
        yield
    finally:
        _in_force.reset(token)


def add_redaction(redaction: Redaction) -> None:
    """Redact texts with this one as well, until the innermost `redacting` ends."""
    _in_force.set((*_in_force.get(), redaction))


def current_redactions() -> tuple[Redaction, ...]:
    """Return the redactions in force here, for another thread, which starts without any."""
    return _in_force.get()


def redacted(method: _Method) -> _Method:
    """Decorate a method so that it runs under the `redaction` of its object."""

    @functools.wraps(method)
    def run(self: Any, *arguments: Any, **named: Any) -> Any:
        with redacting(self.redaction):
            return method(self, *arguments, **named)

    return run  # type: ignore[return-value]  # it has the signature of the method


def redact(text: str) -> str:
    """Replace by `***` whatever may be a credential in a text.

    That is every secret in force, in any form; the values of environment variables that are named like secrets; user
    and password of every URI; the parameters that sign an address; values that are called password, secret or token;
    and keys and tokens of well-known shapes. A secret of 4 to 7 characters is replaced only as a whole word, a shorter
    one never.
    """
    for form in sorted(_forms(), key=len, reverse=True):
        if form in text:
            text = text.replace(form, MASK) if len(form) >= LONG else _word(form).sub(MASK, text)
    return masked(text)


def redact_message(text: str) -> str:
    """Redact a message, which may be one of MLflow, or quote one: rows of data are left out as well."""
    return redact(without_data(text))


def redact_value(value: Any, name: str = "") -> Any:
    """Redact every text in a nested value, and every value that is named like a credential."""
    is_empty = value is None or (isinstance(value, str) and not value)  # an array can't be compared with a text
    if is_credential(name, value) and not is_empty and not isinstance(value, bool):
        return MASK
    if isinstance(value, Mapping):
        return {redact(key) if isinstance(key, str) else key: redact_value(value[key], str(key)) for key in value}
    if isinstance(value, list | tuple):
        return [redact_value(item) for item in value]
    return redact(value) if isinstance(value, str) else value


def has_url_with_secret(text: str) -> bool:
    """Return whether a URL in a text has a password, a secret in force, or what looks like a credential."""
    forms = _distinctive(_forms())
    return any(_has_secret(url, forms) or masked(url) != url for url in urls_in(text))


def contains_secret(content: bytes) -> bool:
    """Return whether a pickle contains a secret in force that is too long to occur by chance."""
    secrets = set(environment_values(os.environ)).union(*(redaction.secrets for redaction in _in_force.get()))
    return any(secret.encode("utf-8", "surrogatepass") in content for secret in _distinctive(secrets))


def secrets_in(name: str, value: Any) -> list[str]:
    """Find the keys of a parameter that look like credentials, or whose texts contain a secret in force."""
    return secrets_among({name: value})


def secrets_among(values: Mapping[str, Any]) -> list[str]:
    """Find the keys of arguments that look like credentials, or whose texts contain a secret in force."""
    found: list[str] = []
    forms = _distinctive(_forms())
    for name, value in values.items():
        with suppress(RecursionError):  # a list that contains itself, which a plan can't keep
            found.extend(secret_keys({name: value}))
            for key, text in _texts(value, name):
                if _has_secret(text, forms) and not any(f"{key}.".startswith(f"{above}.") for above in found):
                    found.append(key)
    return found


def _has_secret(text: str, forms: Iterable[str]) -> bool:
    return any(form in text for form in forms) or any(passwords_in(text))


def _distinctive(secrets: Iterable[str]) -> list[str]:
    """Leave out secrets that a text may have by chance: short ones, and words such as `password`."""
    return [secret for secret in secrets if len(secret) >= LONG and not is_secret_name(secret)]


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, f"{name}.{key}")
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner, name)
    elif isinstance(value, str):
        yield name, value


def get_logger(name: str) -> logging.Logger:
    """Return the logger of a module, which redacts its messages."""
    logger = logging.getLogger(name)
    logger.addFilter(_redact_record)
    return logger


def _forms() -> set[str]:
    found = {form for secret in environment_values(os.environ) for form in forms_of(secret)}
    return found.union(*(redaction.forms for redaction in _in_force.get()))


def _word(form: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(form)}(?!\w)")


def _redact_record(record: logging.LogRecord) -> bool:
    record.msg, record.args = redact_message(_message_of(record)), ()
    record.markup = False  # Kedro's handler, that of rich, would take `[…]` in a message for markup and drop it
    if record.exc_info and record.exc_info[0]:
        record.exc_text = redact_message("".join(traceback.format_exception(*record.exc_info)))
        record.exc_info = None
    return True


def _message_of(record: logging.LogRecord) -> str:
    """Return the message of a record, or its template if an argument can't be written, such as a user's exception."""
    try:
        return record.getMessage()
    except Exception as error:  # noqa: BLE001 - `__str__` of an argument may raise anything
        return f"{record.msg} (arguments left out: {type(error).__name__} while they were formatted)"
