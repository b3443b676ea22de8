"""A project to a `pipeline_ml.yml` that fits it."""
