"""Kills, races and injected errors: a run that is disturbed ends in the books of one that is not."""
