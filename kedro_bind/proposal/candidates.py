"""Pairs of parts that can be bound: one fits something, and the other predicts with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_bind.names import bare, namesake

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from kedro_bind.proposal.parts import ProjectPart

__all__ = ["Candidate", "candidates", "exclusive"]

_TRAINING = {"train", "training", "fit", "fitting", "learn", "learning"}
_INFERENCE = {
    *("inference", "infer", "predict", "predicting", "prediction", "predictions"),
    *("serve", "served", "serving", "score", "scoring", "apply"),
}


@dataclass(frozen=True)
class Candidate:
    """A binding that the graph allows."""

    training: ProjectPart
    inference: ProjectPart
    input_name: str
    fitted: frozenset[str]
    """The inference inputs that training produces."""
    artifacts: tuple[tuple[str, str], ...] = ()
    """The inference inputs that have another name in training, with that name."""
    training_input: str | None = None
    """The training dataset that corresponds to the input, if it has another name."""
    is_final: bool = True
    """Whether no node of the project takes the predictions on."""
    is_input_made: bool = False
    """Whether training makes the input, such as the test rows that it splits off."""
    is_origin: bool | None = None
    """Whether training computes all that it hands over from the input, which a table that is only looked up is not;
    `None` if training does not have the input."""

    @property
    def binding(self) -> dict[str, Any]:
        """The binding as a document has it."""
        training: dict[str, Any] = dict(self.training.selection)
        if self.training_input:
            training["input_name"] = self.training_input
        values = {"training": training, "inference": self.inference.selection, "input_name": self.input_name}
        return {**values, "artifacts": dict(self.artifacts)} if self.artifacts else values

    @property
    def is_named(self) -> bool:
        """Whether a pipeline, tag or namespace says that it predicts."""
        return bool(self.inference.words & _INFERENCE)

    @property
    def rank(self) -> tuple[int, ...]:
        """Sort the likeliest first: named as such, with few nodes that fit nothing, and all nodes that predict."""
        return (
            -self.is_named,
            (True, None, False).index(self.is_origin),
            self.is_input_made,
            -self.is_final,
            -len(self.fitted),
            -bool(self.training.words & _TRAINING),
            len(self.artifacts),
            -len(self.inference.upstream),
            len(self.training.names),
            -len(self.inference.names),
            -len(self.training.computed_from(self.training_input or bare(self.input_name))),
        )


def candidates(trainings: Sequence[ProjectPart], inferences: Sequence[ProjectPart]) -> list[Candidate]:
    """Find the bindings that the graph allows, the likeliest first, with one training part for each inference part."""
    best: dict[tuple[frozenset[str], str], Candidate] = {}
    taken = {bare(name) for part in (*trainings, *inferences) for node in part.nodes.nodes for name in node.inputs}
    found = (
        candidate
        for inference in inferences
        for training in trainings
        for candidate in _bound(training, inference, taken)
    )
    for candidate in sorted(found, key=lambda candidate: candidate.rank):
        best.setdefault((candidate.inference.names, candidate.input_name), candidate)
    return sorted(best.values(), key=lambda candidate: candidate.rank)


def _bound(training: ProjectPart, inference: ProjectPart, taken: set[str]) -> Iterator[Candidate]:
    """Yield the bindings of two parts, one for each input that a caller may supply."""
    if len(inference.nodes.outputs()) != 1 or training.names <= inference.names:
        return
    made_elsewhere = {name for name in training.made if name not in inference.made}
    artifacts: dict[str, str] = {}
    fitted, rest = set(), []
    for name in sorted(inference.inputs):
        if bare(name) in made_elsewhere:
            fitted.add(name)
        elif bare(name) not in training.datasets and (twin := namesake(name, made_elsewhere)):
            artifacts[name] = twin
        else:
            rest.append(name)
    made = fitted | artifacts.keys()
    twins = {name: _in_training(name, training.datasets) for name in (*rest, *made)}
    unknown = [name for name in rest if twins[name] is None]
    handed = {artifacts.get(name, bare(name)) for name in made}

    def is_origin(name: str) -> bool | None:
        source = twins[name]
        return None if source is None else handed - {source} <= training.computed_from(source)

    inputs = rest or sorted(made)
    if rest and not unknown and not any(map(is_origin, rest)):
        inputs = [*rest, *filter(is_origin, sorted(made))]
    for name in inputs:
        if made - {name} and set(unknown) <= {name}:
            mapped = artifacts | {other: twin for other in rest if (twin := twins[other]) and twin != bare(other)}
            twin = mapped.pop(name, None) or twins[name]
            yield Candidate(
                training,
                inference,
                name,
                frozenset(made - {name}),
                tuple(sorted(mapped.items())),
                twin if twin != bare(name) else None,
                is_final=not taken & set(map(bare, inference.nodes.outputs())),
                is_input_made=name in made,
                is_origin=is_origin(name),
            )


def _in_training(name: str, datasets: Collection[str]) -> str | None:
    """Return the dataset of training that is this one, by its name or by all of it but the namespace."""
    return bare(name) if bare(name) in datasets else namesake(name, datasets)


def exclusive(found: Iterable[Candidate]) -> list[list[Candidate]]:
    """Group candidates that predict with the same artifacts: each group is one model, its first the likeliest."""
    groups: list[list[Candidate]] = []
    for candidate in found:
        sources = {dict(candidate.artifacts).get(name, name) for name in candidate.fitted}
        for group in groups:
            if any(sources & {dict(other.artifacts).get(name, name) for name in other.fitted} for other in group):
                group.append(candidate)
                break
        else:
            groups.append([candidate])
    return groups
