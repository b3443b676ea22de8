"""How much is measured: the real thing, or a quick look whether everything works."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Scale:
    """Sizes and repetitions; seconds bound what would take too long."""

    name: str = "full"
    lengths: dict[str, tuple[int, ...]] = field(
        default_factory=lambda: {"small": (2, 10, 50, 200), "forest": (2, 10, 50)}
    )
    trees: int = 120
    ballast_mb: int = 1000
    generations: int = 3
    rounds: int = 40
    slow_every: int = 10
    predictions: int = 60
    batch_seconds: float = 0.25
    fresh_repeats: int = 5
    log_repeats: int = 5
    serve_generations: int = 3
    serve_rounds: int = 5
    serve_seconds: float = 2.0
    batching_rounds: int = 7
    worker_rounds: int = 3
    scoring_rows: tuple[int, int] = (1_000_000, 10_000_000)
    scoring_rounds: int = 3
    spark_rows: int = 1_000_000
    spark_rounds: int = 3
    requests: int = 10_000
    table_rows: int = 1_000_000
    table_generations: int = 3
    table_rounds: int = 6
    startup_repeats: int = 9
    check_repeats: int = 4


FULL = Scale()
QUICK = Scale(
    name="quick",
    lengths={"small": (2, 10, 50, 200), "forest": (2,)},
    trees=12,
    ballast_mb=50,
    generations=1,
    rounds=6,
    slow_every=3,
    predictions=60,
    batch_seconds=0.2,
    fresh_repeats=2,
    log_repeats=1,
    serve_generations=1,
    serve_rounds=1,
    serve_seconds=1.5,
    batching_rounds=1,
    worker_rounds=1,
    scoring_rows=(100_000, 400_000),
    scoring_rounds=1,
    spark_rows=200_000,
    spark_rounds=1,
    requests=400,
    table_rows=100_000,
    table_generations=2,
    table_rounds=3,
    startup_repeats=2,
    check_repeats=1,
)
