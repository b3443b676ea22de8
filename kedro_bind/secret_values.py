"""The values that are credentials, and the forms in which a text may quote them."""

from __future__ import annotations

import base64
import functools
import html
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "LONG",
    "SECRET_NAMES",
    "credential_values",
    "environment_values",
    "forms_of",
    "is_credential",
    "is_secret_name",
    "looks_secret",
    "looks_secret_in_text",
    "named_values",
    "passwords_in",
    "secret_keys",
]

_SHORTEST, LONG = 4, 8
"""A value of fewer than 4 characters would be found in any text; one of fewer than 8 counts only as a whole word."""
_SHORTEST_VARIABLE = 6
_SHORTEST_LINE = 16
# `re` compiles these patterns on first use and caches them, so importing this module stays fast.
_CAMEL = r"(?<=[a-z0-9])(?=[A-Z])"
_CLEAR = (
    r"passwords?|passwd|passphrase|secrets?|token|credentials?|connection[_-]?string"
    r"|(?:api|access|account|encryption|fernet|private|secret|signing)[_-]?key"
)
_SHORT = r"(?:db|smtp|ssh)[_-]?pass|pwd|authorization|jwt|(?:access|api|auth|bearer|refresh)[_-]?tokens"
_AMBIGUOUS = r"pass|tokens|(?:master|session|stripe)[_-]?key"
"""Credentials in variables and texts; a parameter of that name may be a column, or count passes over data."""
SECRET_NAMES = f"{_CLEAR}|{_SHORT}|{_AMBIGUOUS}"
"""How names of credentials end in texts, as a pattern."""
_SECRET = rf"(?i)(?:^|[_\- ])(?:{_CLEAR}|{_SHORT})$"
_SECRET_NAME = f"(?i){SECRET_NAMES}"
_SECRET_IN_TEXT = rf"(?i)(?:^|[_\- ])(?:{SECRET_NAMES})$"
_VARIABLE = rf"(?i)(?:{_CLEAR})(?!IZER|BOARD|WORD|ARY)|(?:^|_)(?:{_SHORT}|{_AMBIGUOUS})$"
"""In variables, names that are clear count anywhere: `PGPASSWORD`, `SECRET_KEY_BASE`."""
_OTHER = (
    r"(?:^|_)(?:(?:pad|sep|cls|mask|unk|oov|bos|sos|eos|eot|special|start|end|stop|max|min|num|n|image|new|input|output"
    r"|prompt|completion|context|total|target|class|blank|fill|added|reserved)_tokens?"
    r"|(?:low|high|band|all|first|second|last|next|one|two|single|multi|forward|backward|max|min|num|n)_pass)$"
)
"""Names that only look like those of credentials: tokens of language models, passes over data, filters."""
_PLAIN = (
    r"(?i)(?:^|_)"
    r"(?:user(?:_?name)?|login|host(?:_?name)?|port|region(?:_name)?|database|db(?:_?name)?|schema|driver(?:name)?"
    r"|protocol|account(?:_name)?|bucket|endpoint(?:_url)?|timeout|project(?:_id)?|warehouse|role|dialect|type|profile"
    r"|authenticator|(?:auth|token)_uri|universe_domain|client_email)$"
)
"""Keys of `credentials.yml` whose values are not secret: places and people, which messages have to name."""
_PLACE = (
    r"(?i)_(?:FILE|PATH|DIR|HOME|NAME|NAMESPACE|URL|URI|ENDPOINT|HELPER|BACKEND|PROVIDER|PROJECT|TYPE|LENGTH)$|^PWD$"
)
_IN_URI = r"(?<![\w+.-])[\w+.-]+://[^/\s:@'\"<>]*:(?!\d+(?:/|$))([^\s'\"<>]+)@"
_ASSIGNMENT = rf"([\w-]*(?:{SECRET_NAMES}))=(?!=)('[^']+'|\"[^\"]+\"|[^\s;&'\"]+)"
_IN_QUERY = rf"(?i)[?&]{_ASSIGNMENT}"
_IN_CONNECTION = rf"(?i)(?:^|[\s;]){_ASSIGNMENT}"
_CONNECTION = (
    r"(?i)(?:^|[\s;])(?:host(?:name|addr)?|server|data source|user(?: ?id|name)?|uid|driver|dbname|account_?name)\s*="
)
"""What a connection string has beside a password: `host=db password=…`."""
_REFERENCE = r"\\?\$|<[^<>]*>$|%\(|\{\w*\}$|\*+$"
"""What stands for a value: `$TOKEN`, `<token>`, `%(token)s`, `{token}`, `***`."""
_LOGIN = r"(?i)(?:^|[.:])(?:http_|basic_)?auth$"
_WORDS = {"true", "false", "none", "null"}


def looks_secret(name: str) -> bool:
    """Return whether a key, a parameter or an argument, or a part of it between dots, is named like a credential."""
    return _has_part(name, _SECRET)


def looks_secret_in_text(name: str) -> bool:
    """Return whether a name before a value in a text, such as that in `?pass=…`, is one of a credential."""
    return _has_part(name, _SECRET_IN_TEXT)


def is_secret_name(text: str) -> bool:
    """Return whether a text is nothing but the name of a credential, such as `password`."""
    return re.fullmatch(_SECRET_NAME, text) is not None


def _has_part(name: str, pattern: str) -> bool:
    parts = [re.sub(_CAMEL, "_", part) for part in re.split(r"[.:]", name)]
    return any(re.search(pattern, part) and not re.search(_OTHER, part.lower()) for part in parts)


def is_credential(name: str, value: Any) -> bool:
    """Return whether a value is a credential by its name: one that looks secret, or `auth` with user and password."""
    if re.search(_LOGIN, name) and isinstance(value, list | tuple) and len(value) == 2:  # noqa: PLR2004 - a pair
        return all(isinstance(member, str) for member in value)
    return looks_secret(name)


def secret_keys(value: Any, prefix: str = "") -> Iterator[str]:
    """Find the keys of credentials in a nested value, with the keys above them."""
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list | tuple) else ()
    for key, inner in items:
        name = f"{prefix}{key}"
        if isinstance(inner, Mapping | list | tuple) and inner:
            yield from [name] if is_credential(str(key), inner) else secret_keys(inner, f"{name}.")
        elif isinstance(inner, str) and inner and (looks_secret(str(key)) or list(passwords_in(inner))):
            yield name


def credential_values(credentials: Any, key: str = "") -> Iterator[str]:
    """Find the secrets in the content of `credentials.yml`: every value that is not a place or a person."""
    if isinstance(credentials, dict):
        texts = [str(value) for value in credentials.values() if isinstance(value, str | int)]
        if len(texts) <= 10:  # noqa: PLR2004 - few enough to be one login, such as a user name and a password
            yield from (_base64(f"{one}:{other}") for one in texts for other in texts if one != other)
        for name, value in credentials.items():
            yield from credential_values(value, str(name))
    elif isinstance(credentials, list | tuple):
        for value in credentials:
            yield from credential_values(value, key)
    elif credentials is not None and not isinstance(credentials, bool):
        yield from passwords_in(str(credentials))
        if not re.search(_PLAIN, re.sub(_CAMEL, "_", key)):
            yield str(credentials)


def named_values(values: Any, *, secret: bool = False) -> Iterator[str]:
    """Find the secrets among parameters or arguments: values that are named like secrets, and passwords in URIs."""
    if isinstance(values, Mapping):
        for name, value in values.items():
            yield from named_values(value, secret=secret or is_credential(str(name), value))
    elif isinstance(values, list | tuple):
        for value in values:
            yield from named_values(value, secret=secret)
    elif isinstance(values, str | int | float) and not isinstance(values, bool):
        yield from passwords_in(str(values))
        if secret:
            yield str(values)


def environment_values(environment: Mapping[str, str]) -> Iterator[str]:
    """Find the secrets in environment variables: values that are named like secrets, and passwords in URIs."""
    for name in environment:
        value = environment.get(name, "")  # another thread may have removed it
        yield from _variable_values(name, value)


@functools.lru_cache(maxsize=8192)  # Kubernetes sets seven variables for each service
def _variable_values(name: str, value: str) -> tuple[str, ...]:
    """Return the secrets in a variable; every text is redacted by all of them."""
    is_secret = len(value) >= _SHORTEST_VARIABLE and _names_secret(name) and not _is_path(value)
    return (*passwords_in(value), *([value] if is_secret else ()))


def _names_secret(variable: str) -> bool:
    return (
        bool(re.search(_VARIABLE, variable))
        and not re.search(_PLACE, variable)
        and not re.search(_OTHER, variable.lower())
    )


def _is_path(value: str) -> bool:
    return Path(value).is_absolute() and os.path.exists(value)  # noqa: PTH110 - `Path.exists` raises for a long name


def passwords_in(text: str) -> Iterator[str]:
    """Find the passwords of URIs and connection strings in a text; a reference (`${TOKEN}`) is not a password."""
    for match in re.finditer(_IN_URI, text) if "://" in text else ():
        if not re.match(_REFERENCE, match[1]):
            yield from {match[1], unquote(match[1])}
    if "=" not in text:
        return
    for pattern in (_IN_QUERY, *([_IN_CONNECTION] if re.search(_CONNECTION, text) else [])):
        for match in re.finditer(pattern, text):
            value = match[2].strip("'\"")
            if looks_secret_in_text(match[1]) and not re.match(_REFERENCE, value) and value.lower() not in _WORDS:
                yield from {value, unquote(value)}


def forms_of(secret: str) -> set[str]:
    """Return the forms of a secret in texts: unchanged, escaped, quoted, encoded, on one line, or in part."""
    lines = [line.strip() for line in re.split(r"\\n|\r?\n", secret)]
    plain = {secret, secret.strip(), " ".join(secret.split()), secret.replace("\\n", "\n")}
    plain |= {line for line in lines[1:] and lines if len(line) >= _SHORTEST_LINE and not line.startswith("-----")}
    forms = set(plain)
    for text in plain:
        escaped = json.dumps(text)[1:-1]
        forms |= {escaped, json.dumps(escaped)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], repr(text)[1:-1]}
        forms |= {text.replace("'", "''"), text.replace("'", "'\"'\"'"), html.escape(text)}
        encoded = _encoded(text)
        forms |= {quote(encoded), quote(encoded, safe=""), quote_plus(encoded)}
        forms |= {_base64(text), _base64(text, urlsafe=True)}
    return {form for form in forms if len(form) >= _SHORTEST and form.lower() not in _WORDS}


def _base64(text: str, *, urlsafe: bool = False) -> str:
    encode = base64.urlsafe_b64encode if urlsafe else base64.b64encode
    return encode(_encoded(text)).decode().rstrip("=")


def _encoded(text: str) -> bytes:
    """Encode any text: Python reads the environment's bytes that are not UTF-8, and YAML's escapes, as surrogates."""
    try:
        return text.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        return text.encode(errors="surrogatepass")
