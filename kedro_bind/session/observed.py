"""What a bound run collects during training: samples of its models' inputs, metrics, and verifying processes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from kedro_bind.binding.datasets import is_pickled
from kedro_bind.names import bare
from kedro_bind.packaging.declared_validators import incoming, validates_input
from kedro_bind.packaging.input_sample import sample_input
from kedro_bind.process.termination import termination
from kedro_bind.redaction import get_logger, redacted
from kedro_bind.tracking.metrics import ObservedMetrics

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.packaging.input_sample import InputSample
    from kedro_bind.packaging.verification.parent import VerificationProcess
    from kedro_bind.project import Origin
    from kedro_bind.redaction import Redaction

__all__ = ["Observed"]

logger = get_logger(__name__)


class Observed:
    """The one owner of what changes during a run.

    `produced` are the datasets that the run produces, `None` if it trains nothing. What nodes that run `in_processes`
    of their own return is not seen here. Nothing here raises: training continues, whatever its data is.
    """

    def __init__(
        self,
        bindings: Mapping[str, ResolvedBinding],
        origin: Origin,
        redaction: Redaction,
        produced: frozenset[str] | None = None,
        *,
        in_processes: bool = False,
    ) -> None:
        self._bindings, self._origin = bindings, origin
        self.redaction = redaction
        self.metrics = ObservedMetrics(produced)
        self._sees_all = produced is not None and not in_processes
        self._saved: set[str] = set()
        self._lock = threading.RLock()
        self._samples: dict[str, InputSample] = {}
        self._from_saved: set[str] = set()
        self._modules: dict[str, set[str]] = {name: set() for name in bindings}
        self._waiting: dict[str, VerificationProcess] = {}

    @redacted
    def start_verification(self) -> None:
        """Start the process that verifies the first model, since its imports take as long as a short training."""
        with self._lock:
            self._start_verification(self._bindings)

    @redacted
    def see_loaded(self, data: Mapping[str, Any], catalog: Any) -> None:
        """Keep a sample of a model's input, which was loaded for a node."""
        self._see(data, catalog)

    @redacted
    def see_saved(self, data: Mapping[str, Any], catalog: Any, *, in_chunks: bool) -> None:
        """Observe what a node returned: a model's input, metrics, and artifacts, whose modules are imported ahead."""
        with self._lock:
            self._saved.update(map(bare, data))
        if not in_chunks:
            self._see(data)
            self._see_metrics(data)
            self._import_ahead(data, catalog)

    def sample(self, name: str) -> InputSample | None:
        """Return the sample of a binding's input, if there is one."""
        return self._samples.get(name)

    def take_verification(self, name: str) -> VerificationProcess | None:
        """Hand over the verifying process that waits for a binding's model, if one does, and start the next one."""
        names = [*self._bindings]
        with self._lock:
            taken = self._waiting.pop(name, None)
            if taken is not None and not taken.is_usable():
                taken.stop()
                taken = None
            try:
                self._start_verification(names[names.index(name) + 1 :])
            except BaseException:
                if taken is not None:
                    taken.stop()
                raise
        return taken

    def lacks_artifacts(self, name: str) -> bool:
        """Return whether an artifact of a binding, which training fits, was certainly not made yet."""
        binding = self._bindings[name]
        fitted = set(map(bare, binding.artifact_sources.values())) & set(binding.fitted)
        with self._lock:
            return self._sees_all and not fitted <= self._saved

    def stop(self) -> None:
        """End the process that was not taken."""
        with self._lock:
            for verification in self._waiting.values():
                verification.stop()
            self._waiting.clear()

    def _see(self, data: Mapping[str, Any], catalog: Any = None) -> None:
        for name, binding in self._bindings.items():
            dataset = next((dataset for dataset in data if bare(dataset) == bare(binding.training_input)), None)
            if dataset is None:
                continue
            try:
                self._keep(name, binding, data[dataset], catalog)
            except Exception as error:  # noqa: BLE001 - data may be anything, and a hook's error ends the training
                logger.debug("kedro_bind: '%s' is not observed for '%s': %s", dataset, name, error)

    def _see_metrics(self, data: Mapping[str, Any]) -> None:
        datasets = {bare(dataset) for binding in self._bindings.values() for dataset in binding.model.metrics}
        for name, value in data.items():
            if bare(name) in datasets:
                try:
                    self.metrics.observe(name, value)
                except Exception as error:  # noqa: BLE001 - as above
                    logger.debug("kedro_bind: '%s' is not observed: %s", name, error)

    def _keep(self, name: str, binding: ResolvedBinding, data: Any, catalog: Any) -> None:
        """Keep a sample of a model's input; with a catalog, the data was loaded from it."""
        loaded = catalog is not None
        with self._lock:
            # Loaded data takes precedence over saved data: it looks to the nodes as a caller's data will.
            if name not in self._samples or (loaded and name in self._from_saved):
                if loaded and validates_input(binding, catalog):
                    data = incoming(binding, catalog)
                self._samples[name] = sample_input(data, binding.model.example_rows)
                (self._from_saved.discard if loaded else self._from_saved.add)(name)

    def _import_ahead(self, data: Mapping[str, Any], catalog: Any) -> None:
        """Have the waiting process import the modules that define the types of pickled artifacts."""
        try:
            with self._lock:
                for name, binding in self._bindings.items():
                    made = data.keys() & binding.artifact_sources.values()
                    pickled = [artifact for artifact in made if is_pickled(catalog.get(artifact))]
                    self._modules[name] |= {str(type(data[artifact]).__module__) for artifact in pickled}
                for name, verification in self._waiting.items():
                    verification.import_ahead(self._modules[name])
        except Exception as error:  # noqa: BLE001 - as above
            logger.debug("kedro_bind: nothing is imported ahead: %s", error)

    def _start_verification(self, names: Iterable[str]) -> None:
        """Start the process that verifies the first of these models, unless one waits already.

        One is enough: it imports while the previous model is verified. Each takes memory while it waits.
        """
        from kedro_bind.tracking.log import start_verification

        for name in names:
            if self._waiting:
                return
            try:
                with termination.uninterrupted():  # otherwise SIGTERM could leave a process that `stop` does not know
                    if verification := start_verification(self._bindings[name], self._origin):
                        self._waiting[name] = verification
                        verification.import_ahead(self._modules[name])
            except Exception as error:  # noqa: BLE001 - logging starts another one, or reports why it can't
                logger.debug("kedro_bind: no process is started for '%s': %s", name, error)
            termination.raise_if_received()
