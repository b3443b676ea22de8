"""`kedro bind check` where the configuration is not where Kedro reads it."""

from __future__ import annotations


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
