"""Which element of a picture a finding is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kedro_bind.names import bare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conf_schema import Diagnostic
    from kedro_bind.render.picture.graph import Element, Lane, Picture

__all__ = ["owned_findings"]

_QUOTED = re.compile(r"'([^']+)'")
_PREFERRED: tuple[Lane, ...] = ("travels", "predicts", "trains", "evaluates")
"""The lanes in which a name is looked up: what travels before the two datasets that it is."""


def owned_findings(
    picture: Picture, findings: Iterable[Diagnostic]
) -> tuple[dict[str, tuple[Diagnostic, ...]], tuple[Diagnostic, ...]]:
    """Sort findings by the key of the element that each is about, and those that are about the whole.

    A finding is about the first node, dataset or parameter that its place or its message names.
    """
    owned: dict[str, tuple[Diagnostic, ...]] = {}
    general: list[Diagnostic] = []
    by_name = _by_name(picture, _PREFERRED)
    by_name_in_evaluation = _by_name(picture, ("evaluates", *_PREFERRED))
    for finding in findings:
        elements = by_name_in_evaluation if finding.path[1:2] == ("evaluation",) else by_name
        element = next((elements[name] for name in _named(finding, picture) if name in elements), None)
        if element is None:
            general.append(finding)
        else:
            owned[element.key] = (*owned.get(element.key, ()), finding)
    return owned, tuple(general)


def _by_name(picture: Picture, lanes: Sequence[Lane]) -> dict[str, Element]:
    """Return the elements by title; of those with the same title, the one in the first of the lanes."""
    ranked = sorted(picture.everything, key=lambda element: -lanes.index(element.lane))
    return {name: element for element in ranked for name in (bare(element.title), element.title)}


def _named(finding: Diagnostic, picture: Picture) -> Iterator[str]:
    _, *below = finding.path or ("",)
    if below[:1] == ["input_name"]:
        yield picture.subject.input_name
    if below[:2] == ["evaluation", "input_name"] and picture.subject.evaluation is not None:
        yield picture.subject.evaluation.input_name
    if below[:1] in (["artifacts"], ["copy_mode"]):
        yield from map(str, below[1:])
    for name in _QUOTED.findall(finding.message):
        yield name
        yield f"params:{name}"
    for name in re.findall(r"\(node ([^)]+)\)", finding.message):
        yield from name.split(", ")
