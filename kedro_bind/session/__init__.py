"""A Kedro session: bound pipelines in it, one bound run, and logging what is stored."""
