"""Requirements of a model are pinned, and completed by what loads it."""

from __future__ import annotations

import pytest

from kedro_bind.packaging.requirements import completed, pinned

NEEDED = ["kedro==1.7.0", "kedro-bind==0.1.0", "mlflow==3.17.2"]


@pytest.mark.parametrize(
    ("existing", "expected"),
    [
        ([], NEEDED),
        (["pandas"], [*NEEDED, "pandas"]),
        (["mlflow==3.17.2", "pandas"], [*NEEDED, "pandas"]),
        (["mlflow<4", "Kedro"], ["kedro-bind==0.1.0", "mlflow<4", "Kedro"]),
        (
            ["kedro_bind[all]>=0.1"],
            [NEEDED[0], NEEDED[2], "kedro_bind[all]>=0.1"],
        ),
        (["git+https://host/me/kedro_bind.git"], ["mlflow==3.17.2", "git+https://host/me/kedro_bind.git"]),
        (["wheels/kedro_bind-0.1.0-py3-none-any.whl"], ["mlflow==3.17.2", "wheels/kedro_bind-0.1.0-py3-none-any.whl"]),
        (["kedro-viz"], [*NEEDED, "kedro-viz"]),
    ],
)
def test_a_pin_is_added_unless_a_requirement_names_its_distribution(existing, expected):
    assert completed(existing, NEEDED) == expected


def names(lines):
    return [line.partition("==")[0] for line in lines]


def test_modules_of_the_standard_library_and_of_no_distribution_need_no_requirement():
    assert names(pinned(["json", "no_such_module"])) == ["kedro", "kedro-bind", "mlflow"]


def test_an_incidental_module_is_left_out_if_another_distribution_requires_it():
    assert "numpy" not in names(pinned(["pandas"], ["numpy"]))
    assert "numpy" in names(pinned(["numpy", "pandas"]))
    assert "numpy" in names(pinned([], ["numpy"]))
