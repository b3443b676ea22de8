"""Aliases that move, in a real registry."""

from __future__ import annotations

import getpass
import json
import shutil

import mlflow
import pytest

from kedro_bind.tracking.aliases import holder_of, move_alias, previous_holder, promotion_tag, roll_back


@pytest.fixture
def client(tmp_path, empty_store):
    """A registry with the versions 1 and 2."""
    shutil.copy(empty_store, tmp_path / "mlflow.db")
    client = mlflow.MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    client.create_registered_model("churn")
    for _ in range(2):
        client.create_model_version("churn", "file:///model")
    return client


def move(client, version, reason=""):
    previous = holder_of(client, "churn", "champion")
    move_alias(client, "churn", "champion", version, promotion_tag("champion", previous, reason))


def test_an_alias_moves_and_says_from_where(client):
    assert holder_of(client, "churn", "champion") is None
    move(client, "1")
    assert previous_holder(client, "churn", "champion", "1") is None
    move(client, "2", "accuracy is 0.9")
    assert holder_of(client, "churn", "champion") == "2"
    assert previous_holder(client, "churn", "champion", "2") == "1"
    tag = json.loads(client.get_model_version("churn", "2").tags["kedro_bind.promotion.champion"])
    assert (tag["by"], tag["from"], tag["reason"]) == (getpass.getuser(), "1", "accuracy is 0.9")
    assert tag["at"].endswith("+00:00")


def test_an_alias_goes_back(client):
    move(client, "1")
    move(client, "2")
    roll_back(client, "churn", "champion", "2", "1")
    assert holder_of(client, "churn", "champion") == "1"
    assert json.loads(client.get_model_version("churn", "2").tags["kedro_bind.rollback.champion"])["to"] == "1"
    assert previous_holder(client, "churn", "champion", "1") is None


def test_a_version_without_a_tag_has_no_known_holder_before_it(client):
    client.set_registered_model_alias("churn", "champion", "2")
    assert previous_holder(client, "churn", "champion", "2") is None


@pytest.mark.parametrize("sign", ["x", "é"])
def test_a_long_reason_fits_into_a_tag(client, sign):
    move(client, "1", sign * 10_000)
    assert holder_of(client, "churn", "champion") == "1"


def test_a_secret_is_not_written(client):
    (tag,) = promotion_tag("champion", None, "https://me:hunter2@host failed").values()
    assert "hunter2" not in tag
