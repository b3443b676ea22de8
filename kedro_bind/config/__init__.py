"""Kedro's configuration, read into documents that know the places of their values."""
