from __future__ import annotations

import pytest
from kedro.config import OmegaConfigLoader

from kedro_bind.config.files import read_files


@pytest.fixture
def resolved(tmp_path):
    def run(text, global_values="name: x\n"):
        (tmp_path / "base").mkdir()
        (tmp_path / "base" / "globals.yml").write_text(global_values, encoding="utf-8")
        (tmp_path / "base" / "pipeline_ml.yml").write_text(text, encoding="utf-8")
        loader = OmegaConfigLoader(str(tmp_path), base_env="base", default_run_env="base", runtime_params={"depth": 3})
        files = read_files(loader, "pipeline_ml")
        return files.values, [(problem.path, problem.hint) for problem in files.findings]

    return run


def test_one_failure_does_not_hide_others(resolved):
    values, problems = resolved("a: ${globals:nme}\nb: ${globals:name}\nc: ['${runtime_params:input}']\n")
    assert values == {"b": "x"}
    assert problems == [
        (("a",), "did you mean 'name'?"),
        (("c", 0), "pass '--params=input=…', or add a default: '${runtime_params:input, …}'"),
    ]


def test_an_unclosed_interpolation_has_its_place(resolved):
    values, problems = resolved("a: {x: '${'}\nb: 1\n")
    assert values == {"b": 1}
    assert problems == [(("a", "x"), "close it with '}', or write '\\${' if it is not an interpolation")]


def test_a_template_may_be_broken_where_nothing_uses_it(resolved):
    values, problems = resolved("_t: ${globals:nme}\na: ${globals:name}\n")
    assert values == {"a": "x"}
    assert problems == []


def test_a_value_that_refers_to_itself_is_found(resolved):
    assert resolved("a: ${b}\nb: ${a}\n") == (
        {},
        [
            (("a",), "make it refer to a value other than itself"),
            (("b",), "make it refer to a value other than itself"),
        ],
    )
