"""Receipts and credit that go back to whoever paid: what was decided and released, and the file by which it goes."""
