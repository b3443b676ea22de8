"""A saved model, tried in a fresh process before it counts."""
