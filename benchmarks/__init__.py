"""Measures of the night: the floor, the database inserting the very same rows, and our night, in one run."""
