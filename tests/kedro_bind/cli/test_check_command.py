"""`kedro bind check` where the configuration is not where Kedro reads it."""

from __future__ import annotations

from tests.kedro_project import BINDING


def check(project, *options):
    result = project.kedro("bind", "check", *options, check=False)
    assert "Traceback" not in result.stderr
    return result


def test_a_document_that_is_not_read_is_a_problem(project):
    (project.path / "conf/base/pipeline_ml.yml").rename(project.path / "pipeline_ml.yml")
    result = check(project)
    assert result.returncode == 1
    assert "pipeline_ml.yml:1:1: pipeline_ml.yml is not in the folder of an environment" in result.stdout
    assert "move it to conf/base [unread-file]" in result.stdout


def test_a_config_loader_that_reads_no_bindings_is_named(project):
    project.write(
        f"src/{project.package}/settings.py",
        """
        from kedro.config import AbstractConfigLoader


        class OwnLoader(AbstractConfigLoader):
            pass


        CONFIG_LOADER_CLASS = OwnLoader
        CONFIG_LOADER_ARGS = {}
        """,
    )
    result = check(project)
    assert result.returncode == 1
    assert "the config loader OwnLoader is not an OmegaConfigLoader" in result.stdout


def test_what_is_declared_of_row_independence_is_shown_and_no_store_is_asked(project):
    project.write("conf/base/pipeline_ml.yml", BINDING + "  model: {row_wise: true, registered_model_name: churn}\n")
    lines = check(project).stdout.splitlines()
    assert lines[-2].endswith("1 binding in 1 file (env local): no problems")
    assert lines[-1] == "row_wise: true in churn; logging fails unless verification confirms it"
    assert not list(project.path.glob("mlflow.db"))


def test_where_row_wise_differs_between_environments_the_environment_is_named(project):
    project.write("conf/prod/pipeline_ml.yml", BINDING + "  model: {row_wise: false}\n")
    assert check(project, "--all-envs").stdout.splitlines()[-1] == (
        "row_wise: false in churn (env prod); verification does not try it"
    )


def test_without_a_document_there_are_no_bindings_and_no_problem(project):
    (project.path / "conf/base/pipeline_ml.yml").unlink()
    result = check(project)
    assert (result.returncode, result.stdout.splitlines()[-1][:11]) == (0, "no bindings")


def test_an_environment_without_a_folder_is_named_with_those_that_have_one(project):
    (project.path / "conf/local").rmdir()
    result = check(project, "--env=local")
    assert result.returncode == 2
    assert "no environment 'local'; create its folder, which may be empty" in result.stderr
    (project.path / "conf/prod").mkdir()
    assert "no environment 'local'; the environments are prod" in check(project, "--env=local").stderr
    assert check(project, "--all-envs").returncode == 0


def test_the_default_environment_without_a_folder_is_what_kedro_fails_on_too(project):
    (project.path / "conf/local").rmdir()
    for options in ([], ["--all-envs"]):
        result = check(project, *options)
        assert result.returncode == 1
        assert "the environment 'local' has no folder in the configuration" in result.stdout
    run = project.kedro("run", "--pipeline=reporting", check=False)
    assert run.returncode != 0
    assert "does not exist or is not a valid directory" in run.stdout + run.stderr


def test_fix_corrects_the_files_says_what_it_changed_and_reports_what_is_left(project):
    document = project.path / "conf/base/pipeline_ml.yml"
    text = document.read_text().replace("tags: training}", "tags: trainin}  # mine") + "  copy_mode: never\n"
    assert "trainin}" in text
    document.write_text(text)
    document.chmod(0o640)
    result = check(project, "--fix")
    assert result.returncode == 1
    assert "replaced trainin with training" in result.stderr
    assert "[bad-value]" in result.stdout
    assert "[empty-selection]" not in result.stdout
    assert document.read_text() == text.replace("trainin}", "training}")
    assert (document.stat().st_mode & 0o777, [path.name for path in document.parent.glob(".pipeline*")]) == (0o640, [])
    again = check(project, "--fix")
    assert (again.returncode, again.stdout.splitlines()[-5:]) == (1, result.stdout.splitlines()[-5:])
    assert "replaced" not in again.stderr
