"""Whether predicting changes an artifact that all requests share.

What counts is that a request gets the same answer whichever requests came before it. So an artifact may change at
its first request, such as by a cache that it fills, or by the `id` of one of its own objects that it keeps
(scikit-learn's `TfidfVectorizer`), if that is all: the state that it then has is the same after requests with other
rows, and gives the answer that the fresh artifact gave. All within one process, since another one has other ids.
"""

from __future__ import annotations

import pickle
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_bind.model.proof import same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["SharedModel", "predict_and_compare"]


@dataclass(frozen=True)
class SharedModel:
    """A loaded model's `predict`, and the artifacts that its requests share."""

    predict: Callable[[Any], Any]
    artifacts: Mapping[str, Any]


def predict_and_compare(model: SharedModel, load: Callable[[], SharedModel], rows: Any) -> tuple[Any, list[str]]:
    """Predict with a model that is fresh, and return the answer and the names of the artifacts that requests change.

    `load` loads the model once more; it is called only if an artifact is not what it was.
    """
    before = _states(model, model.artifacts)
    answer = model.predict(rows)
    after = _states(model, model.artifacts)
    suspects = [name for name, state in before.items() if after[name] != state]
    return answer, _unsettled(load(), suspects, rows, answer) if suspects else []


def _unsettled(fresh: SharedModel, suspects: list[str], rows: Any, answer: Any) -> list[str]:
    """Name the artifacts whose state depends on the requests, or all if their first change changes the answer.

    Without other rows to try, whatever changes is named.
    """
    states = []
    for part in _parts(rows):
        try:
            fresh.predict(part)
        except Exception:  # noqa: BLE001, S112 - a model may need more rows than these
            continue
        states.append(_states(fresh, suspects))
    if not states:
        return suspects
    settled = fresh.predict(rows)
    states.append(_states(fresh, suspects))
    if changed := [name for name in suspects if len({state[name] for state in states}) > 1]:
        return changed
    # Where two answers of one state differ, the pipeline is not deterministic, and the first answer shows nothing.
    return suspects if not same(settled, answer) and same(settled, fresh.predict(rows)) else []


def _parts(rows: Any) -> Iterator[Any]:
    """Cut what can be cut, such as a table, an array or a list, into its halves."""
    try:
        half = (rows.shape[0] if hasattr(rows, "shape") else len(rows)) // 2
        parts = (rows[:half], rows[half:]) if half else ()
    except Exception:  # noqa: BLE001 - an input may be anything
        return
    yield from parts


def _states(model: SharedModel, names: Iterable[str]) -> dict[str, int | None]:
    return {name: _fingerprint(model.artifacts[name]) for name in names}


def _fingerprint(data: Any) -> int | None:
    """Return a checksum of some data; `None` for what can't be pickled.

    The pickler keeps no memo (`fast`): with one, the bytes depend on which equal objects are identical, and
    predicting changes that for harmless reasons. Only what contains itself can't do without.
    """
    for fast in (True, False):
        sink = _Sink()
        pickler = _Pickler(sink, protocol=5, buffer_callback=sink.buffer)
        pickler.fast = fast
        try:
            pickler.dump(data)
        except Exception:  # noqa: BLE001, S112 - objects refuse to be pickled in many ways
            continue
        return sink.checksum
    return None


class _Pickler(pickle.Pickler):
    def reducer_override(self, data: Any) -> Any:
        """Leave out what scikit-learn's KDTree and BallTree count for their own statistics whenever they are asked."""
        if hasattr(data, "get_n_calls") and hasattr(data, "get_arrays") and not isinstance(data, type):
            return type(data), tuple(data.get_arrays())
        return NotImplemented


class _Sink:
    checksum = 0

    def write(self, data: Any) -> int:
        self.checksum = zlib.crc32(data, self.checksum)
        return len(data)

    @property
    def buffer(self) -> Callable[[pickle.PickleBuffer], None]:
        def take(each: pickle.PickleBuffer) -> None:
            self.write(each.raw())

        return take
