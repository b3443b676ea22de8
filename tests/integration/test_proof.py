"""A saved model is proven elsewhere before it counts."""

from __future__ import annotations

from pathlib import Path

import mlflow
import pytest

from kedro_bind import KedroBindError, LoggingError
from tests.kedro_project import BINDING

pytestmark = pytest.mark.slow

REGISTERED = BINDING + "  model: {registered_model_name: churn, aliases: [champion]}\n"


@pytest.fixture
def proven(project, store):
    """A project that registers its model once it is proven."""
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


def test_a_node_that_changes_a_shared_artifact_is_found_and_named(proven):
    change_node(proven, "    score =", '    classifier["calls"] = classifier.get("calls", 0) + 1\n    score =')
    message = r"changes the artifact 'classifier'.*the nodes that take it are predict.*deepcopy"
    with pytest.raises(LoggingError, match=message):
        run(proven)
    assert versions(proven) == []
    proven.write("conf/base/pipeline_ml.yml", REGISTERED + "  copy_mode: {classifier: deepcopy}\n")
    run(proven)
    assert len(versions(proven)) == 1


def test_code_that_does_not_travel_is_found_and_code_paths_mend_it(proven):
    proven.write(f"src/{proven.package}_tools.py", "def shift(score):\n    return score + 1\n")
    change_node(proven, "import pandas as pd\n", f"import pandas as pd\n\nfrom {proven.package}_tools import shift\n")
    change_node(proven, "    return pd.DataFrame({", "    score = shift(score)\n    return pd.DataFrame({")
    message = rf"does not work outside of the project: .*{proven.package}_tools.*code_paths"
    with pytest.raises(LoggingError, match=message):
        run(proven)
    assert versions(proven) == []
    paths = f"[src/{proven.package}, src/{proven.package}_tools.py]"
    proven.write("conf/base/pipeline_ml.yml", REGISTERED.replace("aliases", f"code_paths: {paths}, aliases"))
    run(proven)
    assert len(versions(proven)) == 1


def test_state_outside_of_inputs_is_found(proven):
    change_node(proven, "def fit_scaler(", "STATE = {'shift': 0}\n\n\ndef fit_scaler(")
    change_node(proven, '    return {"mean"', "    STATE['shift'] = 5\n    return {\"mean\"")
    change_node(proven, "    return pd.DataFrame({", "    score = score + STATE['shift']\n    return pd.DataFrame({")
    with pytest.raises(LoggingError, match="answers otherwise than the inference pipeline run by Kedro"):
        run(proven)
    assert versions(proven) == []


def test_an_inference_that_is_not_deterministic_is_logged_with_a_word(proven, said):
    change_node(proven, "    score =", "    import random\n\n    score = random.random() +")
    run(proven)
    assert len(versions(proven)) == 1
    assert any("not deterministic" in line for line in said)


def test_an_inference_that_fails_here_is_refused_and_logged_where_nothing_is_to_be_run(proven):
    change_node(
        proven, "    return pd.DataFrame({", "    raise RuntimeError('no such device')\n    return pd.DataFrame({"
    )
    with pytest.raises(LoggingError, match=r"fails on the first rows of 'customers'.*no such device.*'verify: false'"):
        run(proven)
    assert versions(proven) == []
    proven.write("conf/base/pipeline_ml.yml", REGISTERED.replace("aliases", "verify: false, aliases"))
    run(proven)
    (version,) = versions(proven)
    mlflow.set_tracking_uri(proven.store)
    signature = mlflow.models.get_model_info(f"models:/churn/{version.version}").signature
    assert signature.inputs.input_names() == ["spend", "visits"]
    assert [each.name for each in signature.params] == ["threshold"]
    assert signature.outputs is None


def test_requirements_are_what_the_model_really_imports(proven):
    change_node(proven, "    score =", "    import numpy\n\n    score =")
    run(proven)
    lines = requirements_of_champion(proven)
    names = [line.partition("==")[0] for line in lines]
    assert names == ["kedro", "kedro-bind", "kedro-datasets", "mlflow", "numpy", "pandas"]
    assert all("==" in line for line in lines)


def test_requirements_that_are_given_are_completed_by_what_loads_the_model(proven):
    proven.write("requirements.txt", "pandas\nKedro_Datasets[pickle]>=1\n")
    given = "pip_requirements: ['-r requirements.txt', scikit-learn], aliases"
    proven.write("conf/base/pipeline_ml.yml", REGISTERED.replace("aliases", given))
    proven.kedro("run", "--pipelines=churn")
    lines = requirements_of_champion(proven)
    assert [line.partition("==")[0] for line in lines] == [
        *("kedro", "kedro-bind", "mlflow"),
        *("pandas", "Kedro_Datasets[pickle]>=1", "scikit-learn"),
    ]


def test_requirements_beside_the_inferred_ones_may_be_in_a_file(proven):
    proven.write("more.txt", "xgboost>=2\npandas<9\n")
    given = "extra_pip_requirements: -r more.txt, aliases"
    proven.write("conf/base/pipeline_ml.yml", REGISTERED.replace("aliases", given))
    proven.kedro("run", "--pipelines=churn")
    lines = requirements_of_champion(proven)
    names = [line.partition("==")[0] for line in lines]
    assert names == ["kedro", "kedro-bind", "kedro-datasets", "mlflow", "xgboost>=2", "pandas<9"]


def test_a_project_that_leaves_its_code_behind_is_found(proven):
    proven.write("conf/base/pipeline_ml.yml", REGISTERED.replace("aliases", "code_paths: none, aliases"))
    with pytest.raises(KedroBindError, match=proven.package):
        run(proven)
    assert versions(proven) == []
