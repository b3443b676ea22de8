from __future__ import annotations

import pytest
from kedro.config import OmegaConfigLoader

from kedro_bind.config.files import read_files

ONE = "b{}: {{training: {{pipeline: p}}, inference: {{pipeline: p}}, input_name: x}}\n"


@pytest.fixture
def read(tmp_path):
    def read(base, local="", **options):
        for env, text in (("base", base), ("local", local)):
            (tmp_path / env).mkdir()
            if text:
                (tmp_path / env / "pipeline_ml.yml").write_text(text, encoding="utf-8")
        loader = OmegaConfigLoader(str(tmp_path), base_env="base", default_run_env="local", **options)
        return read_files(loader, "pipeline_ml")

    return read


def test_a_document_larger_than_omegaconf_takes_is_read(read):
    config = read("".join(ONE.format(number) for number in range(1_000)))
    assert config.findings == ()
    assert len(config.values) == 1_000
    assert config.values["b7"]["input_name"] == "x"


def test_the_first_of_several_merged_mappings_wins_whatever_the_loader_does(read, monkeypatch):
    # OmegaConf before 2.4 leaves it to PyYAML, whose version 6.0.4 lets the last one win.
    monkeypatch.setattr(OmegaConfigLoader, "__getitem__", lambda *_: {"churn": {"input_name": "b"}})
    config = read("_a: &a {input_name: a}\n_b: &b {input_name: b}\nchurn: {<<: [*a, *b]}\n")
    assert config.values == {"churn": {"input_name": "a"}}


def test_values_are_merged_softly_in_depth_where_the_loader_is_not_asked(read):
    base = "_a: &a {x: 1}\nchurn: {<<: [*a], model: {name: n, tags: {a: b}}}\n"
    config = read(base, "churn: {model: {tags: {c: d}}}\n", merge_strategy={"pipeline_ml": "soft"})
    assert config.values["churn"] == {"x": 1, "model": {"name": "n", "tags": {"a": "b", "c": "d"}}}


def test_interpolations_are_resolved_where_the_loader_is_not_asked(read):
    config = read("_name: a\n_a: &a {input_name: '${_name}'}\nchurn: {<<: [*a]}\n")
    assert config.findings == ()
    assert config.values == {"churn": {"input_name": "a"}}


@pytest.mark.parametrize("text", ["[" * 300, "[" * 300 + "]" * 300], ids=["open", "closed"])
def test_a_document_nested_too_deeply_is_a_finding_and_the_loader_is_not_asked(read, monkeypatch, text):
    asked, load = [], OmegaConfigLoader.__getitem__
    # Beyond about 100 levels, it would take minutes to fail.
    monkeypatch.setattr(OmegaConfigLoader, "__getitem__", lambda loader, key: asked.append(key) or load(loader, key))
    config = read(f"churn: {{artifacts: {text}\n")
    assert [finding.severity.value for finding in config.findings] == ["error"]
    assert config.values == {}
    assert "pipeline_ml" not in asked
