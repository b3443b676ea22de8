"""`kedro bind init` in a real project: what it writes passes `kedro bind check`."""

import json
import subprocess

import pytest
import yaml

from tests.kedro_project import make_project

pytestmark = pytest.mark.slow
PYTHON = ("-m", "kedro_bind")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    made = make_project(tmp_path_factory.mktemp("init"), "")
    (made.path / "conf/base/pipeline_ml.yml").unlink(missing_ok=True)
    return made


def test_the_written_document_passes_the_check_and_says_what_is_next(project):
    result = project.python(*PYTHON, "init", "--name=churn")
    assert result.stdout.splitlines() == [
        "wrote conf/base/pipeline_ml.yml",
        "next: kedro bind check && kedro run --pipelines=churn",
    ]
    text = (project.path / "conf/base/pipeline_ml.yml").read_text()
    assert text.startswith("# yaml-language-server: $schema=../kedro_bind.schema.json\n")
    assert list(yaml.safe_load(text)) == ["churn"]
    schema = json.loads((project.path / "conf/kedro_bind.schema.json").read_text())
    assert schema["definitions"]["tags"]["enum"] == ["inference", "training"]
    assert project.python(*PYTHON, "schema", "--project").stdout == json.dumps(schema, indent=2) + "\n"
    checked = project.python(*PYTHON, "check", "--format=json")
    assert json.loads(checked.stdout) == {"diagnostics": []}


def test_an_existing_document_is_kept_unless_forced(project):
    document = project.write("conf/base/pipeline_ml.yml", "# mine\n")
    refused = project.python(*PYTHON, "init", check=False)
    assert refused.returncode == 1
    assert "conf/base/pipeline_ml.yml exists; add '--force' to overwrite it" in refused.stderr
    assert document.read_text() == "# mine\n"
    project.python(*PYTHON, "init", "--force")
    assert "input_name: customers" in document.read_text()


def test_data_that_nothing_supplies_is_to_be_supplied_first(project):
    catalog = project.path / "conf/base/catalog.yml"
    before = catalog.read_text()
    entries = {name: entry for name, entry in yaml.safe_load(before).items() if name != "customers"}
    catalog.write_text(yaml.safe_dump(entries))
    lines = project.python(*PYTHON, "init", "--force", "--name=churn").stdout.splitlines()
    catalog.write_text(before)
    assert any("training reads 'customers'" in line for line in lines)
    assert lines[-2:] == [
        "first supply the data that training reads, or select the pipelines that make it as well",
        "next: kedro bind check && kedro run --pipelines=churn",
    ]


def test_what_can_not_be_bound_has_a_reason_and_writes_nothing(project):
    document = project.path / "conf/base/pipeline_ml.yml"
    document.unlink(missing_ok=True)
    refused = project.python(*PYTHON, "init", "--inference=training", "--training=inference", check=False)
    assert refused.returncode == 1
    assert "tag the nodes that fit 'training'" in refused.stderr
    assert not document.exists()


def test_the_store_in_the_project_is_added_to_gitignore_once(project):
    subprocess.run(["git", "init", "--quiet"], cwd=project.path, check=True)
    ignored = project.path / ".gitignore"
    ignored.write_text("data/**", encoding="utf-8")
    first, second = (project.python(*PYTHON, "init", "--force").stdout for _ in range(2))
    assert "added to .gitignore: mlflow.db, mlartifacts/\n" in first
    assert ".gitignore" not in second
    assert ignored.read_text() == "data/**\nmlflow.db\nmlartifacts/\n"


def test_a_project_with_a_store_elsewhere_keeps_its_gitignore(project):
    subprocess.run(["git", "init", "--quiet"], cwd=project.path, check=True)
    (project.path / ".gitignore").unlink(missing_ok=True)
    tracking = project.write("conf/base/mlflow.yml", "server: {mlflow_tracking_uri: http://127.0.0.1:9}\n")
    project.python(*PYTHON, "init", "--force")
    tracking.unlink()
    assert not (project.path / ".gitignore").exists()
