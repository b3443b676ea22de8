"""Typed parameters and validators that can be imported by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Inner(BaseModel):
    size: int = 1


class Cut(BaseModel):
    at: float = Field(ge=0)
    inner: Inner = Field(default_factory=Inner)


class Aliased(BaseModel):
    model_config = ConfigDict(extra="forbid")

    at: float = Field(alias="cutAt")


class Doubling(BaseModel):
    at: float

    @field_validator("at")
    @classmethod
    def double(cls, value: float) -> float:
        return 2 * value


@dataclass
class Limit:
    at: float
    twice: float = field(init=False)

    def __post_init__(self) -> None:
        if self.at > 100:
            raise ValueError("at is too large")
        self.twice = 2 * self.at


def use_cut(x: Any, cut: Cut) -> Any:
    return x + cut.at


def use_optional(x: Any, cut: Cut | None) -> Any:
    return x if cut is None else x + cut.at


def use_aliased(x: Any, cut: Aliased) -> Any:
    return x + cut.at


def use_doubling(x: Any, cut: Doubling) -> Any:
    return x + cut.at


def use_limit(x: Any, cut: Limit) -> Any:
    return x + cut.twice


def unhinted(x: Any, cut: Any) -> Any:
    return x + cut.at


def from_mapping(x: Any, model: Any) -> Any:
    return x + model["cut"].at + model["step"]


def from_all(x: Any, parameters: Any) -> Any:
    return x + parameters["cut"].at + parameters["step"]


def size(x: Any, size: Any) -> Any:
    return x + size


def spread(x: Any) -> Any:
    return [x, x + 1]


def by_name(first: Any, second: Any) -> Any:
    return {"total": first + second, "least": min(first, second)}


def chunks(x: Any) -> Any:
    yield x
    yield x + 1


class Between:
    """A validator that rejects numbers out of range, and adds to the others."""

    def __init__(self, least: float = 0, most: float = 100, add: float = 0) -> None:
        self.least, self.most, self.add = least, most, add

    def validate(self, data: Any) -> Any:
        if not self.least <= data <= self.most:
            raise ValueError(f"{data} is not between {self.least} and {self.most}")
        return data + self.add
