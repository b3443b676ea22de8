"""The forms of the values in a document."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from conf_schema.values import AllOrNames, AutoOrNames, Conditions, CopyModes, Maybe, Names, Strict


class Part(Strict):
    name: Maybe[str] = None
    count: int = 1


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Names, "a", ("a",)),
        (Names, ["a", "b"], ("a", "b")),
        (AutoOrNames, "auto", "auto"),
        (AutoOrNames, ["src"], ("src",)),
        (AllOrNames, "none", "none"),
        (CopyModes, "copy", "copy"),
        (CopyModes, {"a": "deepcopy"}, {"a": "deepcopy"}),
        (Conditions, "a >= 1", ("a >= 1",)),
        (Conditions, ["a >= 1", "b < champion"], ("a >= 1", "b < champion")),
    ],
)
def test_one_value_stands_for_a_list_of_one(kind, value, expected):
    assert TypeAdapter(kind).validate_python(value, strict=True) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Names, []),
        (Names, [""]),
        (Names, 3),
        (Names, None),
        (AutoOrNames, "src"),
        (AllOrNames, []),
        (CopyModes, "shallow"),
        (CopyModes, {"a": "shallow"}),
        (CopyModes, {"": "copy"}),
        (Conditions, "a = 1"),
        (Conditions, []),
    ],
)
def test_another_form_is_refused(kind, value):
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value, strict=True)


def test_a_condition_says_how_to_write_it():
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(Conditions).validate_python("a => 1")
    assert raised.value.errors()[0]["ctx"] == {
        "key": None,
        "message": "'a => 1' is not a valid condition",
        "hint": "write '>=' or '<='",
        "absent": None,
    }


def test_a_part_converts_nothing_and_takes_no_other_key():
    assert Part.model_validate({}) == Part()
    for values in ({"count": "1"}, {"count": True}, {"other": 1}, {"name": None}):
        with pytest.raises(ValidationError):
            Part.model_validate(values)
