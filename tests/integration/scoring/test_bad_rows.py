"""Rows that the signature or a validator rejects."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from tests.integration.scoring.conftest import people
from tests.integration.scoring.test_tables import predict_here, read, refused, store  # noqa: F401 - a fixture

pytestmark = pytest.mark.slow


def bad_csv(path):
    """Write a table with four bad rows."""
    table = people(400).astype(object)
    table.loc[3, "spend"] = "much"
    table.loc[200, "visits"] = "1.5"
    table.loc[201, "visits"] = None
    table.loc[399, "day"] = "yesterday"
    table.to_csv(path, index=False)
    return path


def test_csv(tmp_path):
    bad_csv(tmp_path / "in.csv")
    summary = predict_here(tmp_path / "in.csv", tmp_path / "out", on_bad_rows="quarantine")
    assert (summary.rows, summary.rejected) == (400, 4)
    assert summary.rejected_path == f"{tmp_path}/out/_rejected"
    assert read(tmp_path / "out")["customer_id"].tolist() == [
        name for row, name in enumerate(people(400)["customer_id"]) if row not in (3, 200, 201, 399)
    ]
    rejected = pd.concat([pd.read_csv(file) for file in sorted((tmp_path / "out/_rejected").iterdir())])
    assert rejected["_row"].tolist() == [3, 200, 201, 399]
    assert rejected["_reason"].tolist() == [
        "column 'spend': 'much' is not a valid double",
        "column 'visits': '1.5' is not a valid long",
        "column 'visits': a missing value in a required long",
        "column 'day': 'yesterday' is not a valid datetime",
    ]
    assert rejected["spend"].astype(str).tolist()[:2] == ["much", "100.0"]
    assert set(rejected["_file"]) == {f"{tmp_path}/in.csv"}
    totals = json.loads((tmp_path / "out/_manifest.json").read_text())["totals"]
    assert totals == {"rows": 400, "rejected": 4, "parts": 4}


def test_without_quarantine_the_first_one_is_named(tmp_path):
    output = refused(bad_csv(tmp_path / "in.csv"), tmp_path / "out")
    assert "row 3 (counted from 0) of" in output
    assert "is rejected: column 'spend': 'much' is not a valid double" in output
    assert "'--on-bad-rows quarantine'" in output


def test_json_lines(tmp_path):
    lines = people(5).to_json(orient="records", lines=True, date_format="iso").splitlines()
    lines[2] = lines[2].replace('"spend":1.0', '"spend":{"a":1}')
    (tmp_path / "in.jsonl").write_text("\n".join(lines))
    summary = predict_here(tmp_path / "in.jsonl", tmp_path / "out.jsonl", on_bad_rows="quarantine")
    assert summary.rejected == 1
    assert summary.rejected_path == f"{tmp_path}/out.rejected.jsonl"
    (rejected,) = (tmp_path / "out.rejected.jsonl").read_text().splitlines()
    assert json.loads(rejected)["_reason"] == "column 'spend': '{\"a\": 1}' is not a valid double"
    assert len(read(tmp_path / "out.jsonl")) == 4


def test_a_line_that_is_not_json(tmp_path):
    lines = people(5).to_json(orient="records", lines=True, date_format="iso").splitlines()
    (tmp_path / "in.jsonl").write_text("\n".join([*lines[:3], "{", *lines[3:]]))
    assert "row 3 of" in refused(tmp_path / "in.jsonl", tmp_path / "out", on_bad_rows="quarantine")


@pytest.mark.needs(kedro="1.7")
def test_a_validator(tmp_path):
    table = people(400)
    table.loc[[7, 130, 131], "visits"] = 100
    table.to_parquet(tmp_path / "in.parquet")
    options = {"model": "models:/doubles/1"}
    output = refused(tmp_path / "in.parquet", tmp_path / "out", **options)
    assert "row 7 (counted from 0)" in output
    assert "too many visits" in output
    summary = predict_here(
        tmp_path / "in.parquet", tmp_path / "out", on_bad_rows="quarantine", overwrite=True, **options
    )
    assert summary.rejected == 3
    found, rejected = read(tmp_path / "out"), read(tmp_path / "out/_rejected")
    assert found["spend"].tolist() == (table["spend"] * 2).drop([7, 130, 131]).tolist()
    assert rejected["_row"].tolist() == [7, 130, 131]
    assert rejected["_reason"].str.contains("too many visits").all()
    pd.testing.assert_frame_equal(rejected[list(table.columns)], table.loc[[7, 130, 131]].reset_index(drop=True))


def test_a_table_without_a_good_row(tmp_path):
    people(3).assign(spend="much").to_csv(tmp_path / "in.csv", index=False)
    assert predict_here(tmp_path / "in.csv", tmp_path / "out.csv", on_bad_rows="quarantine").rejected == 3
    assert (tmp_path / "out.csv").read_text().startswith('"customer_id","score"')
