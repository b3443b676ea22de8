"""Kedro's configuration, to a document and to MLflow's settings that know their places."""
