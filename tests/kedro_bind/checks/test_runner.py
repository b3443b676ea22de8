"""The runner of a logged model."""

from __future__ import annotations

import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node
from kedro.runner import SequentialRunner
from kedro_datasets.pickle import PickleDataset

from conf_schema import RunnerSpec
from kedro_bind.checks.runner import runner_problems
from tests.bindings import resolved


class NeedsName(SequentialRunner):
    def __init__(self, name):
        super().__init__()
        self.name = name


class TakesAnything(SequentialRunner):
    def __init__(self, **kwargs):
        super().__init__()
        self.options = kwargs


def streaming(x):
    yield x


class OneProcess(PickleDataset):
    _SINGLE_PROCESS = True


def problems(runner, function=len, dataset=None, **arguments):
    inference = Pipeline([node(function, "x", "out", name="predict")])
    spec = RunnerSpec(type=runner, **arguments)
    binding = resolved(inference, name="churn", kpm_kwargs={"runner": spec})
    catalog = DataCatalog({"x": dataset or PickleDataset(filepath="x.pkl")})
    return [
        (problem.code, problem.path[2:], problem.message, problem.hint) for problem in runner_problems(binding, catalog)
    ]


@pytest.mark.parametrize(
    ("runner", "arguments"),
    [
        ("SequentialRunner", {}),
        ("SequentialRunner", {"is_async": True}),
        ("ThreadRunner", {"max_workers": 2}),
        ("kedro.runner.ThreadRunner", {}),
        ("ParallelRunner", {}),
        (f"{__name__}.NeedsName", {"name": "a"}),
        (f"{__name__}.TakesAnything", {"colour": "red"}),
    ],
)
def test_a_runner_that_can_be_made_is_fine(runner, arguments):
    assert problems(runner, **arguments) == []


@pytest.mark.parametrize(
    ("runner", "code", "message", "hint"),
    [
        ("TreadRunner", "unknown-runner", "there is no runner 'TreadRunner'", "did you mean 'ThreadRunner'?"),
        (
            "kedro.runner.TreadRunner",
            "unknown-runner",
            "there is no runner",
            "did you mean 'kedro.runner.ThreadRunner'?",
        ),
        ("gone.Whatever", "unknown-runner", "there is no runner 'gone.Whatever'", "use a runner of kedro.runner"),
        ("json.JSONDecoder", "unknown-runner", "'json.JSONDecoder' is not a Kedro runner", "use a class that derives"),
        (f"{__name__}.NeedsName", "bad-runner-argument", "requires the argument 'name'", "add 'name: …'"),
    ],
)
def test_a_runner_that_can_not_be_made_is_found(runner, code, message, hint):
    ((found_code, _, found_message, found_hint),) = problems(runner)
    assert found_code == code
    assert message in found_message
    assert found_hint.startswith(hint)


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        ({"max_worker": 2}, "has no argument 'max_worker'", "did you mean 'max_workers'?"),
        ({"max_workers": 0}, "'max_workers' of the runner 'ThreadRunner' is 0; it must be a positive integer", ""),
        ({"max_workers": "2"}, "is '2'; it must be a positive integer", ""),
    ],
)
def test_an_argument_that_a_runner_does_not_take_is_found(arguments, message, hint):
    ((code, path, found, found_hint),) = problems("ThreadRunner", **arguments)
    assert (code, path, found_hint) == ("bad-runner-argument", tuple(arguments), hint)
    assert message in found


def test_a_function_has_to_reach_another_process():
    ((code, path, message, _),) = problems("ParallelRunner", lambda x: x)
    assert (code, path) == ("not-parallel", ("type",))
    assert "can't pass the function of node 'predict'" in message
    assert problems("ThreadRunner", lambda x: x) == []


def test_data_that_belongs_to_one_process_is_found():
    ((code, _, message, _),) = problems("ParallelRunner", dataset=OneProcess(filepath="x.pkl"))
    assert code == "not-parallel"
    assert "the data of a OneProcess belongs to one process" in message


def test_a_generator_is_not_run_asynchronously():
    ((code, path, _, hint),) = problems("ParallelRunner", streaming, is_async=True)
    assert (code, path, hint) == ("bad-runner-argument", ("is_async",), "remove 'is_async'")
