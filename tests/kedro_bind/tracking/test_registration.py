"""Registered versions and their aliases, in a real registry."""

from __future__ import annotations

import getpass
import json
import logging
import shutil

import mlflow
import pytest
from kedro.pipeline import Pipeline, node
from mlflow.exceptions import MlflowException

from kedro_bind.tracking.registration import STATE_TAG, Registered, register
from tests.bindings import resolved


class Registry:
    """A registry on sqlite, with runs and logged models to register."""

    def __init__(self, path):
        self.path = path
        self.client = mlflow.MlflowClient()

    def run(self, **metrics):
        run_id = self.client.create_run("0").info.run_id
        for name, value in metrics.items():
            self.client.log_metric(run_id, name, value)
        return run_id

    def register(self, run_id, **options):
        inference = Pipeline([node(abs, "x", "y", name="predict")])
        binding = resolved(inference, log_model_kwargs={"registered_model_name": "churn", **options})
        model = self.client.create_logged_model("0", name="churn", source_run_id=run_id)
        self.registered = register(binding.model, {"team": "growth"}, model.model_id, run_id)
        return self.registered and self.registered.version, model.model_id

    @property
    def versions(self):
        found = self.client.search_model_versions("name = 'churn'")
        return {str(version.version): version for version in sorted(found, key=lambda version: int(version.version))}

    @property
    def aliases(self):
        return {alias: str(version) for alias, version in self.client.get_registered_model("churn").aliases.items()}

    @property
    def names(self):
        return [model.name for model in self.client.search_registered_models()]


@pytest.fixture
def registry(tmp_path, empty_store):
    shutil.copy(empty_store, tmp_path / "mlflow.db")
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    yield Registry(tmp_path)
    mlflow.set_tracking_uri(None)


def test_without_a_name_nothing_is_registered(registry):
    assert registry.register(registry.run(), registered_model_name="churn")[0] == "1"
    assert registry.register(registry.run(), registered_model_name=None)[0] is None
    assert list(registry.versions) == ["1"]


def test_a_version_has_everything_that_is_configured(registry):
    run_id = registry.run()
    version, model_id = registry.register(run_id, aliases=["a", "b"], description="Who leaves")
    made = registry.versions[version]
    moved = {f"kedro_bind.promotion.{alias}": made.tags.get(f"kedro_bind.promotion.{alias}") for alias in "ab"}
    assert [json.loads(tag)["by"] for tag in moved.values()] == [getpass.getuser()] * 2
    assert (made.tags, made.description, made.run_id) == ({"team": "growth", **moved}, "Who leaves", run_id)
    assert made.source == f"models:/{model_id}"
    assert registry.aliases == {"a": version, "b": version}
    assert f'"version": {version}' in registry.client.get_logged_model(model_id).tags["mlflow.modelVersions"].replace(
        f'"{version}"', version
    )


def test_an_alias_that_is_refused_leaves_no_version_and_no_model(registry):
    with pytest.raises(MlflowException):
        registry.register(registry.run(), aliases=["champion", "latest"])
    assert registry.names == []


def test_an_alias_that_is_refused_leaves_the_other_ones_where_they_were(registry):
    registry.register(registry.run(), aliases=["champion"])
    with pytest.raises(MlflowException):
        registry.register(registry.run(), aliases=["champion", "new", "latest"])
    assert list(registry.versions) == ["1"]
    assert registry.aliases == {"champion": "1"}


def half_registered(registry, run_id):
    made = registry.client.create_model_version("churn", "file:///tmp/gone", run_id=run_id, tags={STATE_TAG: "pending"})
    return str(made.version)


@pytest.mark.parametrize("status", ["FAILED", "KILLED"])
def test_what_a_failed_run_left_half_registered_is_removed(registry, status):
    registry.register(registry.run())
    failed = registry.run()
    half_registered(registry, failed)
    registry.client.set_terminated(failed, status)
    registry.register(registry.run())
    assert list(registry.versions) == ["1", "3"]


def test_what_the_same_run_left_half_registered_is_removed(registry):
    registry.register(registry.run())
    run_id = registry.run()
    half_registered(registry, run_id)
    registry.register(run_id)
    assert list(registry.versions) == ["1", "3"]


def test_what_another_run_is_registering_stays(registry):
    registry.register(registry.run())
    half_registered(registry, registry.run())
    registry.register(registry.run())
    assert list(registry.versions) == ["1", "2", "3"]
    assert STATE_TAG in registry.versions["2"].tags


def test_a_pending_version_in_use_is_kept(registry):
    registry.register(registry.run())
    run_id = registry.run()
    version = half_registered(registry, run_id)
    registry.client.set_registered_model_alias("churn", "champion", version)
    registry.client.set_terminated(run_id, "FAILED")
    registry.register(registry.run(), aliases=["champion"])
    assert list(registry.versions) == ["1", "2", "3"]
    assert all(STATE_TAG not in value.tags for value in registry.versions.values())


class TestPromotion:
    @pytest.fixture(autouse=True)
    def all_lines(self, caplog):
        with caplog.at_level(logging.INFO, "kedro_bind"):
            yield

    @pytest.fixture
    def register(self, registry):
        def register(*conditions, run_id=None, **metrics):
            run_id = run_id or registry.run(**metrics)
            conditions = {"promote_if": list(conditions)} if conditions else {}
            return registry.register(run_id, aliases=["champion"], **conditions)[0]

        return register

    def test_the_first_version_is_promoted(self, registry, register, messages):
        register("accuracy >= champion", accuracy=0.5)
        assert registry.aliases == {"champion": "1"}
        assert str(registry.registered) == "version 1 of 'churn' with the alias champion"
        (line,) = messages
        assert line.endswith("version 1 of 'churn' is now champion: accuracy is 0.5, and no version is champion yet")

    def test_a_better_version_is_promoted(self, registry, register, messages):
        register("accuracy >= champion", accuracy=0.5)
        register("accuracy >= champion", accuracy=0.5)
        register("accuracy >= champion", accuracy=0.75)
        assert registry.aliases == {"champion": "3"}
        assert messages[-1].endswith("is now champion: accuracy is 0.75, >= 0.5 of version 2, which is champion")

    def test_a_worse_version_is_registered_without_aliases(self, registry, register, messages):
        register("accuracy >= champion", accuracy=0.5)
        register("accuracy >= champion", accuracy=0.25)
        assert registry.aliases == {"champion": "1"}
        assert list(registry.versions) == ["1", "2"]
        assert registry.registered == Registered("churn", "2", (), {"champion": "1"})
        assert str(registry.registered) == "version 2 of 'churn' without the alias champion"
        assert STATE_TAG not in registry.versions["2"].tags
        assert messages[-1] == (
            "kedro_bind: version 2 of 'churn' does not become champion: "
            "accuracy is 0.25, not >= 0.5 of version 1, which is champion"
        )

    def test_the_bound_may_be_a_number(self, registry, register, messages):
        register("loss < 0.5", loss=0.25)
        register("loss < 0.5", loss=0.5)
        assert registry.aliases == {"champion": "1"}
        assert messages[-1].endswith("loss is 0.5, not < 0.5")

    def test_all_conditions_have_to_be_met(self, registry, register, messages):
        register("accuracy >= champion", "accuracy > 0.4", accuracy=0.5)
        register("accuracy >= champion", "accuracy > 0.7", accuracy=0.6)
        assert registry.aliases == {"champion": "1"}
        assert messages[-1].endswith("accuracy is 0.6, not > 0.7")

    def test_without_the_metric_a_version_is_not_promoted(self, registry, register, messages):
        register("accuracy >= champion", loss=0.5)
        assert registry.aliases == {}
        assert messages[-1].endswith("the MLflow run has no metric 'accuracy' (it has loss)")

    def test_a_champion_without_the_metric_stays(self, registry, register, messages):
        register(loss=0.1)
        register("accuracy >= champion", accuracy=0.9)
        assert registry.aliases == {"champion": "1"}
        assert messages[-1].endswith("version 1, which is champion, has no metric 'accuracy' to compare with")

    def test_a_champion_without_a_run_stays(self, registry, register, messages):
        register()
        made = registry.client.create_model_version("churn", "file:///tmp/elsewhere")
        registry.client.set_registered_model_alias("churn", "champion", made.version)
        register("accuracy >= champion", accuracy=0.9)
        assert registry.aliases == {"champion": "2"}
        assert messages[-1].endswith("version 2, which is champion, has no metric 'accuracy' to compare with")

    def test_a_version_of_the_same_run_is_succeeded(self, registry, register):
        run_id = registry.run(accuracy=0.5)
        register("accuracy > champion", run_id=run_id)
        register("accuracy > champion", run_id=run_id)
        assert registry.aliases == {"champion": "2"}

    def test_a_metric_that_is_not_a_number_does_not_promote(self, registry, register):
        register("accuracy >= 0.5", accuracy=float("nan"))
        assert registry.aliases == {}
