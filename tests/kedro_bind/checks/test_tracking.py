"""Whether runs can be tracked as `mlflow.yml` declares."""

from __future__ import annotations

import pytest
from kedro.config import OmegaConfigLoader
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node
from mlflow.tracking.request_header.abstract_request_header_provider import RequestHeaderProvider

from kedro_bind.checks.tracking import long_parameters, tracking_findings, unused_keys
from kedro_bind.config.mlflow import read_tracking_config
from kedro_bind.tracking.parameters import MOST_CHARACTERS
from tests.bindings import resolved


class Provider(RequestHeaderProvider):
    def in_context(self):
        return True

    def request_headers(self):
        return {}


@pytest.fixture
def config(tmp_path):
    """Read an `mlflow.yml`, beside credentials for a store."""

    def read(text):
        (tmp_path / "conf/base").mkdir(parents=True)
        (tmp_path / "conf/base/mlflow.yml").write_text(text)
        (tmp_path / "conf/base/credentials.yml").write_text("store: {MLFLOW_TRACKING_USERNAME: me}\n")
        loader = OmegaConfigLoader(str(tmp_path / "conf"), base_env="base", default_run_env="base")
        return read_tracking_config(loader, tmp_path)

    return read


def found(findings):
    return [(finding.code, finding.line, finding.hint) for finding in findings]


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "server: {credentials: store}",
        f"server: {{request_header_provider: {{type: {__name__}.Provider}}}}",
    ],
)
def test_what_is_there_can_be_used(config, text):
    assert tracking_findings(config(text)) == []


def test_credentials_that_are_not_there_are_found(config):
    assert found(tracking_findings(config("server:\n  credentials: stor\n"))) == [
        ("unknown-credentials", 2, "did you mean 'store'?")
    ]


@pytest.mark.parametrize("provider", ["gone.Provider", "json.JSONDecoder"])
def test_a_provider_that_can_not_be_used_is_found(config, provider):
    (finding,) = tracking_findings(config(f"server:\n  request_header_provider:\n    type: {provider}\n"))
    assert (finding.code, finding.line) == ("bad-value", 3)


def test_a_file_with_mistakes_has_no_other_findings(config):
    assert [code for code, *_ in found(tracking_findings(config("sever: {}\nserver: {credentials: stor}\n")))] == [
        "unknown-key"
    ]


def test_keys_of_the_user_interface_have_no_effect(config):
    assert found(unused_keys(config("server: {}\nui: {port: 7000}\n"))) == [
        ("unused-key", 2, "start it with 'mlflow ui --port 7000 --host 127.0.0.1'")
    ]


def test_without_such_keys_nothing_is_unused(config):
    assert unused_keys(config("ui: {port: 5000}")) == []


@pytest.mark.parametrize(("strategy", "codes"), [("fail", ["long-parameter"]), ("truncate", []), ("tag", [])])
def test_a_parameter_may_be_too_long_for_mlflow(config, strategy, codes):
    binding = resolved(Pipeline([node(max, ["x", "params:text", "params:short"], "out", name="predict")]), name="churn")
    catalog = DataCatalog()
    catalog["params:text"], catalog["params:short"] = "x" * (MOST_CHARACTERS + 1), 1
    read = config(f"tracking: {{params: {{long_params_strategy: {strategy}}}}}")
    findings = long_parameters([binding], catalog, read)
    assert [finding.code for finding in findings] == codes
    for finding in findings:
        assert finding.message.startswith(f"the value of 'text' has {MOST_CHARACTERS + 1} characters")
