"""A synthetic portfolio, made from a seed and brought in through the same code as real data."""
