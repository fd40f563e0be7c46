"""The books of one creditor from a total down to an entry: trial balance, account, key."""
