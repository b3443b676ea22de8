"""Which element of a picture a finding is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kedro_bind.names import bare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conf_schema import Diagnostic
    from kedro_bind.render.picture.graph import Element, Picture

__all__ = ["owned_findings"]

_QUOTED = re.compile(r"'([^']+)'")
_PREFERRED = ("travels", "predicts", "trains")


def owned_findings(
    picture: Picture, findings: Iterable[Diagnostic]
) -> tuple[dict[str, tuple[Diagnostic, ...]], tuple[Diagnostic, ...]]:
    """Sort findings by the key of the element that each is about, and those that are about the whole.

    A finding is about the first node, dataset or parameter that its place or its message names.
    """
    owned: dict[str, tuple[Diagnostic, ...]] = {}
    general: list[Diagnostic] = []
    by_name = _by_name(picture)
    for finding in findings:
        element = next((by_name[name] for name in _named(finding, picture) if name in by_name), None)
        if element is None:
            general.append(finding)
        else:
            owned[element.key] = (*owned.get(element.key, ()), finding)
    return owned, tuple(general)


def _by_name(picture: Picture) -> dict[str, Element]:
    """Return the elements by title; what travels before the two datasets that it is."""
    ranked = sorted(picture.everything, key=lambda element: -_PREFERRED.index(element.lane))
    return {name: element for element in ranked for name in (bare(element.title), element.title)}


def _named(finding: Diagnostic, picture: Picture) -> Iterator[str]:
    _, *below = finding.path or ("",)
    if below[:1] == ["input_name"]:
        yield picture.subject.input_name
    if below[:1] in (["artifacts"], ["copy_mode"]):
        yield from map(str, below[1:])
    for name in _QUOTED.findall(finding.message):
        yield name
        yield f"params:{name}"
    for name in re.findall(r"\(node ([^)]+)\)", finding.message):
        yield from name.split(", ")
