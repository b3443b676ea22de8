from __future__ import annotations

from kedro.pipeline import Pipeline, node, pipeline

from conf_schema import ProjectNames
from kedro_bind.binding.project_names import names_of


def identity(*values):
    return values[0]


def test_every_name_that_a_document_may_have_is_collected():
    fit = node(identity, ["customers@pandas", "params:depth", "parameters"], "model", name="fit", tags="training")
    names = names_of({"data_science": Pipeline([fit]), "serving": pipeline([fit], namespace="online.fast")})
    assert names == ProjectNames(
        pipelines=("data_science", "serving"),
        tags=("training",),
        nodes=("fit", "online.fast.fit"),
        namespaces=("online", "online.fast"),
        datasets=(
            *("customers", "customers@pandas", "model"),
            *("online.fast.customers", "online.fast.customers@pandas", "online.fast.model"),
        ),
        parameters=("depth", "online.fast.depth", "parameters", "params:depth", "params:online.fast.depth"),
    )
