"""Scores of logged models, whether a version is promoted by them, and the difference between two models."""
