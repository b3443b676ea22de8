"""Kedro's settings: one hook, which times what plugins do after the last node."""

from benchmark_project.stopwatch import Stopwatch

HOOKS = (Stopwatch(),)
