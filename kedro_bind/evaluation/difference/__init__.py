"""The difference between two models: what they are made of, and what they predict."""
