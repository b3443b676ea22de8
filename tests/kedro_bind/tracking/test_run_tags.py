"""What the tags of a run say."""

from __future__ import annotations

import subprocess

import pytest

from kedro_bind.project import Origin
from kedro_bind.redaction import redacting, redaction_of
from kedro_bind.tracking.run_tags import command_of, error_tags, run_tags


@pytest.mark.parametrize(
    ("run_params", "command"),
    [
        ({"pipeline_names": ["churn", "careful"]}, "kedro run --pipelines=churn,careful"),
        ({"pipeline_names": None, "runner": "SequentialRunner"}, "kedro run"),
        (
            {"tags": ("a",), "node_names": ["fit it"], "env": "prod", "runner": "ThreadRunner"},
            "kedro run --tags=a '--nodes=fit it' --env=prod --runner=ThreadRunner",
        ),
        (
            {"runner": "<kedro.runner.parallel_runner.ParallelRunner object at 0x7f>", "only_missing_outputs": True},
            "kedro run --runner=ParallelRunner --only-missing-outputs",
        ),
        (
            {"load_versions": {"data": "2024"}, "runtime_params": {"model": {"depth": 3}, "a": 1}},
            "kedro run --load-versions=data:2024 --params=model.depth=3,a=1",
        ),
    ],
)
def test_the_command_makes_the_same_run(run_params, command):
    assert command_of(run_params) == command


def test_a_command_with_a_credential_in_it_does_not_show_it(tmp_path):
    parameters = {"key": "hunter2hunter2", "uri": "s3://me:mine@host/x", "db_password": "12", "api": {"key": "a'b c"}}
    with redacting(redaction_of({"credentials": {"a": ["hunter2hunter2", "a'b c"]}})):
        output = run_tags(Origin(tmp_path), ["churn"], {"runtime_params": parameters})["kedro_command"]
    assert not any(word in output for word in ("hunter2", "mine", "=12", "b c"))
    assert run_tags(Origin(tmp_path), ["churn"], {"runtime_params": {"key": "hunter2hunter2"}})["kedro_command"] == (
        "kedro run --params=key=hunter2hunter2"
    )


def test_commit_and_changes_are_tagged_under_mlflows_own_names(tmp_path):
    def git(*arguments):
        command = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def tags():
        found = run_tags(Origin(tmp_path), ["churn"], {})
        return found.get("mlflow.source.git.commit"), found.get("mlflow.source.git.dirty")

    assert tags() == (None, None)
    git("init", "-q")
    assert tags() == (None, None)
    git("commit", "-q", "--allow-empty", "-m", "first")
    assert tags() == (git("rev-parse", "HEAD"), "false")
    (tmp_path / "new").touch()
    assert tags() == (git("rev-parse", "HEAD"), "true")


def test_an_error_is_tagged_by_type_and_message_cut_to_the_limit_of_a_tag():
    assert error_tags(ValueError("no luck")) == {
        "kedro_bind.error.type": "ValueError",
        "kedro_bind.error.message": "no luck",
    }
    told = error_tags(subprocess.TimeoutExpired("x" * 9000, 1))
    assert told["kedro_bind.error.type"] == "subprocess.TimeoutExpired"
    assert len(told["kedro_bind.error.message"]) == 8000
    assert error_tags(KeyError()) == {"kedro_bind.error.type": "KeyError"}
