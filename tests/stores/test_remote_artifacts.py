"""What training stores on S3 is in the model, and the credentials that it takes are not."""

from __future__ import annotations

import hashlib
import json
import os

import mlflow
import pandas as pd
import pytest
import yaml

from tests.kedro_project import BINDING
from tests.stores.contents import holding
from tests.stores.places import SECRETS, keys_of, s3, s3_client

pytestmark = pytest.mark.slow

CATALOG = """
customers:
  type: pandas.CSVDataset
  filepath: data/customers.csv
scaler:
  type: pickle.PickleDataset
  filepath: s3://lake/fitted/scaler.pkl
  credentials: lake
classifier:
  type: pickle.PickleDataset
  filepath: s3://lake/fitted/classifier.pkl
  versioned: true
  credentials: lake
"""


@pytest.fixture
def lake(project, store, monkeypatch, tmp_path_factory):
    """A project that keeps its artifacts on S3: the address is among the credentials, which nobody else knows."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    with s3(tmp_path_factory.mktemp("s3"), "lake") as address:
        project.write("conf/base/catalog.yml", CATALOG)
        project.write("conf/base/pipeline_ml.yml", BINDING + "  model: {registered_model_name: churn}\n")
        credentials = {"lake": {**SECRETS, "client_kwargs": {"endpoint_url": address}}}
        project.write("conf/local/credentials.yml", json.dumps(credentials))
        yield address


def test_artifacts_on_s3_are_in_the_model_and_their_credentials_nowhere(project, lake):
    ran = project.kedro("run", "--pipelines=churn")
    objects = {key: s3_client(lake).get_object(Bucket="lake", Key=key)["Body"].read() for key in keys_of(lake, "lake")}
    s3_client(lake).delete_objects(Bucket="lake", Delete={"Objects": [{"Key": key} for key in objects]})

    mlflow.set_tracking_uri(project.store)
    model = mlflow.artifacts.download_artifacts("models:/churn/1", dst_path=str(project.path / "model"))
    plan = yaml.safe_load((project.path / "model/artifacts/plan/plan.yml").read_text())
    assert {value["sha256"] for value in plan["artifacts"].values()} == {
        hashlib.sha256(content).hexdigest() for content in objects.values()
    }
    assert plan["artifacts"]["scaler"]["dataset"] == {"type": "kedro_datasets.pickle.pickle_dataset.PickleDataset"}
    lineage = yaml.safe_load((project.path / "model/artifacts/plan/lineage.yml").read_text())
    assert f"fitted/classifier.pkl/{lineage['artifacts']['classifier']['version']}/classifier.pkl" in objects
    assert "s3fs" not in (project.path / "model/requirements.txt").read_text()
    assert len(mlflow.pyfunc.load_model(model).predict(pd.DataFrame({"spend": [12.5], "visits": [2]}))) == 1

    failed = project.kedro("bind", "log", "churn", check=False)
    assert failed.returncode == 1
    assert "'classifier' can't be read from s3://lake/fitted/classifier.pkl: it has no saved version" in failed.stderr

    (project.path / "conf/local/credentials.yml").unlink()
    for secret in (*SECRETS.values(), lake.removeprefix("http://")):
        assert secret not in ran.stdout + ran.stderr + failed.stdout + failed.stderr
        assert holding(project.path, secret) == []
