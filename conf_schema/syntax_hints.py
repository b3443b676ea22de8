"""Hints for texts that are not valid YAML, by the message of the parser."""

from __future__ import annotations

__all__ = ["syntax_hint"]

_HINTS = {
    "'\\t'": "indent with spaces, not with a tab",
    "could not find expected ':'": "write 'key: value', and indent what belongs to a key",
    "mapping values are not allowed": "put a space after each ':', and a value with ': ' in it in quotes",
    "undefined alias": "define it first with '&', or put a value that begins with '*' in quotes",
    "expected a single document": "keep one document, without the lines '---' and '...'",
    "could not determine a constructor": "remove the tag, or put a value that begins with '!' in quotes",
    "expected ',' or ']'": "close the list with ']', or put its values in quotes",
    "expected ',' or '}'": "close the mapping with '}', or put its values in quotes",
    "found '<stream end>'": "close what is open, '[' or '{'",
    "unexpected end of stream": "close the quotes",
    "expected <block end>": "indent all keys of one mapping equally",
    "for merging": "make '<<' refer to a mapping",
    "found unhashable key": "use a string as the key",
    "is not allowed": "delete it, or write it as an escape in double quotes",
    "is not a valid !!": "remove the tag, or correct the value",
    "cannot start any token": "put the value in quotes",
    "nested too deeply": "nest it less deeply",
}


def syntax_hint(message: str) -> str:
    """Return what to do about a message of PyYAML, empty where nothing is known."""
    return next((hint for part, hint in _HINTS.items() if part in message), "")
