"""The content of an `mlflow.yml`."""

from __future__ import annotations

import pytest

from conf_schema.mlflow import MlflowConfig, validate_mlflow


def test_an_empty_file_has_the_defaults():
    config, findings = validate_mlflow({})
    assert (config, findings) == (MlflowConfig(), [])
    assert config.tracking.params.long_params_strategy == "fail"
    assert config.tracking.experiment.restore_if_deleted


def test_the_file_of_kedro_mlflow_is_valid():
    config, findings = validate_mlflow(
        {
            "server": {
                "mlflow_tracking_uri": None,
                "credentials": "mlflow_credentials",
                "request_header_provider": {"type": None, "pass_context": False, "init_kwargs": {}},
            },
            "tracking": {
                "disable_tracking": {"pipelines": ["reporting"], "disable_autologging": False},
                "experiment": {"name": "churn", "create_experiment_kwargs": {"artifact_location": None, "tags": None}},
                "run": {"id": None, "name": None, "nested": True},
                "params": {
                    "dict_params": {"flatten": True, "recursive": True, "sep": "-"},
                    "long_params_strategy": "tag",
                },
            },
            "ui": {"port": 5000, "host": "127.0.0.1"},
        }
    )
    assert findings == []
    assert (config.ui.port, config.tracking.params.dict_params.sep) == ("5000", "-")


@pytest.mark.parametrize(
    ("values", "code", "path", "message", "hint"),
    [
        ({"sever": {}}, "unknown-key", ("sever",), "there is no key 'sever' in mlflow.yml", "did you mean 'server'?"),
        ({"ui": {"port": "many"}}, "bad-value", ("ui", "port"), "'ui.port' is 'many'; it must be a port number", ""),
        ({"ui": {"port": True}}, "bad-value", ("ui", "port"), "'ui.port' is true; it must be a port number", ""),
        (
            {"tracking": {"disable_tracking": {"pipelines": "reporting"}}},
            "bad-value",
            ("tracking", "disable_tracking", "pipelines"),
            "'tracking.disable_tracking.pipelines' is 'reporting'; it must be a list of names",
            "write '[reporting]'",
        ),
        (
            {"tracking": {"params": {"long_params_strategy": "truncat"}}},
            "bad-value",
            ("tracking", "params", "long_params_strategy"),
            "'tracking.params.long_params_strategy' is 'truncat'; it must be 'fail', 'truncate' or 'tag'",
            "did you mean 'truncate'?",
        ),
        (
            {"tracking": {"run": {"nested": None}}},
            "bad-value",
            ("tracking", "run", "nested"),
            "'tracking.run.nested' is null; it must be true or false",
            "give it a value, or remove the key",
        ),
    ],
)
def test_what_is_invalid_is_found_at_its_key(values, code, path, message, hint):
    config, (finding,) = validate_mlflow(values)
    assert config is None
    assert (finding.code, finding.path, finding.message, finding.hint) == (code, path, message, hint)
