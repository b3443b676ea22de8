"""Which nodes train and which predict, and how the model is logged: declared in YAML or in code, resolved once."""
