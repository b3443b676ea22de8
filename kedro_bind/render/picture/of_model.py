"""A logged model as what a picture is of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_bind.names import flat
from kedro_bind.redaction import redact_value
from kedro_bind.render.picture.subject import (
    CarriedArtifact,
    CarriedParameter,
    DrawnEvaluation,
    Field,
    Step,
    Subject,
    Table,
    value_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kedro_bind.model.plan import Plan
    from kedro_bind.render.picture.subject import Facts
    from kedro_bind.tracking.logged_files import LoggedFiles

__all__ = ["subject_of_model"]


def subject_of_model(files: LoggedFiles) -> Subject:
    """Return what the picture of a logged model shows, with its card."""
    plan, lineage, signature = files.plan, files.lineage, files.mlmodel.signature
    document = lineage.get("document", {})
    model = document.get("model", {})
    training_input = (document.get("training") or {}).get("input_name") or plan.input_name
    return Subject(
        name=plan.name,
        place=files.uri,
        input_name=plan.input_name,
        training_input=training_input,
        training=tuple(_training(lineage)),
        inference=tuple(Step(n.name, _function(n), tuple(flat(n.inputs)), tuple(flat(n.outputs))) for n in plan.nodes),
        evaluation=_evaluation(lineage, document.get("evaluation") or {}, training_input),
        artifacts=tuple(_artifacts(files, document.get("artifacts") or {})),
        parameters=tuple(
            CarriedParameter(name, value_text(name, value), settable=name in plan.predict_params)
            for name, value in plan.parameters.items()
        ),
        description=str(model.get("description") or ""),
        inputs=_fields(signature.inputs if signature else None),
        outputs=_fields(signature.outputs if signature else None),
        notes=_notes(plan),
        facts=tuple(_facts(plan, lineage)),
        tables=tuple(_tables(files)),
    )


def _training(lineage: Any) -> Iterator[Step]:
    """Return the nodes of training; models of earlier versions know their names only."""
    return _steps(lineage.get("training_graph") or [{"name": name} for name in lineage.get("training", ())])


def _evaluation(lineage: Any, declared: Mapping[str, Any], default_input: str) -> DrawnEvaluation | None:
    """Return the evaluation of the binding; models of earlier versions do not know its nodes."""
    if "evaluation_graph" not in lineage:
        return None
    steps = tuple(_steps(lineage["evaluation_graph"]))
    return DrawnEvaluation(declared.get("input_name") or default_input, steps, tuple(declared.get("metrics") or ()))


def _steps(graph: Iterable[Mapping[str, Any]]) -> Iterator[Step]:
    for node in graph:
        inputs, outputs = tuple(node.get("inputs", ())), tuple(node.get("outputs", ()))
        yield Step(node["name"], node.get("function", ""), inputs, outputs)


def _function(node: Any) -> str:
    return node.function or f"pickled as {node.pickle}"


def _artifacts(files: LoggedFiles, sources: dict[str, str]) -> Iterator[CarriedArtifact]:
    versions = {name: artifact.get("version") or "" for name, artifact in files.lineage.get("artifacts", {}).items()}
    for name, artifact in files.plan.artifacts.items():
        kind = str((artifact.dataset or {}).get("type", "")) or "captured by value"
        yield CarriedArtifact(
            name,
            sources.get(name, name),
            short_type(kind),
            files.sizes.get(name),
            artifact.sha256 or "",
            versions.get(name, ""),
        )


def short_type(path: str) -> str:
    """Shorten the import path of a dataset to what a catalog calls it: `pickle.PickleDataset`."""
    module, _, name = path.rpartition(".")
    parts = module.split(".")
    return f"{parts[1]}.{name}" if parts[0] == "kedro_datasets" and len(parts) > 1 else name


def _fields(schema: Any) -> tuple[Field, ...]:
    if schema is None:
        return ()
    if schema.is_tensor_spec():
        return tuple(Field(spec.name or "tensor", f"{spec.type} {list(spec.shape)}") for spec in schema.inputs)
    return tuple(
        Field(str(column.name if column.name is not None else index), _type(column.type), not column.required)
        for index, column in enumerate(schema.inputs)
    )


def _type(type_: Any) -> str:
    return str(getattr(type_, "name", type_)).lower() if hasattr(type_, "name") else str(type_)


def _notes(plan: Plan) -> dict[str, Facts]:
    """Return what is worth saying of datasets: a copy mode that is not the default, and validators."""
    modes = {name: (("copy mode", mode),) for name, mode in plan.copy_mode.items() if mode != "assign"}
    checks = {
        name: (("validator", f"{validator.type} ({', '.join(validator.modes)}, {validator.severity})"),)
        for name, validator in plan.validators.items()
    }
    return {name: (*modes.get(name, ()), *checks.get(name, ())) for name in {**modes, **checks}}


def _facts(plan: Plan, lineage: Any) -> Iterator[tuple[str, str]]:
    yield "runner", plan.runner.type.removeprefix("kedro.runner.")
    if plan.row_wise:
        yield "row-wise", "yes"
    elif plan.row_wise_reason:
        yield "row-wise", f"no: {plan.row_wise_reason}"
    if logged_at := lineage.get("logged_at"):
        yield "logged at", str(logged_at)


def _tables(files: LoggedFiles) -> Iterator[Table]:
    lineage, git = files.lineage, files.lineage.get("git") or {}
    metrics = tuple((name, f"{value:.6g}") for name, value in sorted(files.metrics.items()))
    dirty = " with changes that are not committed" if git.get("dirty") else ""
    origin = {
        "model id": files.mlmodel.model_id or "",
        "run": files.mlmodel.run_id or "",
        "git commit": f"{git['commit']}{dirty}" if git.get("commit") else "",
        "Kedro environment": lineage.get("env") or "",
        "pipelines of the run": ", ".join(lineage.get("pipelines") or ()),
        **{f"{name} version": version for name, version in (lineage.get("versions") or {}).items()},
    }
    yield Table("Metrics", ("name", "value"), metrics)
    yield Table("Lineage", ("what", "value"), tuple((what, str(value)) for what, value in origin.items() if value))
    document = redact_value(dict(lineage.get("document") or {}))
    yield Table("Document", ("key", "value"), tuple((key, value_text(key, value)) for key, value in document.items()))
    yield Table("Requirements", ("package",), tuple((line,) for line in files.requirements))
