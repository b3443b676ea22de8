"""A package that lies beside the project's own."""
