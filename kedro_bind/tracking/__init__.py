"""The MLflow side of a bound run: where it goes, which run it is, what is written down in it."""
