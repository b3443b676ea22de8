"""Which element of a picture a finding is about."""

from __future__ import annotations

import pytest

from conf_schema import Diagnostic
from kedro_bind.render.picture.drawing import picture_of
from kedro_bind.render.picture.findings import owned_findings
from tests.pictures import SMALL

PICTURE = picture_of(SMALL)
TITLES = {element.key: (element.lane, element.title) for element in PICTURE.everything}


def owner(message, *path):
    finding = Diagnostic("bad-value", message, path=("churn", *path))
    owned, general = owned_findings(PICTURE, [finding])
    assert len(owned) + len(general) == 1
    return TITLES[next(iter(owned))] if owned else None


@pytest.mark.parametrize(
    ("message", "path", "expected"),
    [
        ("no such input", ("input_name",), ("predicts", "customers")),
        ("no such mode", ("copy_mode", "classifier"), ("travels", "classifier")),
        ("inference needs 'scaler', which is gone", ("inference",), ("travels", "scaler")),
        ("'threshold' is rejected", ("inference",), ("travels", "params:threshold")),
        ("it is rejected (node predict)", ("inference",), ("predicts", "predict")),
        ("the node 'fit_scaler' fits", ("training",), ("trains", "fit_scaler")),
        ("the alias 'x' is not valid", ("model", "aliases"), None),
        ("nothing is named", (), None),
    ],
)
def test_a_finding_is_about_what_it_names(message, path, expected):
    assert owner(message, *path) == expected
