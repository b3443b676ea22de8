"""What to do about a text that is no YAML, by what its parser says."""

from __future__ import annotations

__all__ = ["syntax_hint"]

_HINTS = {
    "'\\t'": "indent with spaces, not with a tab",
    "could not find expected ':'": "write 'key: value', and indent what belongs to a key",
    "mapping values are not allowed": "put a space behind each ':', and a value with ': ' in it in quotes",
    "undefined alias": "define it before with '&', or put a value that begins with '*' in quotes",
    "expected a single document": "keep one document, without the lines '---' and '...'",
    "could not determine a constructor": "leave the tag out, or put a value that begins with '!' in quotes",
    "expected ',' or ']'": "close the list with ']', or put its values in quotes",
    "expected ',' or '}'": "close the mapping with '}', or put its values in quotes",
    "found '<stream end>'": "close what is open, '[' or '{'",
    "unexpected end of stream": "close the quotes",
    "expected <block end>": "give all keys of one mapping the same indentation",
    "for merging": "let '<<' name a mapping",
    "found unhashable key": "let a key be a name",
    "is not allowed": "delete it, or write it as an escape in double quotes",
    "is no value of the type": "leave the tag out, or mend the value",
    "cannot start any token": "put the value in quotes",
    "nested too deeply": "take out what nests it",
}


def syntax_hint(said: str) -> str:
    """Give the remedy for what PyYAML says."""
    return next((each for problem, each in _HINTS.items() if problem in said), "")
