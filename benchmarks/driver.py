"""Worker processes that hold a model each, asked in turn."""

from __future__ import annotations

import contextlib
import json
import subprocess
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from processes import CommandFailed, group
from projects import INSIDE
from rounds import rotated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from projects import Workshop
    from variants import Variant


class _HasVariant(Protocol):
    variant: Any


_Asked = TypeVar("_Asked", bound=_HasVariant)


class Worker:
    """A process with one loaded model; idle unless asked."""

    def __init__(self, variant: Variant, process: subprocess.Popen[str], log: Path) -> None:
        self.variant, self._process, self._log = variant, process, log

    def ask(self, **command: Any) -> Any:
        """Send a command, wait for the answer.

        Raises:
            CommandFailed: the process has ended.
        """
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(command) + "\n")
            self._process.stdin.flush()
        return self.answer()

    def answer(self) -> Any:
        """Wait for an answer."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            tail = "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-25:])
            raise CommandFailed(f"the worker of {self.variant.name} has ended:\n{tail}")
        return json.loads(line)


@contextlib.contextmanager
def workers(workshop: Workshop, variants: Sequence[Variant], kind: str, length: int) -> Iterator[list[Worker]]:
    """Start a worker for each variant; all are alive, loaded and warm at once."""
    models = [workshop.model(variant, kind, length) for variant in variants]
    rows = workshop.project(kind, "kedro_bind").rows
    with contextlib.ExitStack() as stack:
        started = []
        for variant, model in zip(variants, models, strict=True):
            log = workshop.folder / f"worker_{variant.name}.log"
            errors = stack.enter_context(log.open("w", encoding="utf-8"))
            process = stack.enter_context(
                group(
                    [workshop.python(variant), INSIDE / "worker.py", model, rows],
                    cwd=workshop.folder,
                    environment=variant.process_environment(),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                )
            )
            started.append(Worker(variant, process, log))
        for worker in started:
            worker.answer()
        yield started


def check_answers(started: Sequence[Worker]) -> None:
    """Make sure that all variants predict the same (sklearn's model is another one).

    Raises:
        CommandFailed: one predicts otherwise.
    """
    answers = {worker.variant.name: worker.ask(do="answer", count=3)["scores"] for worker in started}
    expected = answers["hand_written"]
    for name, scores in answers.items():
        if name != "sklearn" and any(abs(a - b) > 1e-9 for a, b in zip(scores, expected, strict=True)):
            raise CommandFailed(f"{name} predicts {scores}, hand_written {expected}")


def in_turn(started: Sequence[_Asked], turn: int, slow_every: int) -> list[_Asked]:
    """Return whom to ask in a round: another one first each time, the slow ones only in some rounds."""
    asked = [worker for worker in started if not worker.variant.slow or turn % slow_every == 0]
    return rotated(asked, turn)
