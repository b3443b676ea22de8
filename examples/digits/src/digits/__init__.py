"""Read handwritten digits."""

__version__ = "0.1"
