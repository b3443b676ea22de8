"""MLflow: the store, runs, registration, retries and clean-up."""
