"""A registry that raises."""


def register_pipelines():
    message = "no\npipelines today"
    raise RuntimeError(message)
