"""The faces people use."""
