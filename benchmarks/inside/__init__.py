"""Programs that run inside a benchmarked environment; each speaks JSON on standard output."""
