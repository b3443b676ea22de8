"""Where lanes and the channels beside them lie: side by side, or one below the other where there is little room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kedro_bind.render.picture.channels import width_for
from kedro_bind.render.picture.graph import LANES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro_bind.render.picture.graph import Edge, Lane

__all__ = ["Frame", "Route", "Side", "Strip", "frame_of"]

Side = Literal["left", "right"]
_NARROWEST = 700
"""The width below which lanes have no room for names side by side."""
_EDGE = 12.0


@dataclass(frozen=True)
class Route:
    """How the lines from one lane to another run: the channel, and the sides of the boxes at both ends."""

    channel: str
    out: Side
    into: Side


@dataclass(frozen=True)
class Strip:
    """Something vertical: the boxes of a lane, a channel, or the band behind a lane."""

    x: float
    width: float

    @property
    def right(self) -> float:
        """The end of it."""
        return self.x + self.width


@dataclass(frozen=True)
class Frame:
    """The columns of a picture; `directions` says for each channel on which side its first rail is."""

    width: float
    stacked: bool
    lanes: Mapping[Lane, Strip]
    bands: Mapping[Lane, Strip]
    channels: Mapping[str, Strip]
    directions: Mapping[str, int]
    routes: Mapping[tuple[Lane, Lane], Route]

    def route(self, edge: Edge, lanes: Mapping[str, Lane]) -> Route:
        """Return how an edge runs; `lanes` has the lane of each element."""
        return self.routes[lanes[edge.source], lanes[edge.target]]


def frame_of(width: float, counts: Mapping[str, int]) -> Frame:
    """Divide a width into lanes and channels; `counts` has the number of rails of each channel."""
    return _stacked(width, counts) if width < _NARROWEST else _beside(width, counts)


def _beside(width: float, counts: Mapping[str, int]) -> Frame:
    """Put the lanes side by side, evaluation below inference.

    Lines within training run on the left, those within inference and evaluation on the right.
    """
    widths = {name: width_for(counts.get(name, 1), width / 10) for name in ("inside", "out", "in", "within")}
    room = (width - 4 * _EDGE - sum(widths.values())) / 3
    order = ("", "inside", "trains", "", "out", "travels", "in", "", "predicts", "within")
    columns: dict[str, Strip] = {}
    x = 0.0
    for name in order:
        columns[name] = Strip(x, widths.get(name, room) if name else _EDGE)
        x = columns[name].right
    lanes: dict[Lane, Strip] = {lane: columns["predicts" if lane == "evaluates" else lane] for lane in LANES}
    trains, travels, predicts = lanes["trains"], lanes["travels"], lanes["predicts"]
    bands: dict[Lane, Strip] = {
        "trains": Strip(0, trains.right + _EDGE),
        "travels": Strip(travels.x - _EDGE, room + 2 * _EDGE),
        "predicts": Strip(predicts.x - _EDGE, width - predicts.x + _EDGE),
    }
    bands["evaluates"] = bands["predicts"]
    routes: dict[tuple[Lane, Lane], Route] = {
        ("trains", "trains"): Route("inside", "left", "left"),
        ("trains", "travels"): Route("out", "right", "left"),
        ("travels", "predicts"): Route("in", "right", "left"),
        ("predicts", "predicts"): Route("within", "right", "right"),
        ("predicts", "evaluates"): Route("within", "right", "right"),
        ("evaluates", "evaluates"): Route("within", "right", "right"),
    }
    channels = {name: columns[name] for name in widths}
    return Frame(width, False, lanes, bands, channels, {"inside": -1, "out": 1, "in": 1, "within": 1}, routes)


def _stacked(width: float, counts: Mapping[str, int]) -> Frame:
    """Put the lanes one below the other, with all lines in two channels beside them."""
    left, right = (width_for(counts.get(side, 1), width / 7) for side in ("left", "right"))
    boxes = Strip(left, width - left - right)
    routes: dict[tuple[Lane, Lane], Route] = {
        ("trains", "trains"): Route("left", "left", "left"),
        ("trains", "travels"): Route("right", "right", "right"),
        ("travels", "predicts"): Route("left", "left", "left"),
        ("predicts", "predicts"): Route("right", "right", "right"),
        ("predicts", "evaluates"): Route("right", "right", "right"),
        ("evaluates", "evaluates"): Route("right", "right", "right"),
    }
    channels = {"left": Strip(0, left), "right": Strip(boxes.right, right)}
    lanes, bands = dict.fromkeys(LANES, boxes), dict.fromkeys(LANES, Strip(0, width))
    return Frame(width, True, lanes, bands, channels, {"left": -1, "right": 1}, routes)
