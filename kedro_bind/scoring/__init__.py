"""Predict tables of any size with a logged model: in processes of this machine, or with Spark."""
