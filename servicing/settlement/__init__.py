"""The yearly settlement: what living allowance becomes once the figures of a book year are known."""
