"""What is compared: the same predictions, packaged in different ways."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from processes import clean_environment

QUIET = Path(__file__).parent / "project" / "quiet_logging.yml"


@dataclass(frozen=True)
class Variant:
    """A model of a `source`, run in an environment; `slow` ones are measured less often."""

    name: str
    source: str
    environment: str
    variables: dict[str, str] = field(default_factory=dict)
    slow: bool = False

    def process_environment(self, **more: str) -> dict[str, str]:
        """Return the environment variables of its processes."""
        return clean_environment(**self.variables, **more)


HAND_WRITTEN = Variant("hand_written", "hand_written", "kedro_bind")
CONTROL = Variant("hand_written_again", "hand_written", "kedro_bind")
KEDRO_BIND = Variant("kedro_bind", "kedro_bind", "kedro_bind")
SKLEARN = Variant("sklearn", "sklearn", "kedro_bind")
KEDRO_MLFLOW_QUIET = Variant(
    "kedro_mlflow_quiet", "kedro_mlflow", "kedro_mlflow", {"KEDRO_LOGGING_CONFIG": str(QUIET)}, slow=True
)
KEDRO_MLFLOW = Variant("kedro_mlflow", "kedro_mlflow", "kedro_mlflow", slow=True)

BASE = HAND_WRITTEN.name


def of_model(length: int, kind: str) -> list[Variant]:
    """Return the variants that a model of this length and kind has."""
    has_sklearn = length == 2 and kind in ("small", "forest")
    return [HAND_WRITTEN, KEDRO_BIND, CONTROL, *([SKLEARN] if has_sklearn else []), KEDRO_MLFLOW_QUIET, KEDRO_MLFLOW]
