"""Rows in a file."""

from __future__ import annotations

import pandas as pd
import pytest

from kedro_bind.errors import EvaluationError
from kedro_bind.evaluation.difference.data import read_rows

ROWS = pd.DataFrame({"id": [1, 2], "name": ["a", "b"]})


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("rows.parquet", ROWS.to_parquet),
        ("rows.CSV", lambda file: ROWS.to_csv(file, index=False)),
        ("rows.json", ROWS.to_json),
        ("rows.jsonl", lambda file: ROWS.to_json(file, orient="records", lines=True)),
    ],
)
def test_the_suffix_says_how_a_file_is_read(tmp_path, name, write):
    write(tmp_path / name)
    pd.testing.assert_frame_equal(read_rows(tmp_path / name), ROWS)


def test_a_file_has_to_be_there(tmp_path):
    with pytest.raises(EvaluationError, match=r"gone\.csv' can't be read"):
        read_rows(tmp_path / "gone.csv")


def test_another_kind_of_file_is_refused(tmp_path):
    with pytest.raises(
        EvaluationError, match=r"is not a \.parquet, \.csv, \.json, \.jsonl file; convert it, or name a"
    ):
        read_rows(tmp_path / "rows.xlsx")
