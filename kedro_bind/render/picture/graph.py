"""The picture as a graph: boxes in lanes, and what leads from one to the other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conf_schema import Diagnostic
    from kedro_bind.render.picture.subject import Facts, Subject

__all__ = ["LANES", "Edge", "Element", "Lane", "Picture", "Role"]

Lane = Literal["trains", "travels", "predicts", "evaluates"]
Role = Literal["step", "dataset", "artifact", "parameter", "input", "output", "metric"]
LANES: tuple[Lane, ...] = ("trains", "travels", "predicts", "evaluates")


@dataclass(frozen=True)
class Element:
    """A box: a node with its outputs as `parts`, a dataset, or what travels.

    `notes` are shown below the title; `details` are one step away: on hover, and in the text below the picture.
    """

    key: str
    lane: Lane
    role: Role
    title: str
    notes: tuple[str, ...] = ()
    details: Facts = ()
    parts: tuple[Element, ...] = ()
    findings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class Edge:
    """What leads from one element to another, by their keys; `crosses` from one lane into the next."""

    source: str
    target: str
    crosses: bool = False


@dataclass(frozen=True)
class Picture:
    """A graph with what it is of; `findings` are those that belong to no single element."""

    subject: Subject
    elements: tuple[Element, ...] = ()
    edges: tuple[Edge, ...] = ()
    findings: tuple[Diagnostic, ...] = field(default=())

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes that are drawn: a binding without an evaluation has none for it."""
        return LANES if self.subject.evaluation is not None else LANES[:-1]

    def lane(self, name: Lane) -> list[Element]:
        """Return the boxes of a lane, in order."""
        return [element for element in self.elements if element.lane == name]

    @property
    def everything(self) -> Iterator[Element]:
        """The boxes, and the parts of each after it."""
        for element in self.elements:
            yield element
            yield from element.parts

    def with_findings(self, owned: Mapping[str, tuple[Diagnostic, ...]]) -> Picture:
        """Return the picture with findings on its elements, by key."""

        def marked(element: Element) -> Element:
            parts = tuple(map(marked, element.parts))
            return replace(element, parts=parts, findings=owned.get(element.key, ()))

        return replace(self, elements=tuple(map(marked, self.elements)))
