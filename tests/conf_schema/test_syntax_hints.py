"""Hints for texts that are not valid YAML, by what PyYAML really says."""

from __future__ import annotations

import pytest
import yaml

from conf_schema.syntax_hints import syntax_hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a:\n\tb: 1", "indent with spaces, not with a tab"),
        ("a: 1\nb", "write 'key: value', and indent what belongs to a key"),
        ("a: b: c", "put a space after each ':', and a value with ': ' in it in quotes"),
        ("a: *b", "define it first with '&', or put a value that begins with '*' in quotes"),
        ("a: 1\n---\nb: 2", "keep one document, without the lines '---' and '...'"),
        ("a: !env HOME", "remove the tag, or put a value that begins with '!' in quotes"),
        ("a: [1, 2", "close the list with ']', or put its values in quotes"),
        ("a: {b: 1", "close the mapping with '}', or put its values in quotes"),
        ("a: 'b", "close the quotes"),
        ("a: 1\n  b: 2\n c: 3", "put a space after each ':', and a value with ': ' in it in quotes"),
        ("a:\n  b: 1\n c: 2", "indent all keys of one mapping equally"),
        ("a: @b", "put the value in quotes"),
    ],
)
def test_a_message_of_the_parser_has_a_hint(text, hint):
    with pytest.raises(yaml.YAMLError) as raised:
        yaml.safe_load(text)
    assert syntax_hint(str(raised.value)) == hint


def test_of_any_other_message_nothing_is_known():
    assert syntax_hint("out of memory") == ""
