"""The pipelines of the project, a package each."""
