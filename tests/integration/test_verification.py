"""A saved model is verified in a fresh process before it is registered."""

from __future__ import annotations

from pathlib import Path

import mlflow
import pytest

from kedro_bind import KedroBindError, LoggingError
from tests.kedro_project import BINDING
from tests.processes import command_of

pytestmark = pytest.mark.slow

REGISTERED = BINDING + "  model: {registered_model_name: churn, aliases: [champion]}\n"


@pytest.fixture
def verified(project, store):
    """A project that registers its model once it is verified."""
    project.write("conf/base/pipeline_ml.yml", REGISTERED)
    return project


def run(project):
    with project.session() as session:
        session.run(pipeline_names=["churn"])


def change_node(project, before, after):
    nodes = project.source / "nodes.py"
    assert before in nodes.read_text()
    nodes.write_text(nodes.read_text().replace(before, after))


def requirements_of_champion(project):
    mlflow.set_tracking_uri(project.store)
    return Path(mlflow.pyfunc.get_model_dependencies("models:/churn@champion")).read_text().split()


def versions(project):
    return mlflow.MlflowClient(tracking_uri=project.store).search_model_versions("name='churn'")


def test_a_node_that_changes_a_shared_artifact_is_found_and_named(verified):
    change_node(verified, "    score =", '    classifier["calls"] = classifier.get("calls", 0) + 1\n    score =')
    message = r"changes the artifact 'classifier'.*the nodes that take it are predict.*deepcopy"
    with pytest.raises(LoggingError, match=message):
        run(verified)
    assert versions(verified) == []
    verified.write("conf/base/pipeline_ml.yml", REGISTERED + "  copy_mode: {classifier: deepcopy}\n")
    run(verified)
    assert len(versions(verified)) == 1


def test_code_that_does_not_travel_is_found_and_code_paths_fixes_it(verified):
    verified.write(f"src/{verified.package}_tools.py", "def shift(score):\n    return score + 1\n")
    change_node(
        verified, "import pandas as pd\n", f"import pandas as pd\n\nfrom {verified.package}_tools import shift\n"
    )
    change_node(verified, "    return pd.DataFrame({", "    score = shift(score)\n    return pd.DataFrame({")
    message = rf"does not work outside of the project: .*{verified.package}_tools.*code_paths"
    with pytest.raises(LoggingError, match=message):
        run(verified)
    assert versions(verified) == []
    paths = f"[src/{verified.package}, src/{verified.package}_tools.py]"
    verified.write("conf/base/pipeline_ml.yml", REGISTERED.replace("aliases", f"code_paths: {paths}, aliases"))
    run(verified)
    assert len(versions(verified)) == 1


def test_state_outside_of_inputs_is_found(verified):
    change_node(verified, "def fit_scaler(", "STATE = {'shift': 0}\n\n\ndef fit_scaler(")
    change_node(verified, '    return {"mean"', "    STATE['shift'] = 5\n    return {\"mean\"")
    change_node(verified, "    return pd.DataFrame({", "    score = score + STATE['shift']\n    return pd.DataFrame({")
    with pytest.raises(
        LoggingError,
        match=r"predictions of the saved model of .* differ from those of the inference pipeline",
    ):
        run(verified)
    assert versions(verified) == []


def test_an_inference_that_is_not_deterministic_is_logged_with_a_warning(verified, messages):
    change_node(verified, "    score =", "    import random\n\n    score = random.random() +")
    run(verified)
    assert len(versions(verified)) == 1
    assert any("not deterministic" in line for line in messages)


def test_an_inference_that_fails_is_rejected_and_logged_without_verification(verified):
    change_node(
        verified, "    return pd.DataFrame({", "    raise RuntimeError('no such device')\n    return pd.DataFrame({"
    )
    with pytest.raises(LoggingError, match=r"fails on the first rows of 'customers'.*no such device.*'verify: false'"):
        run(verified)
    assert versions(verified) == []
    verified.write("conf/base/pipeline_ml.yml", REGISTERED.replace("aliases", "verify: false, aliases"))
    run(verified)
    (version,) = versions(verified)
    mlflow.set_tracking_uri(verified.store)
    signature = mlflow.models.get_model_info(f"models:/churn/{version.version}").signature
    assert signature.inputs.input_names() == ["spend", "visits"]
    assert [param.name for param in signature.params] == ["threshold"]
    assert signature.outputs is None


def test_a_model_that_can_not_predict_one_row_is_told(verified, messages):
    change_node(verified, "    score =", "    if len(scaled) < 2:\n        raise ValueError('too few')\n    score =")
    run(verified)
    question = "does a node of inference (these run in both: scale) fit something?"
    assert any(f"churn: the model refuses each row when it is alone; {question}" in message for message in messages)


def test_a_model_has_no_bytecode_of_the_verification(verified, monkeypatch):
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    run(verified)
    assert [*verified.path.glob("mlartifacts/**/MLmodel")]
    assert not [*verified.path.glob("mlartifacts/**/__pycache__")]


def test_requirements_are_what_the_model_really_imports(verified):
    change_node(verified, "    score =", "    import numpy\n\n    score =")
    run(verified)
    lines = requirements_of_champion(verified)
    names = [line.partition("==")[0] for line in lines]
    assert names == ["kedro", "kedro-bind", "kedro-datasets", "mlflow", "numpy", "pandas"]
    assert all("==" in line for line in lines)


def test_requirements_of_the_binding_are_completed_by_what_loads_the_model(verified):
    verified.write("requirements.txt", "pandas\nKedro_Datasets[pickle]>=1\n")
    options = "pip_requirements: ['-r requirements.txt', scikit-learn], aliases"
    verified.write("conf/base/pipeline_ml.yml", REGISTERED.replace("aliases", options))
    verified.kedro("run", "--pipelines=churn")
    lines = requirements_of_champion(verified)
    assert [line.partition("==")[0] for line in lines] == [
        *("kedro", "kedro-bind", "mlflow"),
        *("pandas", "Kedro_Datasets[pickle]>=1", "scikit-learn"),
    ]


def test_what_a_declared_environment_lacks_is_told(verified, messages):
    change_node(verified, "    score =", "    import yaml, pandera\n\n    score =")
    verified.write("conf/base/pipeline_ml.yml", REGISTERED.replace("aliases", "pip_requirements: [pandas], aliases"))
    run(verified)
    assert any("imports what 'pip_requirements' does not name: pandera; add it there" in line for line in messages)


def test_datasets_that_no_artifact_uses_bring_no_requirement(verified):
    """Loading one dataset of `kedro_datasets.pandas` imports the others, such as that for SQL databases."""
    fitted = '{"mean": float(customers["spend"].mean()), "std": float(customers["spend"].std())}'
    change_node(verified, f"    return {fitted}", f"    return pd.DataFrame([{fitted}])")
    change_node(verified, '(customers["spend"] - scaler', '(customers["spend"] - scaler.iloc[0]')
    change_node(verified, "/ scaler", "/ scaler.iloc[0]")
    catalog = verified.path / "conf/base/catalog.yml"
    entry = "pickle.PickleDataset\n  filepath: data/scaler.pkl"
    verified.write(
        "conf/base/catalog.yml", catalog.read_text().replace(entry, "pandas.CSVDataset\n  filepath: data/scaler.csv")
    )
    run(verified)
    names = [line.partition("==")[0] for line in requirements_of_champion(verified)]
    assert "pandas" in names
    assert "sqlalchemy" not in names


def test_requirements_beside_the_inferred_ones_may_be_in_a_file(verified):
    verified.write("more.txt", "xgboost>=2\npandas<9\n")
    options = "extra_pip_requirements: -r more.txt, aliases"
    verified.write("conf/base/pipeline_ml.yml", REGISTERED.replace("aliases", options))
    verified.kedro("run", "--pipelines=churn")
    lines = requirements_of_champion(verified)
    names = [line.partition("==")[0] for line in lines]
    assert names == ["kedro", "kedro-bind", "kedro-datasets", "mlflow", "xgboost>=2", "pandas<9"]


def test_a_project_that_leaves_its_code_behind_is_found(verified):
    verified.write("conf/base/pipeline_ml.yml", REGISTERED.replace("aliases", "code_paths: none, aliases"))
    with pytest.raises(KedroBindError, match=verified.package):
        run(verified)
    assert versions(verified) == []


def test_processes_that_a_model_starts_end_with_the_verification(verified):
    start = """
import os
import subprocess
from pathlib import Path

if "verify" in os.getcwd():
    os.write(2, "modèle".encode("latin-1"))
    Path(os.environ["STARTED"]).write_text(str(subprocess.Popen(["sleep", "3600"]).pid))
"""
    change_node(verified, "import pandas as pd\n", f"import pandas as pd\n{start}")
    started = verified.path / "started.txt"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STARTED", str(started))
        run(verified)
    assert len(versions(verified)) == 1
    assert not command_of(started.read_text())


def test_the_last_error_of_a_verification_that_dies_is_reported(verified):
    die = """
import os

if "verify" in os.getcwd():
    os.write(2, "plus de mémoire".encode("latin-1"))
    os._exit(9)
"""
    change_node(verified, "import pandas as pd\n", f"import pandas as pd\n{die}")
    with pytest.raises(LoggingError, match=r"process that verifies the saved model has died: plus de m.moire"):
        run(verified)
    assert versions(verified) == []
