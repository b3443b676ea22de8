"""Whether the code that a model needs can be packaged."""

from __future__ import annotations

import sys
import threading

import pytest
from kedro.pipeline import Pipeline, node

from conf_schema import Severity
from kedro_bind.checks.model_code import function_problems, model_code_problems
from kedro_bind.project import Origin
from tests.bindings import resolved


def binding(function, **options):
    kpm = {"runner": options.pop("runner")} if "runner" in options else {}
    inference = Pipeline([node(function, "x", "out", name="predict")])
    return resolved(inference, name="churn", log_model_kwargs=options, kpm_kwargs=kpm)


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """Write a module beside the project's package, and import a function of it."""
    monkeypatch.syspath_prepend(str(tmp_path))
    names = []

    def make(name, text="def predict(x):\n    return x\n"):
        (tmp_path / f"{name}.py").write_text(text)
        names.append(name)
        return __import__(name).predict

    yield make
    for name in names:
        sys.modules.pop(name, None)


def problems(tmp_path, bound, package=None, extra=()):
    found = model_code_problems(bound, Origin(project_path=tmp_path, package=package), extra)
    return [(problem.code, problem.severity, problem.path[1:], problem.message) for problem in found]


def test_a_function_at_the_top_of_a_module_is_fine():
    assert list(function_problems(binding(len))) == []


def test_a_function_that_is_pickled_ties_the_model_to_this_python():
    (problem,) = function_problems(binding(lambda x: x))
    assert (problem.code, problem.severity, problem.path) == (
        "not-importable",
        Severity.WARNING,
        ("churn", "inference"),
    )
    assert "the function of node 'predict' (<lambda>) can't be imported by name, so the model" in problem.message


def test_a_function_that_can_not_be_pickled_is_an_error():
    lock = threading.Lock()
    (problem,) = function_problems(binding(lambda x: lock))
    assert problem.severity is Severity.ERROR
    assert "it can't be pickled either: " in problem.message


def test_code_of_the_package_and_of_code_paths_travels(tmp_path, imported):
    predict = imported("code_test_own")
    assert problems(tmp_path, binding(predict), "code_test_own") == []
    assert problems(tmp_path, binding(predict, code_paths=["code_test_own.py"])) == []
    assert problems(tmp_path, binding(len)) == []


def test_code_that_stays_behind_is_found(tmp_path, imported):
    ((code, severity, path, message),) = problems(tmp_path, binding(imported("code_test_left")), "shop")
    assert (code, severity, path) == ("not-packaged", Severity.ERROR, ("inference",))
    assert (
        message == "the function of node 'predict' is defined in 'code_test_left', which is not packaged with the model"
    )


def test_code_that_is_imported_and_stays_behind_may_matter(tmp_path, imported):
    imported("code_test_helpers")
    predict = imported("code_test_user", "import code_test_helpers\n\n\ndef predict(x):\n    return x\n")
    ((code, severity, _, message),) = problems(tmp_path, binding(predict), "code_test_user")
    assert (code, severity) == ("not-packaged", Severity.WARNING)
    assert "which imports 'code_test_helpers', and that is not packaged" in message


def test_the_runner_and_other_code_travel_too(tmp_path, imported):
    imported("code_test_runners")
    ((code, _, path, message),) = problems(tmp_path, binding(len, runner="code_test_runners.Runner"))
    assert (code, path) == ("not-packaged", ("runner", "type"))
    assert message.startswith("the runner is defined in 'code_test_runners'")
    ((_, _, _, message),) = problems(tmp_path, binding(len), extra=[("the validator of 'x'", "code_test_runners")])
    assert message.startswith("the validator of 'x' is defined in 'code_test_runners'")


def test_code_paths_have_to_exist(tmp_path):
    ((code, _, path, message),) = problems(tmp_path, binding(len, code_paths=["gone"]))
    assert (code, path) == ("bad-value", ("model", "code_paths", 0))
    assert message == "'model.code_paths' names 'gone', but the project has no such file or folder"
