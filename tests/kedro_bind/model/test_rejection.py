"""What is said when a validator rejects data."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd
import pandera.pandas as pa
import pytest

from kedro_bind.model.rejection import describe_rejection


@dataclass
class Failure:
    """As Kedro's validation has it."""

    column: str | None
    check: str | None
    failure_count: int
    failure_examples: list = field(default_factory=list)
    message: str = ""


class RejectedError(Exception):
    """An error of Kedro's validation, with pandera's as its cause."""

    def __init__(self, *failures, message="", cause=None):
        super().__init__(message)
        self.failures, self.message, self.__cause__ = failures, message, cause


def pandera_error(**columns):
    schema = pa.DataFrameSchema({"age": pa.Column(int, pa.Check.ge(0))})
    with pytest.raises(pa.errors.SchemaErrors) as raised:
        schema.validate(pd.DataFrame(columns), lazy=True)
    return raised.value


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("too\n  many"), "too many"),
        (ValueError(), "ValueError"),
        (RejectedError(message="no column 'age'"), "no column 'age'"),
        (RejectedError(Failure("age", "not_null", 1)), "column 'age': not_null fails once"),
        (RejectedError(Failure(None, None, 3, message="unique")), "unique fails 3 times"),
        (RejectedError(Failure("age", "ge(0)", 2, [-1, -2])), "column 'age': ge(0) fails 2 times (-1, -2)"),
        (RejectedError(Failure("a", "x", 9, list("abcdefg"))), "column 'a': x fails 9 times (such as a, b, c, d, e)"),
    ],
)
def test_the_failures_are_in_one_line(error, text):
    assert describe_rejection(error) == text


def test_rows_are_named_if_the_validator_has_them():
    cause = pandera_error(age=[1, -1, 2, -2])
    error = RejectedError(Failure("age", "greater_than_or_equal_to(0)", 2, [-1, -2]), cause=cause)
    assert describe_rejection(error) == (
        "column 'age': greater_than_or_equal_to(0) fails 2 times (row 1: -1, row 3: -2)"
    )


def test_what_is_long_is_cut():
    failures = [Failure(f"c{number}", "x", 1) for number in range(12)]
    assert describe_rejection(RejectedError(*failures)).endswith("column 'c9': x fails once; and 2 more checks")
    assert describe_rejection(ValueError("x" * 1000)) == "x" * 200 + "…"
