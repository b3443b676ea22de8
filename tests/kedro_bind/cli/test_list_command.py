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
          model: {registered_model_name: shop_churn, row_wise: true}
        fraud: 3
        """,
    )
    printed = project.kedro("bind", "list").stdout
    rows = [row.split("  ") for row in printed[printed.index("binding  ") :].splitlines()]
    assert [[cell.strip() for cell in row if cell] for row in rows] == [
        ["binding", "training", "inference", "input", "evaluation", "registers", "row-wise", "declared at"],
        [
            "churn",
            "data_science (tags training)",
            "data_science + reporting (tags inference; exclude_tags slow)",
            "customers",
            "-",
            "shop_churn",
            "true",
            "conf/base/pipeline_ml.yml:1",
        ],
        ["fraud", "invalid; run 'kedro bind check fraud' to see why", "conf/base/pipeline_ml.yml:6"],
    ]


def test_a_project_without_bindings_is_told_where_to_declare_one(project):
    (project.path / "conf/base/pipeline_ml.yml").unlink()
    assert "no bindings; declare one in conf/base/pipeline_ml.yml" in project.kedro("bind", "list").stdout


def test_a_document_that_kedro_does_not_read_is_named(project):
    (project.path / "conf/base/pipeline_ml.yml").rename(project.path / "pipeline_ml.yml")
    listed = project.kedro("bind", "list", check=False)
    assert listed.returncode == 1
    assert "pipeline_ml.yml is not in the folder of an environment" in listed.stderr
