from __future__ import annotations

import pytest
from kedro.config import OmegaConfigLoader

from kedro_bind.config.credentials import credentials_of as read_credentials
from kedro_bind.config.document import config_loader, read_config
from kedro_bind.redaction import redact, redacting

VALID = "{training: {pipeline: p}, inference: {pipeline: p}}"


@pytest.fixture
def loader(tmp_path):
    def write(**files):
        for env in ("base", "local"):
            (tmp_path / env).mkdir(exist_ok=True)
        for stem, text in files.items():
            (tmp_path / "base" / f"{stem}.yml").write_text(text, encoding="utf-8")
        return OmegaConfigLoader(str(tmp_path), base_env="base", default_run_env="local")

    return write


def test_a_project_without_a_document_has_none(loader):
    assert read_config(loader()) is None


def test_a_document_has_valid_bindings_drafts_of_all_and_placed_findings(loader, tmp_path):
    config = read_config(loader(pipeline_ml=f"good: {VALID}\nbad: {{training: {{pipeline: p}}}}\n"), tmp_path)
    assert list(config.document.bindings) == ["good"]
    assert config.names == ["good", "bad"]
    assert config.drafts["bad"].bad == {"inference"}
    assert [(finding.code, finding.file, finding.line) for finding in config.findings] == [
        ("missing-key", "base/pipeline_ml.yml", 2)
    ]
    assert not config.unreadable


def test_a_file_that_can_not_be_read_may_hide_bindings(loader):
    assert read_config(loader(pipeline_ml="a: [")).unreadable


def test_the_redaction_of_a_document_knows_the_credentials(loader):
    config = read_config(loader(pipeline_ml=f"good: {VALID}\n", credentials="lake: {secret: a-long-secret}\n"))
    with redacting(config.redaction):
        assert redact("a-long-secret") == "***"


def test_credentials_are_empty_where_there_is_no_such_file(loader):
    assert read_credentials(loader()) == {}
    assert read_credentials(loader(credentials="lake: {key: abc}\n")) == {"lake": {"key": "abc"}}


def test_a_config_loader_has_the_options_of_a_session(project):
    with project.session():  # so that Kedro's settings are those of this project
        made = config_loader(project.path, "prod", None, {"depth": 7})
    assert (made.env, made.runtime_params) == ("prod", {"depth": 7})
    assert made.conf_source == str(project.path / "conf")
