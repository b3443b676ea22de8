from __future__ import annotations

import pytest

from kedro_bind.packaging.requirements import completed

NEEDED = ["kedro==1.7.0", "kedro-bind==0.1.0", "mlflow==3.17.2"]


@pytest.mark.parametrize(
    ("given", "expected"),
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
def test_a_pin_is_added_where_no_requirement_names_its_distribution(given, expected):
    assert completed(given, NEEDED) == expected
