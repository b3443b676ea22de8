"""What a picture is of, to the graph that is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from kedro.io.core import is_parameter

from kedro_bind.names import bare
from kedro_bind.render.picture.findings import owned_findings
from kedro_bind.render.picture.graph import Edge, Element, Lane, Picture, Role
from kedro_bind.render.picture.subject import human_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kedro_bind.render.picture.subject import CarriedArtifact, CarriedParameter, Facts, Step, Subject

__all__ = ["picture_of"]

_SHOWN_FIELDS = 8


def picture_of(subject: Subject) -> Picture:
    """Return the graph of a binding or a model, with the findings on the elements that they are about."""
    trains = _Half("trains", subject)
    for step in local_order(subject.training):
        trains.add(step)
    travels = [_artifact(artifact, index, subject) for index, artifact in enumerate(subject.artifacts)]
    travels += [_parameter(parameter, index) for index, parameter in enumerate(subject.parameters)]
    crossing = [
        Edge(trains.places[bare(artifact.source)], element.key, crosses=True)
        for artifact, element in zip(subject.artifacts, travels, strict=False)
        if bare(artifact.source) in trains.places
    ]
    predicts = _Half(
        "predicts",
        subject,
        {element.title: element.key for element in travels},
        dict.fromkeys(_free_outputs(subject.inference), "output"),
    )
    if subject.input_name:
        predicts.add_dataset(subject.input_name, "input")
    for step in local_order(subject.inference):
        predicts.add(step)
    evaluates = _evaluates(subject, predicts)
    picture = Picture(
        subject,
        (*trains.elements, *travels, *predicts.elements, *evaluates.elements),
        (*trains.edges, *crossing, *predicts.edges, *evaluates.edges),
    )
    owned, general = owned_findings(picture, subject.findings)
    return Picture(subject, picture.elements, picture.edges, general).with_findings(owned)


def local_order(steps: Sequence[Step]) -> list[Step]:
    """Sort steps so that each comes soon after those that it depends on: lines in the picture are short then."""
    producer = {bare(name): index for index, step in enumerate(steps) for name in step.outputs}
    needs = {
        index: {producer[bare(name)] for name in step.inputs if bare(name) in producer}
        for index, step in enumerate(steps)
    }
    sorter = TopologicalSorter(needs)
    try:
        sorter.prepare()
    except CycleError:  # a selection that is broken, which a finding is about
        return list(steps)
    ready = list(sorter.get_ready())
    order: list[Step] = []
    place: dict[int, int] = {}
    while ready:
        chosen = max(ready, key=lambda index: (max((place[need] for need in needs[index]), default=-1), -index))
        ready.remove(chosen)
        place[chosen] = len(order)
        order.append(steps[chosen])
        sorter.done(chosen)
        ready += sorter.get_ready()
    return order


def _free_outputs(steps: Sequence[Step]) -> set[str]:
    """Return what steps produce and none of them reads, without transcoding."""
    read = {bare(name) for step in steps for name in step.inputs}
    return {bare(name) for step in steps for name in step.outputs} - read


def _evaluates(subject: Subject, predicts: _Half) -> _Half:
    """Collect the evaluation: its input, what the model predicts for that, and the steps that score it."""
    scored = subject.evaluation
    if scored is None:
        return _Half("evaluates", subject)
    metrics = set(map(bare, scored.metrics)) or _free_outputs(scored.steps)
    half = _Half("evaluates", subject, roles=dict.fromkeys(metrics, "metric"))
    if scored.input_name:
        half.add_dataset(scored.input_name, "input")
    sources = list(half.places.values())
    for name in sorted({name for step in scored.steps for name in step.inputs}):
        if bare(name) in predicts.roles:
            half.edges += [Edge(key, half.next_key) for key in sources]
            half.edges.append(Edge(predicts.places[bare(name)], half.next_key, crosses=True))
            half.add_dataset(name, "output")
    for step in local_order(scored.steps):
        half.add(step)
    return half


@dataclass
class _Half:
    """The elements and edges of a lane while they are collected.

    `travelling` has the keys of what comes to it from another lane, and `roles` those of outputs that stand out.
    """

    lane: Lane
    subject: Subject
    travelling: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    elements: list[Element] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)

    def add(self, step: Step) -> None:
        """Add a step after the datasets that it reads and nothing produces; its outputs are its parts."""
        for name in step.inputs:
            known = bare(name) in self.places or name in self.travelling
            if not known and not is_parameter(name):
                self.add_dataset(name, "dataset")
        key = self.next_key
        outputs = [
            self._dataset(name, f"{key}-{index}", self.roles.get(bare(name), "dataset"))
            for index, name in enumerate(step.outputs)
        ]
        for name in step.inputs:
            source = self.travelling.get(name) or self.places.get(bare(name))
            if source is not None and Edge(source, key, name in self.travelling) not in self.edges:
                self.edges.append(Edge(source, key, name in self.travelling))
        details = (("function", step.function), ("reads", ", ".join(step.inputs)), ("writes", ", ".join(step.outputs)))
        notes = (f"from {', '.join(step.inputs)}",) if step.inputs else ()
        self.elements.append(Element(key, self.lane, "step", step.name, notes, _present(details), tuple(outputs)))
        self.places |= {bare(part.title): part.key for part in outputs}

    def add_dataset(self, name: str, role: Role) -> None:
        """Add a dataset that no step of this half produces."""
        element = self._dataset(name, self.next_key, role)
        self.elements.append(element)
        self.places[bare(name)] = element.key

    def _dataset(self, name: str, key: str, role: Role) -> Element:
        subject = self.subject
        notes: list[str] = []
        details: list[tuple[str, str]] = []
        if self.lane == "evaluates":
            notes += _evaluation_notes(name, role, subject)
        elif role == "input":
            notes += _shown(subject.inputs) or ["what a caller sends"]
            details += [("columns", ", ".join(map(str, subject.inputs)))]
        elif role == "output":
            notes += _shown(subject.outputs)
            details += [("columns", ", ".join(map(str, subject.outputs)))]
        elif self.lane == "trains" and bare(name) == bare(subject.training_input):
            notes.append("supplies the schema and the example")
        details += subject.notes.get(name, ()) if self.lane == "predicts" else ()
        return Element(key, self.lane, role, name, tuple(notes), _present(details))

    @property
    def next_key(self) -> str:
        """The key of the element that is added next."""
        return f"{self.lane[0]}{len(self.elements)}"


def _evaluation_notes(name: str, role: Role, subject: Subject) -> Iterator[str]:
    """Yield what a dataset is to the evaluation, and that training makes it."""
    assert subject.evaluation is not None
    if role == "input" and subject.input_name not in ("", name):
        yield f"in place of {subject.input_name}"
    elif role == "output":
        yield "what the saved model predicts"
    elif role == "metric":
        yield "logged as metrics" if subject.evaluation.metrics else "logged as metrics if numeric"
    if bare(name) in {bare(output) for step in subject.training for output in step.outputs}:
        yield "made by training"


def _artifact(artifact: CarriedArtifact, index: int, subject: Subject) -> Element:
    source = f"from {artifact.source}" if artifact.source != artifact.name else ""
    size = human_size(artifact.size) if artifact.size is not None else ""
    sha256 = f"sha256 {artifact.sha256[:12]}…" if artifact.sha256 else ""
    facts = dict(subject.notes.get(artifact.name, ()))
    mode = f"handed over by {facts['copy mode']}" if "copy mode" in facts else ""
    validator = f"checked by {facts['validator']}" if "validator" in facts else ""
    notes = (source, " · ".join(filter(None, (artifact.kind, size))), sha256, mode, validator)
    details = (
        ("training dataset", artifact.source),
        ("type", artifact.kind),
        ("size", size),
        ("sha256", artifact.sha256),
        ("version", artifact.version),
        *facts.items(),
    )
    return Element(f"a{index}", "travels", "artifact", artifact.name, tuple(filter(None, notes)), _present(details))


def _parameter(parameter: CarriedParameter, index: int) -> Element:
    who = "a caller may set it" if parameter.settable else "fixed in the model"
    notes = (f"= {parameter.value}" if parameter.value else "", who)
    details = (("value", parameter.value), ("set by a caller", "yes" if parameter.settable else "no"))
    return Element(f"c{index}", "travels", "parameter", parameter.name, tuple(filter(None, notes)), _present(details))


def _shown(fields: Sequence[object]) -> list[str]:
    shown = [str(field) for field in fields[:_SHOWN_FIELDS]]
    more = len(fields) - len(shown)
    return [*shown, f"and {more} more"] if more else shown


def _present(details: Iterable[tuple[str, str]]) -> Facts:
    return tuple((label, text) for label, text in details if text)
