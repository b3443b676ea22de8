"""Places for the boxes and the lines of a picture, at any number of nodes, without a label that is cut or covered.

Each lane has its boxes one below the other, so that labels have the whole width of the lane, and lines run beside them.
A layered layout, as graph libraries make it, is as wide as its widest layer: several screens at 200 nodes.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from kedro_bind.render.picture.boxes import Box, box_of
from kedro_bind.render.picture.channels import Span, channel, rails, routed, straight
from kedro_bind.render.picture.frame import frame_of
from kedro_bind.render.picture.graph import LANES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kedro_bind.render.picture.channels import Channel
    from kedro_bind.render.picture.frame import Frame, Side
    from kedro_bind.render.picture.graph import Edge, Element, Lane, Picture

__all__ = ["HEADER", "NARROW", "WIDE", "Band", "Layout", "Line", "lay_out"]

WIDE, NARROW, HEADER = 1232, 368, 50.0
_GAP, _PADDING, _BETWEEN = 18.0, 16.0, 14.0


@dataclass(frozen=True)
class Band:
    """The background of a lane."""

    lane: Lane
    x: float
    y: float
    width: float
    height: float
    title_x: float


@dataclass(frozen=True)
class Line:
    """An edge with the path that it is drawn along."""

    edge: Edge
    path: str


@dataclass(frozen=True)
class Layout:
    """Where everything is."""

    width: float
    height: float
    bands: tuple[Band, ...]
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def lay_out(picture: Picture, width: float = WIDE) -> Layout:
    """Place the elements of a picture: lanes side by side, or one below the other where the width is small.

    The first pass finds out how many rails the channels need.
    """
    counts: dict[str, int] = {}
    for _ in range(2):
        frame = frame_of(width, counts)
        boxes, bands = _stacks(picture, frame)
        routes = _Routes(picture, frame, boxes)
        counts = {name: max(found.values(), default=0) + 1 for name, found in routes.rails.items()}
    height = max(band.y + band.height for band in bands)
    if not frame.stacked:
        lowest = {band.x: band for band in bands}
        bands = [replace(band, height=height - band.y) if lowest[band.x] is band else band for band in bands]
    in_order = sorted(boxes, key=lambda box: LANES.index(box.element.lane))
    return Layout(width, height, tuple(bands), tuple(in_order), tuple(routes.lines()))


def _stacks(picture: Picture, frame: Frame) -> tuple[list[Box], list[Band]]:
    """Put the boxes of each lane one below the other, and lanes that share a column too."""
    boxes: list[Box] = []
    bands: list[Band] = []
    tops: defaultdict[float, float] = defaultdict(float)
    order: tuple[Lane, ...] = LANES if frame.stacked else ("trains", "predicts", "evaluates", "travels")
    for lane in [lane for lane in order if lane in picture.lanes]:
        top = tops[frame.lanes[lane].x]
        aims = _aims(picture, boxes) if lane == "travels" else {}
        elements = picture.lane(lane)
        if lane == "travels":
            elements.sort(
                key=lambda element: (frame.stacked and element.role != "artifact", aims.get(element.key, 0.0))
            )
        stack = list(_stack(elements, frame, top + HEADER, {} if frame.stacked else aims))
        bottom = max((box.y + box.height for box in stack), default=top + HEADER) + _PADDING
        band = frame.bands[lane]
        title_x = frame.lanes[lane].x if frame.stacked else band.x + 14
        bands.append(Band(lane, band.x, top, band.width, bottom - top, title_x))
        boxes += stack
        tops[frame.lanes[lane].x] = bottom + _BETWEEN
    return boxes, bands


def _aims(picture: Picture, boxes: Sequence[Box]) -> dict[str, float]:
    """Return the heights at which what travels is best: that of its source, or of the first that takes it."""
    heights = {key: box.middle for key, box in _by_key(boxes).items()}
    aims: dict[str, float] = {}
    for edge in picture.edges:
        if edge.crosses:  # those out of training come first
            aims.setdefault(edge.target, heights.get(edge.source, 0.0))
            aims.setdefault(edge.source, heights.get(edge.target, 0.0))
    return aims


def _stack(elements: Sequence[Element], frame: Frame, top: float, aims: Mapping[str, float]) -> Iterator[Box]:
    for element in elements:
        column = frame.lanes[element.lane]
        box = box_of(element, column.x, top, column.width)
        box = box.moved(max(top, top + aims.get(element.key, 0.0) - box.middle))
        yield box
        top = box.y + box.height + _GAP


class _Routes:
    """The lines between boxes, beside them or straight down to the next one."""

    def __init__(self, picture: Picture, frame: Frame, boxes: Sequence[Box]) -> None:
        self._frame, self._boxes = frame, _by_key(boxes)
        self._lanes = {key: box.element.lane for key, box in self._boxes.items()}
        ends = {(box.parts or (box,))[-1].element.key: box for box in boxes}
        following = {box.element.key: after for box, after in pairwise(boxes)}
        self._next = {
            key: following[box.element.key].element.key for key, box in ends.items() if box.element.key in following
        }
        self._edges = picture.edges
        self.rails = {name: rails(found) for name, found in self._spans().items()}

    def lines(self) -> Iterator[Line]:
        """Draw the path of each edge."""
        channels = {name: self._channel(name) for name in self.rails}
        for edge in self._edges:
            source, target = self._boxes[edge.source], self._boxes[edge.target]
            if self._is_straight(edge):
                yield Line(edge, straight((source.x + 24, source.y + source.height), target.y))
                continue
            route = self._frame.route(edge, self._lanes)
            start, end = _point(source, route.out), _point(target, route.into)
            yield Line(edge, routed(start, channels[route.channel].x(edge.source), end))

    def _spans(self) -> dict[str, list[Span]]:
        """Return, by channel, the heights between which the lines of each source run."""
        heights: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        for edge in self._edges:
            if not self._is_straight(edge):
                route = self._frame.route(edge, self._lanes)
                ends = (self._boxes[edge.source].middle, self._boxes[edge.target].middle)
                heights[route.channel, edge.source] += ends
        spans: defaultdict[str, list[Span]] = defaultdict(list)
        for (name, source), found in heights.items():
            spans[name].append(Span(source, min(found), max(found)))
        return spans

    def _is_straight(self, edge: Edge) -> bool:
        return not edge.crosses and self._next.get(edge.source) == edge.target

    def _channel(self, name: str) -> Channel:
        column, direction = self._frame.channels[name], self._frame.directions[name]
        return channel(column.x, column.width, direction, self.rails[name])


def _by_key(boxes: Sequence[Box]) -> dict[str, Box]:
    return {box.element.key: box for whole in boxes for box in (whole, *whole.parts)}


def _point(box: Box, side: Side) -> tuple[float, float]:
    return (box.x if side == "left" else box.x + box.width, box.middle)
