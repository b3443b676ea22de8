"""Return the species of a penguin from its measurements."""

__version__ = "0.1"
