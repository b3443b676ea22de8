"""Predict a table with several models under `spark_udf`, in turn, in one local session of Spark. Prints JSON.

Usage: spark_passes.py TABLE PASSES JSON, the folders of the models by name as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time

from protocol import claim_output, say


def main(table: str, passes: int, models: dict[str, str]) -> None:
    """Print the seconds of each pass of each model."""
    output = claim_output()
    os.environ["PYSPARK_PYTHON"] = sys.executable
    import mlflow
    from pyspark.sql import SparkSession, functions

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    rows = session.read.parquet(table)
    inputs = functions.struct(*rows.columns)
    predicted = {
        name: rows.select(mlflow.pyfunc.spark_udf(session, folder, env_manager="local")(inputs).alias("predicted"))
        for name, folder in models.items()
    }
    seconds: dict[str, list[float]] = {name: [] for name in models}
    names = list(models)
    for number in range(passes):
        for name in (*names[number % len(names) :], *names[: number % len(names)]):
            began = time.perf_counter()
            predicted[name].write.format("noop").mode("overwrite").save()
            seconds[name].append(time.perf_counter() - began)
    say(output, seconds)
    session.stop()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3]))
