"""What every form of a picture says in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_bind.render.picture.subject import Table, human_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conf_schema import Diagnostic
    from kedro_bind.render.picture.graph import Element, Lane, Picture

__all__ = ["LANE_NOTES", "count", "description_of", "finding_lines", "outline", "role_of", "tables_of"]


def count(number: int, noun: str) -> str:
    """Write a number of things."""
    return f"{number} {noun}{'s' * (number != 1)}"


def _steps(lane: Lane) -> Callable[[Picture], str]:
    return lambda picture: count(sum(element.role == "step" for element in picture.lane(lane)), "node")


def _travelling(picture: Picture) -> str:
    roles = [element.role for element in picture.lane("travels")]
    named = [(roles.count("artifact"), "artifact"), (roles.count("parameter"), "parameter")]
    return " and ".join(count(number, noun) for number, noun in named if number) or "nothing but the nodes"


LANE_NOTES: dict[Lane, Callable[[Picture], str]] = {
    "trains": _steps("trains"),
    "travels": _travelling,
    "predicts": _steps("predicts"),
    "evaluates": _steps("evaluates"),
}
"""The line below the title of each lane."""
_ROLES = {"step": "node", "input": "input of the model", "output": "output of the model"}


def role_of(element: Element) -> str:
    """Return what an element is, and where."""
    return f"{_ROLES.get(element.role, element.role)}, {element.lane}"


def description_of(element: Element) -> str:
    """Return what an element is, for those who don't see it."""
    findings = f", {count(len(element.findings), 'finding')}" if element.findings else ""
    return f"{role_of(element)}{findings}"


def outline(picture: Picture) -> str:
    """Return the picture in one sentence."""
    lanes = ", ".join(f"{lane} ({LANE_NOTES[lane](picture)})" for lane in picture.lanes)
    return f"{picture.subject.name}: {lanes}"


def finding_lines(findings: Iterable[Diagnostic]) -> list[str]:
    """Write each finding with its severity and its code."""
    return [f"{finding.severity.value}: {finding.text} [{finding.code}]" for finding in findings]


def tables_of(picture: Picture) -> list[Table]:
    """Return the model card: what goes in and out, what travels, and what is known of the model."""
    subject = picture.subject
    fields = [
        (field.name, field.type, "no" if field.optional else "yes", part)
        for part, fields in (("input", subject.inputs), ("output", subject.outputs))
        for field in fields
    ]
    artifacts = [
        (
            artifact.name,
            artifact.source,
            artifact.kind,
            human_size(artifact.size) if artifact.size is not None else "",
            artifact.sha256,
        )
        for artifact in subject.artifacts
    ]
    parameters = [
        (parameter.name, parameter.value, "yes" if parameter.settable else "no") for parameter in subject.parameters
    ]
    tables = [
        Table("Signature", ("name", "type", "required", "part"), tuple(fields)),
        Table("Parameters", ("name", "value", "set by a caller"), tuple(parameters)),
        Table("Artifacts", ("name", "training dataset", "type", "size", "sha256"), tuple(artifacts)),
        *subject.tables,
    ]
    return [table for table in tables if table.rows]
