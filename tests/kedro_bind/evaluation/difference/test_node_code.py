"""What a node's function is made of."""

from __future__ import annotations

import textwrap

import pytest

from kedro_bind.evaluation.difference.node_code import ModelCode

HELPERS = """
    FACTOR = 2

    def clean(x):
        return x * FACTOR

    def unused(x):
        return x
"""


@pytest.fixture
def definitions(tmp_path):
    """Write modules of the package `shop`, and find what `shop.nodes:fit` is made of."""

    def find(nodes, **modules):
        (tmp_path / "shop").mkdir(exist_ok=True)
        for name, text in {"__init__": "", "helpers": HELPERS, "nodes": nodes, **modules}.items():
            (tmp_path / "shop" / f"{name}.py").write_text(textwrap.dedent(text))
        return ModelCode(tmp_path).definitions("shop.nodes:fit")

    return find


@pytest.mark.parametrize(
    "nodes",
    [
        "from shop.helpers import clean\ndef fit(x): return clean(x)",
        "from .helpers import clean as tidy\ndef fit(x): return tidy(x)",
        "from shop import helpers\ndef fit(x): return helpers.clean(x)",
        "from . import helpers as h\ndef fit(x): return h.clean(x)",
        "import shop.helpers\ndef fit(x): return shop.helpers.clean(x)",
        "import shop.helpers as h\ndef fit(x): return h.clean(x)",
        "def fit(x):\n    from shop.helpers import clean\n    return clean(x)",
    ],
)
def test_what_a_function_uses_is_found_however_it_is_imported(definitions, nodes):
    assert set(definitions(nodes)) == {"shop.nodes:fit", "shop.helpers:clean", "shop.helpers:FACTOR"}


def test_two_modules_of_a_package_may_be_imported(definitions):
    nodes = "import shop.helpers\nimport shop.more\ndef fit(x): return shop.helpers.clean(x) + shop.more.zero()"
    found = definitions(nodes, more="def zero(): return 0")
    assert {"shop.helpers:clean", "shop.more:zero"} <= set(found)


def test_a_package_may_import_its_own_modules(definitions):
    nodes = "from shop import helpers\ndef fit(x): return helpers.clean(x)"
    found = definitions(nodes, __init__="from . import helpers, nodes")
    assert set(found) == {"shop.nodes:fit", "shop.helpers:clean", "shop.helpers:FACTOR"}


def test_a_name_that_a_package_hands_on_is_found(definitions):
    nodes = "from shop import clean\ndef fit(x): return clean(x)"
    assert "shop.helpers:clean" in definitions(nodes, __init__="from .helpers import clean")


def test_functions_may_use_each_other(definitions):
    nodes = "def fit(x): return other(x) if x else x\ndef other(x): return fit(x - 1)"
    assert set(definitions(nodes)) == {"shop.nodes:fit", "shop.nodes:other"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def fit(x): return x + 1", "def fit(x):\n    '''Fit.'''\n    # a comment\n    return (x +\n            1)"),
        ("def fit(x): return x\ndef unused(): return 1", "def fit(x): return x\ndef unused(): return 2"),
        ("LIMIT = 1\ndef fit(x): return x", "LIMIT = 2\ndef fit(x): return x"),
    ],
)
def test_what_can_not_matter_does_not_count(definitions, one, other):
    assert definitions(one) == definitions(other)


@pytest.mark.parametrize(
    "text",
    [
        "def fit(x): return x + {}",
        "LIMIT = {}\ndef fit(x): return x + LIMIT",
        "LIMIT: int = {}\ndef fit(x): return x + LIMIT",
        "LIMIT = 0\nLIMIT += {}\ndef fit(x): return x + LIMIT",
        "TABLE = {{}}\nTABLE['a'] = {}\ndef fit(x): return x + TABLE['a']",
        "if True:\n    def fit(x): return x + {}\nelse:\n    def fit(x): return x",
        "try:\n    import gone\nexcept ImportError:\n    gone = {}\ndef fit(x): return x + gone",
        "class Fit:\n    def limit(self): return {}\ndef fit(x): return x + Fit().limit()",
    ],
)
def test_what_changes_the_result_counts(definitions, text):
    assert definitions(text.format(1)) != definitions(text.format(2))


def test_what_is_not_in_the_model_has_no_definition(definitions, tmp_path):
    definitions("")
    assert ModelCode(tmp_path).definitions("json:dumps") == {}
    assert ModelCode(tmp_path).definitions("shop.nodes:gone") == {}
