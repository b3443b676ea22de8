"""A bound run gives the same model in each kind of store."""

from __future__ import annotations

import os
import shutil
import sys
from urllib.parse import urlsplit

import mlflow
import pytest

from tests.kedro_project import BINDING, make_project
from tests.stores.contents import contents_of, holding
from tests.stores.places import SECRETS, keys_of, postgres, s3, tracking_server

pytestmark = pytest.mark.slow

REGISTERED = BINDING + "  model: {registered_model_name: churn, aliases: [challenger], description: Tells who leaves}\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A project that registers its model; nothing of this process's environment says where."""
    project = make_project(tmp_path_factory.mktemp("shop") / "project", REGISTERED)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("MLFLOW_", "KEDRO_", "AWS_"))]:
            patch.delenv(name)
        patch.setattr(sys, "path", list(sys.path))
        patch.chdir(project.path)
        yield project


@pytest.fixture(scope="module")
def in_sqlite(shop, empty_store, tmp_path_factory):
    """The contents of the model that the project logs with nothing configured."""
    shutil.copy(empty_store, shop.path / "mlflow.db")
    run(shop)
    contents = contents_of(shop.store, tmp_path_factory.mktemp("in_sqlite"))
    assert contents["run"][0] == "FINISHED"
    assert "artifacts/plan/artifacts/scaler/scaler.pkl" in contents["files"]
    assert "requirements.txt" in contents["files"]
    return contents


def run(project):
    try:
        with project.session() as session:
            session.run(pipeline_names=["churn"])
    finally:
        mlflow.set_tracking_uri(None)


def test_postgresql_contains_the_same_model_and_not_the_password(shop, in_sqlite, tmp_path):
    with postgres() as store:
        result = shop.kedro("run", "--pipelines=churn", MLFLOW_TRACKING_URI=store)
        assert contents_of(store, tmp_path / "model") == in_sqlite
    password = urlsplit(store).password
    assert password not in result.stdout + result.stderr
    assert holding(tmp_path / "model", password) == []


def test_a_tracking_server_that_passes_artifacts_on_holds_the_same_model(
    shop, in_sqlite, empty_store, tmp_path, monkeypatch
):
    with tracking_server(tmp_path, empty_store) as store:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
        run(shop)
        assert contents_of(store, tmp_path / "model") == in_sqlite
    assert list((tmp_path / "files").rglob("plan.yml"))


def test_s3_holds_the_same_model(shop, in_sqlite, empty_store, tmp_path, monkeypatch):
    shutil.copy(empty_store, tmp_path / "mlflow.db")
    store = f"sqlite:///{tmp_path}/mlflow.db"
    mlflow.MlflowClient(store).create_experiment("remote", artifact_location="s3://models/root")
    with s3(tmp_path, "models") as address:
        keys = {"AWS_ACCESS_KEY_ID": SECRETS["key"], "AWS_SECRET_ACCESS_KEY": SECRETS["secret"]}
        where = {"MLFLOW_TRACKING_URI": store, "MLFLOW_EXPERIMENT_NAME": "remote", "MLFLOW_S3_ENDPOINT_URL": address}
        for name, value in {**where, **keys}.items():
            monkeypatch.setenv(name, value)
        run(shop)
        assert contents_of(store, tmp_path / "model") == in_sqlite
        assert any(key.endswith("/plan.yml") for key in keys_of(address, "models"))
