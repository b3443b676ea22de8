"""The logged model: its plan, and how it predicts from it."""
