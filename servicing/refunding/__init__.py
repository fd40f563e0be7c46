"""Receipts that go back to whoever paid them: what was decided, what was released, and the file by which it goes."""
