"""Verify a saved model in a fresh process before it is registered."""
