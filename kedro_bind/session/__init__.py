"""Bound pipelines in a Kedro session: registering them, running them, and logging what a run stored."""
