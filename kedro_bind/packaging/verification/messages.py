"""The messages between the training process and the verifying process, as JSON.

Between the setup and the job, the training process may send names of modules to import, each as a JSON string.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from kedro_bind.packaging.verification.row_wise import NOT_VERIFIED, RowWise

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["VerificationJob", "VerificationResult", "VerificationSetup"]


@dataclass(frozen=True)
class _Message:
    def to_json(self) -> str:
        """Return the message as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the message in a text of JSON.

        Raises:
            ValueError: the text has something else.
        """
        return cls(**_fields(text))


@dataclass(frozen=True)
class VerificationSetup(_Message):
    """Where the verifying process writes its result, and the parts of the project that must be out of its reach.

    `result` is the path for the result as JSON. `packages` travel with the model; `hidden_packages` and
    `hidden_folders` are the project's own.
    """

    result: str
    packages: tuple[str, ...] = ()
    hidden_packages: tuple[str, ...] = ()
    hidden_folders: tuple[str, ...] = ()


@dataclass(frozen=True)
class VerificationJob(_Message):
    """A saved model to verify.

    `example` and `varied` are the paths of pickled rows, and empty if there are none. `predictions` is the path for the
    pickled predictions of `example`. With `varied` rows, up to `most_calls` calls find out whether the model is
    row-wise.
    """

    model: str
    predictions: str
    example: str = ""
    varied: str = ""
    most_calls: int | None = None


@dataclass(frozen=True)
class VerificationResult(_Message):
    """What the verifying process found.

    `error` says why the model does not load or predict. `foreign_modules` are modules of the project that were not
    imported from the model, `changed_artifacts` the artifacts that predicting changes. `direct` are the top-level
    modules that the model's own code and its artifacts need, `incidental` those that loading them imported as well.
    `warnings` are those of loading the model, `unused_columns` the columns that no prediction depends on. The training
    process adds a `remark` about what could not be verified.
    """

    error: str = ""
    foreign_modules: tuple[str, ...] = ()
    changed_artifacts: tuple[str, ...] = ()
    direct: tuple[str, ...] = ()
    incidental: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    unused_columns: tuple[str, ...] = ()
    row_wise: RowWise = NOT_VERIFIED
    remark: str = ""

    @classmethod
    def from_json(cls, text: str) -> VerificationResult:
        """Return the result in a text of JSON.

        Raises:
            ValueError: the text has something else.
        """
        fields = _fields(text)
        if "row_wise" not in fields:
            raise ValueError("this is not a result of a verification")
        return cls(**{**fields, "row_wise": RowWise(**fields["row_wise"])})


def _fields(text: str) -> dict[str, Any]:
    """Return the fields in a text of JSON, which has lists for tuples."""
    fields = json.loads(text)
    if not isinstance(fields, dict):
        raise ValueError("this is not a message of a verification")  # noqa: TRY004 - JSON of another kind is invalid too
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
