"""The commands and the code of docs/guides/spark.md, run in a copy of the example that has logged its model."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

from tests.guides import assert_printed, commands, environment, files, guide, run, write_files
from tests.spark_cluster import SPARK_TESTS
from tests.test_batch_guide import without_times
from tests.test_docs import EXAMPLE

pytestmark = SPARK_TESTS

PAGE = guide("spark")
((_, (FIRST, *PRINTED)),) = [step for step in commands(PAGE) if step[0].startswith("pip")]
((CODE, SHOWN),) = re.findall(r"^```python\n(import.*?)^```\n\n```\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def rounded(text: str) -> str:
    """Return a text with three decimal places, since the last ones differ between machines."""
    return re.sub(r"(\d\.\d{3})\d+", r"\1", text)


def test_a_table_is_predicted_as_the_page_says(tmp_path, empty_store):
    project = tmp_path / "penguins"
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns("mlflow.db", "mlartifacts", "*.pkl", "__pycache__"))
    shutil.copy(empty_store, project / "mlflow.db")
    run("kedro run --pipelines=penguins", project)
    write_files(files(PAGE), project)

    output = without_times(run(FIRST.removeprefix("$ "), project))
    for line in PRINTED:  # on two streams
        assert_printed([without_times(line)], output)

    program = [sys.executable, "-c", CODE]
    done = subprocess.run(program, cwd=project, env=environment(), capture_output=True, text=True, check=True)
    assert rounded(SHOWN) in rounded(done.stdout)
