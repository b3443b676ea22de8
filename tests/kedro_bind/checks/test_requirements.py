"""Requirements and Conda environments, compared with what pip reads."""

from __future__ import annotations

import pytest
from kedro.pipeline import Pipeline, node

from kedro_bind.checks.requirements import requirement_problems
from kedro_bind.project import Origin
from kedro_bind.redaction import Redaction, redacting
from tests.bindings import resolved


def findings(folder, **options):
    binding = resolved(Pipeline([node(len, "x", "y", name="count")]), name="churn", log_model_kwargs=options)
    return list(requirement_problems(binding, folder and Origin(folder, "shop", "local")))


@pytest.mark.parametrize(
    "line",
    [
        "pandas",
        "pandas>=2,<3; python_version > '3.9'",
        "-r requirements.txt",
        "--constraint=requirements.txt",
        "--extra-index-url https://example.org/simple",
        "git+https://example.org/shop.git",
        "./shop.whl",
    ],
)
def test_what_pip_reads_is_valid(tmp_path, line):
    (tmp_path / "requirements.txt").write_text("pandas\n", encoding="utf-8")
    assert findings(tmp_path, pip_requirements=[line]) == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("scikit learn", "pip can't parse it"),
        (">=1", "pip can't parse it"),
        ("-r nowhere.txt", "there is no file 'nowhere.txt'"),
        ("requirements.txt", "it is the name of a file"),
    ],
)
def test_what_pip_does_not_read_is_a_problem_at_its_line(tmp_path, line, problem):
    (tmp_path / "requirements.txt").write_text("pandas\n", encoding="utf-8")
    (finding,) = findings(tmp_path, extra_pip_requirements=["pandas", line])
    assert finding.message == f"'{line}' is not a valid requirement: {problem}"
    assert finding.path == ("churn", "model", "extra_pip_requirements", 1)


def test_files_are_not_looked_for_where_the_project_is_unknown():
    assert findings(None, pip_requirements=["-r nowhere.txt"]) == []
    assert findings(None, conda_env="nowhere.yml") == []


@pytest.mark.parametrize(
    "line", ["--index-url https://me:secret@example.org/simple", "git+https://t0ken@example.org/a"]
)
def test_credentials_in_a_url_are_a_warning(tmp_path, line):
    (finding,) = findings(tmp_path, pip_requirements=[line])
    assert (finding.code, finding.severity.value) == ("credentials-in-requirements", "warning")
    assert "secret" not in finding.text


@pytest.mark.parametrize(
    "line",
    [
        "--extra-index-url https://packages.example/known-Token-4411/simple",
        "shop @ https://known-Token-4411@packages.example/shop.whl#known-Token-4411",
        "--index-url https://packages.example/simple?token=query-Token-5522",
        "shop @ https://packages.example/shop.whl?sig=abcdefgh",
        "-r requirements.txt",
    ],
)
def test_credentials_that_pip_needs_are_an_error(tmp_path, line):
    (tmp_path / "requirements.txt").write_text("pandas\n--index-url https://example/known-Token-4411/\n")
    with redacting(Redaction(lambda: ["known-Token-4411"])):
        (finding,) = findings(tmp_path, pip_requirements=[line])
        url = line.replace("-r requirements.txt", "--index-url https://example/known-Token-4411/")
        conda_env = {"dependencies": ["pip", {"pip": [url]}]}
        (of_conda,) = findings(tmp_path, conda_env=conda_env)
    for found in (finding, of_conda):
        assert (found.code, found.severity.value) == ("credentials-in-requirements", "error")
        assert "write them as \\${TOKEN}" in found.text
        assert "Token-" not in found.text


@pytest.mark.parametrize(
    "line",
    [
        "--extra-index-url https://packages.example/${TOKEN}/simple",
        "--index-url https://${USER}:${TOKEN}@packages.example/simple?token=${TOKEN}&password=${PASSWORD}",
        "flask-token==1.2",
        "shop @ https://packages.example/shop.whl#sha256=0123456789abcdef",
        "snowflake-connector-python==3.12.0",
        "-r requirements.txt",
    ],
)
def test_references_to_variables_and_names_of_packages_are_valid(tmp_path, line):
    (tmp_path / "requirements.txt").write_text("# Basic dependencies of 2024\npandas>=2\ndetect-secrets==1.5.0\n")
    (tmp_path / "conda.yml").write_text(
        f"# Basic environment\ndependencies: [pip, detect-secrets=1.5.0, python-jwt=4.0, {{pip: ['{line}']}}]\n"
    )
    with redacting(Redaction(lambda: ["snowflake", "detect-secrets"])):
        assert findings(tmp_path, pip_requirements=[line]) == []
        assert findings(tmp_path, conda_env="conda.yml") == []


def test_a_file_of_a_conda_environment_is_looked_at_too(tmp_path):
    (tmp_path / "conda.yml").write_text("channels: ['https://ci:3f9a@conda.example']\ndependencies: [pip]\n")
    (finding,) = findings(tmp_path, conda_env="conda.yml")
    assert (finding.code, finding.severity.value) == ("credentials-in-requirements", "warning")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("dependencies: [python=3.11]\n", None),
        ("name: shop\n", "it has no list 'dependencies'"),
        ("dependencies: {python: 3.11}\n", "it has no list 'dependencies'"),
        ("dependencies: [\n", "the file 'conda.yml' is not valid YAML"),
        (None, "there is no file 'conda.yml' in the project"),
    ],
)
def test_a_conda_environment_is_a_file_with_a_list_of_dependencies(tmp_path, content, problem):
    if content is not None:
        (tmp_path / "conda.yml").write_text(content, encoding="utf-8")
    expected = [] if problem is None else [f"'model.conda_env' is not a valid Conda environment: {problem}"]
    assert [finding.message for finding in findings(tmp_path, conda_env="conda.yml")] == expected
