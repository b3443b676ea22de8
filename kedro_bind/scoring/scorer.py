"""A loaded model that scores chunks: it reads, predicts, and writes a part for each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import KedroBindError
from kedro_bind.scoring.columns import column_types
from kedro_bind.scoring.job import Outcome
from kedro_bind.scoring.parts import Parts, decoded_schema, encoded_schema
from kedro_bind.scoring.rejection import first_failure, predict_rows, reason_of, wrong_column
from kedro_bind.scoring.rows import ChunkRows, RowReader
from kedro_bind.scoring.tables import as_frame, beside, empty_frame, first_schema, in_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from kedro_bind.scoring.job import Job, Task

__all__ = ["Scorer"]

_ADVICE = "correct it, or set such rows aside with '--on-bad-rows quarantine'"


@dataclass(frozen=True)
class Scorer:
    """Scores the chunks of a job, one after the other."""

    job: Job

    @cached_property
    def _model(self) -> Any:
        import mlflow

        return mlflow.pyfunc.load_model(self.job.model, suppress_warnings=True)

    @cached_property
    def _parts(self) -> Parts:
        return Parts(self.job.parts)

    @cached_property
    def _reader(self) -> RowReader:
        return RowReader(self.job, column_types(self._input_schema))

    @cached_property
    def _input_schema(self) -> Any:
        return self._model.metadata.get_input_schema()

    @cached_property
    def _output_schema(self) -> Any:
        return self._model.metadata.get_output_schema()

    def load(self) -> None:
        """Load the model."""
        _ = self._model

    def run(self, task: Task, schema: str = "", skip: Sequence[int] = ()) -> Iterator[Outcome]:
        """Score the chunks of a task, and yield each when its part is written.

        Parts have the types of `schema`; without one, the first part says which they are.

        Raises:
            KedroBindError: a row is rejected, or the model fails.
        """
        for rows in self._reader.read(task, skip):
            outcome = self._score(rows, schema)
            schema = schema or outcome.schema
            yield outcome

    def _score(self, rows: ChunkRows, schema: str) -> Outcome:
        number = rows.chunk.number
        known = decoded_schema(schema) if schema else None
        rows, predictions = self._predicted(rows)
        frame = self._joined(predictions, known)
        table = self._beside(rows, frame)
        types = first_schema(table, self._output_schema) if known is None else known
        if rows.rejected:
            self._parts.write_rejected(number, rows.rejected_table())
        self._parts.write(number, in_schema(table, types, number))
        first = min(rows.rejected, default=None)
        reason = "" if first is None else f"{rows.place_of(first)} is rejected: {rows.rejected[first]}"
        return Outcome(number, rows.chunk.rows, len(rows.rejected), schema or encoded_schema(types), reason)

    def _predicted(self, rows: ChunkRows) -> tuple[ChunkRows, list[Any]]:
        """Predict the rows; return them without those that are rejected, and the predictions in one or several parts.

        Raises:
            KedroBindError: a row is rejected and is not to be set aside, or the model fails.
        """
        if rows.rejected and not self.job.quarantine:
            position = min(rows.rejected)
            raise KedroBindError(f"{rows.place_of(position)} is rejected: {rows.rejected[position]}; {_ADVICE}")
        if not len(rows.kept):
            return rows, []
        try:
            return rows, [self._call(rows.model_input)]
        except Exception as error:
            _, rejects = reason_of(error)
            if rejects and (wrong := wrong_column(self._input_schema, rows.model_input)):
                raise KedroBindError(f"{wrong} in {rows.chunk.path or 'the table'}; convert it") from error
            if not rejects or not self.job.quarantine or self.job.whole:
                raise self._failure(rows, error) from error
        try:
            found = predict_rows(self._call, rows.model_input)
        except Exception as error:
            raise self._failure(rows, error) from error
        return rows.without(found.rejected), found.parts

    def _call(self, model_input: Any) -> Any:
        params = self.job.params
        return self._model.predict(model_input, params=params) if params else self._model.predict(model_input)

    def _failure(self, rows: ChunkRows, error: Exception) -> KedroBindError:
        """Return what a user is told about an error: the row, if there is one that fails alone."""
        chunk = rows.chunk
        found = None if self.job.whole else first_failure(self._call, rows.model_input, error)
        if found is not None:
            where = rows.place_of(rows.kept[found.position])
            if found.rejects:
                return KedroBindError(f"{where} is rejected: {found.reason}; {_ADVICE}")
            return KedroBindError(f"{where} can't be predicted: {found.reason}")
        reason, rejects = reason_of(error)
        where = f"rows {chunk.row} to {chunk.row + chunk.rows - 1} of {chunk.path or 'the table'}"
        return KedroBindError(f"{where} {'are rejected' if rejects else 'cannot be predicted'}: {reason}")

    def _joined(self, predictions: list[Any], schema: pa.Schema | None) -> Any:
        import pandas as pd

        if not predictions:
            return empty_frame(self._output_schema, schema, (*self.job.keep, *self.job.index))
        frames = [as_frame(part) for part in predictions]
        return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)

    def _beside(self, rows: ChunkRows, frame: Any) -> pa.Table:
        """Return the predictions with what is carried over.

        Raises:
            KedroBindError: there has to be one for each row, and there is not.
        """
        if len(frame) == len(rows.kept):
            return beside(frame, rows.carried_of_kept(), self.job.index)
        counts = f"the model returns {len(frame)} predictions for {len(rows.kept)} rows"
        if not self.job.whole:
            raise KedroBindError(f"{counts}, although it was verified as row-wise; log it again")
        if self.job.keep:
            raise KedroBindError(f"{counts}, so there is nothing to put columns beside; leave out '--keep'")
        return beside(frame, rows.carried.select([]), ())
