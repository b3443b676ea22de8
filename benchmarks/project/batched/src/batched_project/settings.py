"""Kedro's settings, none of which differ from the defaults."""
