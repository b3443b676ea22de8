"""How far a run is."""

from __future__ import annotations

import time

import pytest

from kedro_bind.scoring.progress import Rate, progress


def rate(total, before, scored, seconds):
    return str(Rate(total, before, scored, time.monotonic() - seconds))


@pytest.mark.parametrize(
    ("total", "left"),
    [(1_100, "1 s left"), (13_500, "2 min 5 s left"), (1_000_000, "2 h 46 min left")],
)
def test_the_time_that_is_left_follows_from_the_rows_of_this_run(total, left):
    text = rate(total, 0, 1_000, 10.0)
    assert text.startswith(f"1,000 of {total:,} rows, 100 rows/s")
    assert text.endswith(left)


def test_rows_of_an_earlier_run_do_not_count_for_the_speed():
    assert rate(2_000, 1_000, 1_500, 5.0) == "1,500 of 2,000 rows, 100 rows/s, 5 s left"
    assert rate(2_000, 1_000, 1_000, 5.0) == "1,000 of 2,000 rows, 0 rows/s"


def test_nothing_is_shown_of_what_takes_a_moment(capsys):
    with progress(10) as add:
        add(5)
    assert capsys.readouterr() == ("", "")
