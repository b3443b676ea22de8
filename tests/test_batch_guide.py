"""The commands of docs/batch.md, run in a copy of the example that has logged its model."""

from __future__ import annotations

import ast
import re
import shutil

import pandas as pd
import pytest

from tests.guides import GUIDES, assert_printed, commands, files, run, write_files
from tests.test_docs import EXAMPLE

PAGE = (GUIDES.parent / "batch.md").read_text(encoding="utf-8")


def test_python_on_the_page_can_be_parsed():
    dags = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert [ast.parse(code) for code in dags]


def without_times(text: str) -> str:
    """Return a text without how long it took."""
    return re.sub(r"in [\d.]+ s \(\d+ rows/s\)", "in … s", text)


@pytest.mark.slow
def test_tables_are_predicted_as_the_page_says(tmp_path, empty_store):
    project = tmp_path / "penguins"
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns("mlflow.db", "mlartifacts", "*.pkl", "__pycache__"))
    shutil.copy(empty_store, project / "mlflow.db")
    run("kedro run --pipelines=penguins", project)
    tables = files(PAGE)
    steps = [step for step in commands(PAGE) if "penguins" in step[0]]
    assert len(steps) == len(tables) + 1 == 3
    for command, printed in steps:
        name = next((name for name in tables if name in command), None)
        write_files({name: tables[name]} if name else {}, project)
        output = without_times(run(command, project)).replace(str(project), "…")
        for line in printed:  # on two streams
            assert_printed([without_times(line)], output)
    scores = pd.read_csv(project / "data/scores.csv")
    assert scores["id"].tolist() == ["a", "b", "c"]
    assert scores["species"].tolist() == ["Adelie", "Gentoo", "Chinstrap"]
    pd.testing.assert_frame_equal(pd.read_parquet(project / "data/scores"), scores, check_dtype=False)
    assert pd.read_csv(project / "data/tuesday_scores.csv")["id"].tolist() == ["d"]
    (rejected,) = pd.read_csv(project / "data/tuesday_scores.rejected.csv").itertuples(index=False)
    assert rejected.id == "e"
    assert rejected[-1] in " ".join(PAGE.split())
