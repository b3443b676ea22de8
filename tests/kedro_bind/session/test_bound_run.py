"""What a bound run does before training."""

from __future__ import annotations

import logging

import pytest

from kedro_bind.errors import BindingError
from tests.kedro_project import BINDING


def test_checking_parameters_adds_no_lines_about_loading_them(project):
    loads = []
    handler = logging.Handler()
    handler.emit = lambda record: loads.append(record.getMessage())
    logger = logging.getLogger("kedro.io.data_catalog")
    with project.session() as session:  # which configures logging, and would remove the handler
        logger.addHandler(handler)
        session.run(pipeline_names=["churn"], node_names=["fit_scaler"])
    logger.removeHandler(handler)
    assert any("customers" in line for line in loads)
    assert not any("params:" in line for line in loads)


def test_the_error_of_a_check_names_the_binding_if_there_is_one(project):
    invalid = BINDING + "  model: {code_paths: [nowhere]}\n"
    project.write("conf/base/pipeline_ml.yml", invalid + invalid.replace("churn:", "careful:"))
    for names, binding in ((["churn"], "churn"), (["churn", "careful"], None)):
        with project.session() as session, pytest.raises(BindingError, match="nowhere") as info:
            session.run(pipeline_names=names)
        assert info.value.binding == binding
    assert info.value.message.startswith("the bound pipelines 'churn', 'careful' can't run:\n")
