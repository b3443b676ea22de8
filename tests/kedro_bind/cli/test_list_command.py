"""`kedro bind list`."""

from __future__ import annotations


def test_bindings_are_listed_with_their_pipelines_and_place_and_an_invalid_one_with_what_to_run(project):
    project.write(
        "conf/base/pipeline_ml.yml",
        """
        churn:
          training: {pipeline: data_science, tags: training}
          inference: {pipeline: [data_science, reporting], tags: inference, exclude_tags: [slow]}
          input_name: customers
          model: {registered_model_name: shop_churn}
        fraud: 3
        """,
    )
    printed = project.kedro("bind", "list").stdout
    assert printed[printed.index("churn  (") :] == (
        "churn  (conf/base/pipeline_ml.yml:1)\n"
        "  training:  data_science (tags training)\n"
        "  inference: data_science + reporting (tags inference; exclude_tags slow), from 'customers'\n"
        "  registers: shop_churn\n"
        "fraud  (conf/base/pipeline_ml.yml:6)\n"
        "  invalid; run 'kedro bind check fraud' to see why\n"
    )


def test_a_project_without_bindings_is_told_where_to_declare_one(project):
    (project.path / "conf/base/pipeline_ml.yml").unlink()
    assert "no bindings; declare one in conf/base/pipeline_ml.yml" in project.kedro("bind", "list").stdout
