"""A small project whose pipelines have one of each thing that a binding can get wrong."""

__version__ = "0.1"
