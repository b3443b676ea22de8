"""Predict a table with Spark on this machine: the models of both sides under `mlflow.pyfunc.spark_udf`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from processes import clean_environment
from processes import run as run_command
from projects import INSIDE, prepare
from rounds import rotated

if TYPE_CHECKING:
    from projects import Workshop

_PASSES = 7


def run(workshop: Workshop) -> dict[str, Any]:
    """Measure the passes of all models in turn, in a new session for each round."""
    python, project = workshop.environments["servers"].python, workshop.batched_project()
    ours = workshop.newest_model(project, "independent")
    by_hand = workshop.folder / "hand_written_batched"
    prepare("hand_written_batched", python, project=str(project), like=ours, folder=str(by_hand))
    models = {"hand_written": str(by_hand), "kedro_bind": ours, "hand_written_again": str(by_hand)}
    table = workshop.folder / "spark_rows"
    customers = project / "data" / "customers.pkl"
    run_command([python, INSIDE / "parquet_table.py", customers, table, str(workshop.scale.spark_rows)])
    rounds = []
    for turn in range(workshop.scale.spark_rounds):
        turned = json.dumps({name: models[name] for name in rotated(models, turn)})
        output = run_command(
            [python, INSIDE / "spark_passes.py", table, str(_PASSES), turned],
            cwd=workshop.folder,
            environment=clean_environment(),
        )
        rounds.append(json.loads(output.splitlines()[-1]))
    return {"rows": workshop.scale.spark_rows, "rounds": rounds}
