"""The forms of the values in a document: a name or a list of names, one mode or a mode for each dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from conf_schema.conditions import CONDITION_PATTERN, parse_condition

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

__all__ = [
    "EACH",
    "ONE",
    "AllOrNames",
    "AutoOrNames",
    "Conditions",
    "CopyMode",
    "CopyModes",
    "Maybe",
    "Name",
    "Names",
    "Strict",
    "conflict",
    "form",
]

ONE, EACH = "<one>", "<each>"
"""Tags of the two forms of a value."""


def _listed(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def form(value: Any) -> str:
    """Return the form of a value: `ONE` for all, or `EACH`, a collection."""
    return EACH if isinstance(value, dict | list | tuple) else ONE


def _condition(text: str) -> str:
    try:
        parse_condition(text)
    except ValueError as error:
        raise conflict(None, f"'{text}' is not a valid condition", str(error)) from None
    return text


class _NotNull:
    """Makes a key optional and rejects null as its value: a filter that is null would be ignored silently."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        return schema["schema"] if schema["type"] == "nullable" else schema


_Value = TypeVar("_Value")
Maybe = Annotated[_Value | None, _NotNull]
Name = Annotated[str, StringConstraints(min_length=1)]
_NameList = Annotated[list[Name], Field(min_length=1)]
Names = Annotated[
    tuple[Name, ...], BeforeValidator(_listed, json_schema_input_type=Name | _NameList), Field(min_length=1)
]
_NamesInList = Annotated[
    tuple[Name, ...], BeforeValidator(_listed, json_schema_input_type=_NameList), Field(min_length=1)
]
CopyMode = Literal["assign", "copy", "deepcopy"]
CopyModes = Annotated[Annotated[CopyMode, Tag(ONE)] | Annotated[dict[Name, CopyMode], Tag(EACH)], Discriminator(form)]
AutoOrNames = Annotated[
    Annotated[Literal["auto", "none"], Tag(ONE)] | Annotated[_NamesInList, Tag(EACH)], Discriminator(form)
]
AllOrNames = Annotated[
    Annotated[Literal["all", "none"], Tag(ONE)] | Annotated[_NamesInList, Tag(EACH)], Discriminator(form)
]
ConditionText = Annotated[
    str, AfterValidator(_condition), WithJsonSchema({"type": "string", "pattern": CONDITION_PATTERN})
]
_ConditionList = Annotated[list[ConditionText], Field(min_length=1)]
Conditions = Annotated[
    tuple[ConditionText, ...],
    BeforeValidator(_listed, json_schema_input_type=ConditionText | _ConditionList),
    Field(min_length=1),
]


class Strict(BaseModel):
    """A part of a document: an unknown key is an error, and no value is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_default=False)


def conflict(key: str | None, message: str, hint: str, absent: str | None = None) -> PydanticCustomError:
    """Return the error for a value that is invalid by itself, beside another key, or without the key `absent`."""
    return PydanticCustomError(
        "conflict", "{message}", {"key": key, "message": message, "hint": hint, "absent": absent}
    )
