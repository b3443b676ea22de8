"""A table that is scored: what is done before and after the workers, here without them."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest

from kedro_bind.errors import KedroBindError
from kedro_bind.scoring.job import TablePlace
from kedro_bind.scoring.loaded_table import LoadedTable
from kedro_bind.scoring.places import place_of
from kedro_bind.scoring.run import Options, TableSource, score
from tests.kedro_bind.scoring.tables import csv_place

CSV = "id,spend\n1,1\n2,2\n3,3\n"


@pytest.fixture
def run(model, tmp_path):
    """Score a CSV file in this process."""

    def run(text=CSV, output="out.csv", *, row_wise=True, **options):
        file = tmp_path / "in.csv"
        if not file.exists() or file.read_text() != text:
            csv_place(file, text)
        source = TableSource.of_files(place_of(str(file)), 2)
        scored = replace(model, row_wise=row_wise, row_wise_reason="" if row_wise else "rows differ in parts")
        destination = place_of(str(tmp_path / output))
        destination = destination if destination.format else replace(destination, format="csv")
        return score(scored, source, destination, Options(chunk_rows=2, **options))

    return run


def test_a_table_becomes_a_file_with_its_manifest(run, tmp_path):
    summary = run(keep=("id",))
    assert (summary.rows, summary.rejected, summary.parts, summary.before) == (3, 0, 2, 0)
    assert (tmp_path / "out.csv").read_text() == '"id","double"\n1,2\n2,4\n3,6\n'
    manifest = json.loads((tmp_path / "out.csv.manifest.json").read_text())
    assert (manifest["model"], manifest["version"]) == ("models:/doubling/1", "1")
    assert manifest["totals"] == {"rows": 3, "rejected": 0, "parts": 2}
    assert sorted(file.name for file in tmp_path.iterdir()) == ["in.csv", "out.csv", "out.csv.manifest.json"]


def test_what_is_there_is_not_overwritten_by_mistake(run, tmp_path):
    run()
    with pytest.raises(KedroBindError, match="exists; replace what this command has written by '--overwrite'"):
        run()
    run("id,spend\n7,7\n", overwrite=True)
    assert (tmp_path / "out.csv").read_text() == '"double"\n14\n'


def test_a_run_that_was_ended_is_finished(run, tmp_path):
    bad = CSV.replace("3,3", "3,13")
    with pytest.raises(KedroBindError, match="unlucky"):
        run(bad, "out")
    with pytest.raises(KedroBindError, match="is unfinished; finish it with '--resume'"):
        run(bad, "out")
    part = tmp_path / "out/part-000000.csv"
    written = part.stat().st_mtime_ns
    with pytest.raises(KedroBindError, match="unlucky"):
        run(bad, "out", resume=True)
    assert part.stat().st_mtime_ns == written
    with pytest.raises(KedroBindError, match=r"can't be resumed: it was begun with an earlier .*in\.csv, which has"):
        run(CSV + "4,4\n", "out", resume=True)


def test_a_run_that_fails_before_a_part_is_complete_leaves_nothing(run, tmp_path):
    for output in ("out.csv", "out"):
        with pytest.raises(KedroBindError, match="is negative; correct it") as caught:
            run("id,spend\n1,-1\n", output)
        assert "--overwrite" not in caught.value.message
        assert [file.name for file in tmp_path.iterdir()] == ["in.csv"]


def test_what_can_be_done_with_the_parts_of_a_run_that_fails_is_said(run, tmp_path):
    bad = CSV.replace("3,3", "3,-3")
    with pytest.raises(
        KedroBindError, match=r"'--on-bad-rows quarantine'; some parts are complete: .*'--overwrite' if"
    ):
        run(bad, "out")
    with pytest.raises(KedroBindError, match="another '--on-bad-rows'"):
        run(bad, "out", quarantine=True, resume=True)
    assert run(bad, "out", quarantine=True, overwrite=True).rejected == 1


def test_a_run_that_is_finished_has_nothing_left_to_do(run):
    run()
    summary = run(resume=True)
    assert (summary.rows, summary.before, summary.seconds) == (3, 3, 0.0)


def test_rejected_rows_are_beside_the_output(run, tmp_path):
    summary = run("id,spend\n1,1\n2,-2\n3,3\n", quarantine=True)
    assert (summary.rejected, summary.rejected_path) == (1, str(tmp_path / "out.rejected.csv"))
    rejected = pd.read_csv(tmp_path / "out.rejected.csv")
    assert rejected[["id", "spend", "_row", "_reason"]].to_numpy().tolist() == [[2, -2, 1, "spend is negative"]]


def test_the_first_row_that_is_rejected_is_known(run):
    summary = run("id,spend\n1,1\n2,2\n3,-3\n4,4\n5,-5\n", quarantine=True)
    assert summary.reason.startswith("row 2 (counted from 0) of ")
    assert summary.reason.endswith("in.csv is rejected: spend is negative")


def test_an_empty_table_has_an_empty_output(run, tmp_path):
    assert run("id,spend\n").rows == 0
    assert (tmp_path / "out.csv").read_text() == '"double"\n'


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"text": "id\n1\n"}, "the table lacks columns that the model needs: spend; it has: id"),
        ({"keep": ("name",)}, "the table has no column 'name' to keep; it has: id, spend"),
        (
            {"row_wise": False, "max_rows": 2},
            r"the table has 3 rows, .*not verified as row-wise \(rows differ in parts\); if there is enough memory",
        ),
    ],
)
def test_a_table_that_does_not_fit_is_refused(run, options, message):
    with pytest.raises(KedroBindError, match=message):
        run(**options)


def test_a_model_that_is_not_row_wise_gets_the_whole_table(run, tmp_path):
    summary = run(row_wise=False)
    assert (summary.rows, summary.parts) == (3, 1)
    assert (tmp_path / "out.csv").read_text() == '"double"\n2\n4\n6\n'


def test_a_loaded_table_keeps_its_index(model, tmp_path):
    data = pd.DataFrame({"id": [1, 2, 3], "spend": [1.0, 2.0, 3.0]}, index=pd.Index([7, 8, 9], name="customer"))
    loaded = LoadedTable(data)
    loaded.save(str(tmp_path / "input.pkl"))
    source = TableSource.of_loaded(loaded, TablePlace(str(tmp_path / "input.pkl"), "pickle"), 2)
    assert (source.rows, source.names, source.as_one().rows) == (3, ("id", "spend"), 3)
    score(model, source, place_of(str(tmp_path / "out.parquet")), Options())
    expected = pd.DataFrame({"double": [2.0, 4.0, 6.0]}, index=data.index)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out.parquet"), expected)


@pytest.mark.parametrize("quarantine", [False, True])
def test_a_column_is_of_another_type_as_a_whole_or_in_a_row(model, tmp_path, quarantine):
    def run(spend):
        loaded = LoadedTable(pd.DataFrame({"spend": spend}, dtype=object))
        loaded.save(str(tmp_path / "input.pkl"))
        source = TableSource.of_loaded(loaded, TablePlace(str(tmp_path / "input.pkl"), "pickle"), 3)
        return score(model, source, place_of(str(tmp_path / "out.csv")), Options(quarantine=quarantine))

    with pytest.raises(KedroBindError, match="the model takes double in the column 'spend', which has the type string"):
        run(["much", "more", "most"])
    if quarantine:
        assert run([1.0, "much", 3.0]).rejected == 1
    else:
        with pytest.raises(KedroBindError, match=r"row 1 .* is rejected: .*'--on-bad-rows quarantine'"):
            run([1.0, "much", 3.0])
