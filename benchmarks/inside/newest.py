"""Print the folder of the newest logged model of a binding. Usage: newest.py STORE BINDING."""

from __future__ import annotations

import sys

from protocol import claim_output, say


def main() -> None:
    """Look in the store."""
    output = claim_output()
    import mlflow

    mlflow.set_tracking_uri(sys.argv[1])
    experiments = [experiment.experiment_id for experiment in mlflow.search_experiments()]
    models = mlflow.search_logged_models(experiment_ids=experiments, output_format="list")
    newest = max((model for model in models if model.name == sys.argv[2]), key=lambda model: model.creation_timestamp)
    say(output, {"folder": mlflow.artifacts.download_artifacts(artifact_uri=newest.artifact_location)})


if __name__ == "__main__":
    main()
