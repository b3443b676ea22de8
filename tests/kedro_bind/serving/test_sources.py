from __future__ import annotations

import pytest

from kedro_bind.serving.limits import Limits
from kedro_bind.serving.options import ServerOptions
from kedro_bind.serving.sources import ModelSource, grouped_by_code


@pytest.fixture
def model(tmp_path):
    """Make the folder of a model with some code."""

    def make(name, code=""):
        folder = tmp_path / name
        folder.mkdir()
        if code:
            (folder / "code").mkdir()
            (folder / "code" / "nodes.py").write_text(code)
        return ModelSource(f"models:/{name}/1", str(folder))

    return make


def test_models_of_the_same_code_share_a_process(model):
    one, other, two = model("one", "a = 1"), model("other", "a = 2"), model("two", "a = 1")
    assert grouped_by_code([one, other, two]) == [(one, two), (other,)]


def test_a_model_without_code_goes_with_the_first_group_and_stays_the_first_model(model):
    plain, one, other = model("plain"), model("one", "a = 1"), model("other", "a = 2")
    assert grouped_by_code([plain, one, other]) == [(plain, one), (other,)]
    assert grouped_by_code([one, other, plain]) == [(one, plain), (other,)]
    assert grouped_by_code([plain]) == [(plain,)]


def test_a_model_that_is_named_twice_is_loaded_once(model):
    one = model("one", "a = 1")
    assert grouped_by_code([one, one]) == [(one,)]


def test_options_survive_the_way_to_another_process(model):
    options = ServerOptions(("models:/a/1",), workers=3, reload=1.5, batch=False, limits=Limits(rows=7))
    assert ServerOptions.from_json(options.to_json()) == options
    backend = options.for_backend([model("one")])
    assert ServerOptions.from_json(backend.to_json()) == backend
    assert backend.reload is None
