"""Tests of `kedro bind predict`: a logged model and tables of all sizes."""
