"""Register two versions of a large forest, or move the alias.

Usage: forest.py STORE TREES, or forest.py STORE alias VERSION.
"""

from __future__ import annotations

import sys
from pathlib import Path

from protocol import claim_output, say

ROWS = 12_000


def main() -> None:
    """Do what the arguments say."""
    output = claim_output()
    import mlflow

    mlflow.set_tracking_uri(sys.argv[1])
    if sys.argv[2] == "alias":
        mlflow.MlflowClient().set_registered_model_alias("forest", "champion", sys.argv[3])
        say(output, {})
        return
    import numpy as np
    import pandas as pd
    from sklearn.ensemble import RandomForestRegressor

    random = np.random.default_rng(0)
    table = pd.DataFrame(random.normal(size=(ROWS, 4)), columns=list("abcd"))
    target = table.to_numpy() @ [0.5, -1.0, 2.0, 0.25] + random.normal(size=ROWS)
    forest = RandomForestRegressor(n_estimators=int(sys.argv[2]), random_state=0).fit(table, target)
    for _ in range(2):
        info = mlflow.sklearn.log_model(
            forest,
            name="forest",
            input_example=table[:5],
            registered_model_name="forest",
            serialization_format="cloudpickle",
            pip_requirements=["scikit-learn"],
        )
    folder = Path(mlflow.artifacts.download_artifacts(artifact_uri=info.model_uri))
    say(output, {"bytes": sum(file.stat().st_size for file in folder.rglob("*.pkl"))})


if __name__ == "__main__":
    main()
