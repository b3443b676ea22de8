"""Where a text file may be cut."""

from __future__ import annotations

import csv
import io

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedro_bind.scoring import record_ends
from kedro_bind.scoring.record_ends import records_of

FIELDS = st.text(alphabet='ab",\n ', max_size=4)


def pieces(data, most, *, quotes=True):
    file_system = fsspec.filesystem("memory")
    file_system.pipe("/table", data)
    return list(records_of(file_system, "/table", quotes=quotes).pieces(most))


@pytest.mark.parametrize("block", [1, 2, 3, 7, 1 << 22])
@given(
    rows=st.lists(st.tuples(FIELDS, FIELDS.map(lambda text: f"x{text}")), max_size=9),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    most=st.integers(1, 4),
)
def test_a_csv_file_is_cut_between_records(block, rows, end, quoting, most):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=end, quoting=quoting)
    writer.writerows([("one", "two"), *rows])
    data = text.getvalue().encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_ends, "_BLOCK", block)
        found = pieces(data, most)
    parts = [list(csv.reader(io.StringIO(data[start:stop].decode(), newline=""))) for _, _, start, stop in found]
    assert [tuple(row) for part in parts for row in part] == rows
    assert [len(part) for part in parts] == [count for _, count, _, _ in found]
    assert [row for row, _, _, _ in found] == list(range(0, len(rows), most))


def test_blank_lines_are_not_records_and_the_last_line_needs_no_end():
    data = b"a\n\n1\n\r\n2\n3"
    assert pieces(data, 2) == [(0, 2, 2, 9), (2, 1, 9, 10)]
    assert pieces(b'{"a": "\\""}\n{}\n', 1, quotes=False) == [(0, 1, 0, 12), (1, 1, 12, 15)]


def test_there_may_be_nothing():
    assert pieces(b"", 3) == []
    assert pieces(b"header\n", 3) == []
