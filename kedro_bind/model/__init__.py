"""The logged model: its plan, how it is built, how it predicts."""
