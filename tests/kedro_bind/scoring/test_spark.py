"""What Spark says, in a sentence."""

from __future__ import annotations

import pytest

from kedro_bind.scoring.columns import ColumnType
from kedro_bind.scoring.spark import reason_in, result_type

START = """Traceback (most recent call last):
  File "shop/nodes.py", line 15, in score
    raise error
"""
FAILED = """An exception was thrown from the Python worker:
Traceback (most recent call last):
  File "shop/nodes.py", line 15, in score
    raise RuntimeError(reason)
RuntimeError: a long
story
raised in node 'score' of the inference pipeline
 SQLSTATE: 38000)
"""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (FAILED, "RuntimeError: a long story raised in node 'score' of the inference pipeline"),
        (
            f"{START}ValueError: unknown columns:\n  spend\n  visits\n SQLSTATE: 38000)",
            "ValueError: unknown columns: spend visits",
        ),
        (f"{START}DatabaseError: SQLSTATE: 08001 no connection", "DatabaseError: SQLSTATE: 08001 no connection"),
        ("no traceback at all", "no traceback at all"),
        ("", ""),
    ],
)
def test_the_reason_is_what_follows_the_traceback(text, reason):
    assert reason_in(text) == reason


def test_dates_among_columns_of_other_types_have_a_type_in_spark():
    day, score = (ColumnType(name, type_, "", True) for name, type_ in (("day", "datetime"), ("score", "double")))
    assert result_type([day, score]) == "`day` string, `score` double"
    of_any_type = ColumnType("names", "", "", required=True)
    assert [result_type(columns) for columns in ([day], [score, score], [day, of_any_type])] == [None, None, None]
