"""A resolved binding and a catalog to the folder of a model."""
