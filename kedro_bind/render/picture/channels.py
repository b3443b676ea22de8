"""Lines beside the boxes: each source has a rail of its own, and no two rails overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Channel", "Span", "channel", "rails", "routed", "straight", "width_for"]

_PITCH, _MARGIN, _RADIUS, _CLEARANCE = 9.0, 14.0, 6.0, 5.0


@dataclass(frozen=True)
class Span:
    """The part of a channel that the lines from one source take."""

    source: str
    top: float
    bottom: float


@dataclass(frozen=True)
class Channel:
    """The space beside a lane; rail 0 is at `nearest`, and the others follow in `direction`, 1 or -1."""

    nearest: float
    direction: int
    pitch: float
    rails: Mapping[str, int]

    def x(self, source: str) -> float:
        """Return the place of a source's rail."""
        return self.nearest + self.direction * self.pitch * self.rails.get(source, 0)


def rails(spans: Iterable[Span]) -> dict[str, int]:
    """Assign each span a rail; the short ones get those that are nearest to the boxes."""
    taken: list[list[Span]] = []
    found: dict[str, int] = {}
    for span in sorted(spans, key=lambda span: (span.bottom - span.top, span.top, span.source)):
        index = next((index for index, others in enumerate(taken) if not _meets(span, others)), len(taken))
        if index == len(taken):
            taken.append([])
        taken[index].append(span)
        found[span.source] = index
    return found


def width_for(count: int, widest: float) -> float:
    """Return the width of a channel with that many rails."""
    return min(widest, 2 * _MARGIN + _PITCH * max(0, count - 1))


def channel(start: float, width: float, direction: int, places: Mapping[str, int]) -> Channel:
    """Lay rails into a channel that begins at `start`, from the side that `direction` leads away from."""
    count = max(places.values(), default=0) + 1
    pitch = min(_PITCH, (width - 2 * _MARGIN) / (count - 1)) if count > 1 else 0.0
    nearest = start + _MARGIN if direction > 0 else start + width - _MARGIN
    return Channel(nearest, direction, pitch, places)


def routed(start: tuple[float, float], rail: float, end: tuple[float, float]) -> str:
    """Write the path from one point over a rail to another, with round corners and an arrowhead, as SVG has it."""
    (x1, y1), (x2, y2) = start, end
    inward = 1 if x2 > rail else -1
    head = f"M{x2 - 5 * inward:.1f} {y2 - 4:.1f}L{x2:.1f} {y2:.1f}L{x2 - 5 * inward:.1f} {y2 + 4:.1f}"
    if abs(y2 - y1) < 1:
        return f"M{x1:.1f} {y1:.1f}H{x2:.1f}{head}" if (x2 - x1) * inward > 0 else head
    down = 1 if y2 > y1 else -1
    radius = min(_RADIUS, abs(y2 - y1) / 2)
    out = 1 if rail > x1 else -1
    return (
        f"M{x1:.1f} {y1:.1f}H{rail - out * radius:.1f}Q{rail:.1f} {y1:.1f} {rail:.1f} {y1 + down * radius:.1f}"
        f"V{y2 - down * radius:.1f}Q{rail:.1f} {y2:.1f} {rail + inward * radius:.1f} {y2:.1f}H{x2:.1f}{head}"
    )


def straight(start: tuple[float, float], bottom: float) -> str:
    """Write the path from a point straight down, with an arrowhead."""
    x, y = start
    return (
        f"M{x:.1f} {y:.1f}V{bottom:.1f}M{x - 4:.1f} {bottom - 5:.1f}L{x:.1f} {bottom:.1f}L{x + 4:.1f} {bottom - 5:.1f}"
    )


def _meets(span: Span, others: Sequence[Span]) -> bool:
    return any(span.top < other.bottom + _CLEARANCE and other.top < span.bottom + _CLEARANCE for other in others)
