"""The cases: each module has `run(workshop)`, which gives raw numbers as plain data."""
