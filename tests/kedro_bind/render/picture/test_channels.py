"""Lines beside the boxes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedro_bind.render.picture.channels import Span, channel, rails, routed, straight, width_for

SPANS = st.lists(st.tuples(st.integers(0, 100), st.integers(1, 50)), max_size=20).map(
    lambda pairs: [Span(str(number), top, top + height) for number, (top, height) in enumerate(pairs)]
)


@given(SPANS)
def test_no_two_lines_on_a_rail_overlap(spans):
    found = rails(spans)
    assert set(found) == {span.source for span in spans}
    for span in spans:
        for other in spans:
            if span is not other and found[span.source] == found[other.source]:
                assert span.bottom < other.top or other.bottom < span.top


def test_short_lines_are_nearest_to_the_boxes():
    assert rails([Span("long", 0, 100), Span("short", 10, 20), Span("far", 200, 210)]) == {
        "short": 0,
        "far": 0,
        "long": 1,
    }


@pytest.mark.parametrize("direction", [1, -1])
def test_rails_lie_within_their_channel(direction):
    places = {str(number): number for number in range(30)}
    width = width_for(len(places), 80.0)
    assert width == 80.0
    found = channel(100.0, width, direction, places)
    xs = [found.x(source) for source in places]
    assert all(100 < x < 180 for x in xs)
    assert xs == sorted(xs, reverse=direction < 0)
    assert len(set(xs)) == 30


@pytest.mark.parametrize(
    ("start", "rail", "end"),
    [((10, 10), 50, (90, 80)), ((10, 80), 50, (90, 10)), ((90, 10), 50, (90, 60)), ((10, 10), 50, (90, 10))],
)
def test_a_line_leads_from_one_point_to_the_other(start, rail, end):
    path = routed(start, rail, end)
    assert path.startswith(f"M{start[0]:.1f} {start[1]:.1f}H")
    assert f"L{end[0]:.1f} {end[1]:.1f}L" in path
    assert re.fullmatch(r"(?:[MHVQL][\d. -]+)+", path)
    assert straight((10, 20), 50).startswith("M10.0 20.0V50.0")
