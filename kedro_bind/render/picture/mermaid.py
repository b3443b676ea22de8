"""The picture as a Mermaid flowchart, which GitHub and GitLab draw in pull requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_bind.render.picture.words import LANE_NOTES, finding_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kedro_bind.render.picture.graph import Element, Picture

__all__ = ["mermaid_chart"]

_MOST_CHARACTERS, _MOST_EDGES = 50_000, 499
"""Mermaid's limits, `maxTextSize` and `maxEdges` of its configuration."""
_ARROWS = ("-->", "==>")
"""For what stays in a lane, and for what crosses into the next."""
_SHAPES = {
    "step": '["{}"]',
    "dataset": '(["{}"])',
    "artifact": '{{{{"{}"}}}}',
    "parameter": '(["{}"])',
    "input": '[/"{}"/]',
    "output": '[/"{}"/]',
    "metric": '(["{}"])',
}
_STYLES = """\
  classDef artifact fill:#fff7e8,stroke:#b45309,color:#1c2430
  classDef parameter fill:#fff7e8,stroke:#b45309,color:#1c2430,stroke-dasharray:4 3
  classDef input fill:#edf4ff,stroke:#1d5fd1,color:#1c2430
  classDef output fill:#eafaf2,stroke:#0c7a4b,color:#1c2430
  classDef error stroke:#c22032,stroke-width:3px"""
_STYLE_OF_METRICS = "  classDef metric fill:#f6effd,stroke:#7a3fb5,color:#1c2430"


def mermaid_chart(picture: Picture) -> str:
    """Return the picture as a flowchart with a subgraph for each lane.

    Where it would exceed Mermaid's limits, which a page such as GitHub's can't be told to raise, nodes are connected
    directly, without the datasets between them.
    """
    chart = "\n".join(_lines(picture, {element.key: element.key for element in picture.everything}))
    if len(chart) <= _MOST_CHARACTERS and sum(map(chart.count, _ARROWS)) <= _MOST_EDGES:
        return chart
    return "\n".join(_lines(picture, _merged(picture)))


def _merged(picture: Picture) -> dict[str, str]:
    """Return for each element what stands for it: the node that produces it, for a dataset between nodes."""
    stands = {element.key: element.key for element in picture.everything}
    for element in picture.elements:
        stands |= {part.key: element.key for part in element.parts if part.role == "dataset"}
    return stands


def _lines(picture: Picture, stands: Mapping[str, str]) -> Iterator[str]:
    yield "flowchart TB"
    for lane in picture.lanes:
        yield f'  subgraph {lane} ["{lane}: {LANE_NOTES[lane](picture)}"]'
        for element in picture.lane(lane):
            shown = [
                shown_element
                for shown_element in (element, *element.parts)
                if stands[shown_element.key] == shown_element.key
            ]
            yield from (f"    {_node(shown_element)}" for shown_element in shown)
            yield from (f"    {_id(element.key)} --> {_id(part.key)}" for part in shown[1:])
        yield "  end"
    arrows = {
        f"  {_id(stands[edge.source])} {_ARROWS[edge.crosses]} {_id(stands[edge.target])}" for edge in picture.edges
    }
    yield from sorted(arrows)
    if picture.findings:
        general = "<br>".join(map(_escaped, finding_lines(picture.findings)))
        yield f'  findings["{general}"]:::error'
    yield _STYLES
    if "evaluates" in picture.lanes:
        yield _STYLE_OF_METRICS
    broken = dict.fromkeys(_id(stands[element.key]) for element in picture.everything if element.findings)
    if broken:
        yield f"  class {','.join(broken)} error"


def _node(element: Element) -> str:
    notes = [f"! {finding.message}" for finding in element.findings]
    if element.lane == "travels" or (element.lane == "evaluates" and element.role != "step"):
        notes = [*element.notes, *notes]
    text = "<br>".join(_escaped(line) for line in (element.title, *notes))
    styled = f":::{element.role}" if element.role not in ("step", "dataset") else ""
    return f"{_id(element.key)}{_SHAPES[element.role].format(text)}{styled}"


def _id(key: str) -> str:
    return key.replace("-", "_")


def _escaped(text: str) -> str:
    """Write what Mermaid or Markdown would take for syntax as character references."""
    return "".join(
        character if character.isalnum() or character in " _.,=:/-·…" else f"#{ord(character)};" for character in text
    )
