"""What contract, decision and law say about a debt, and the store of its facts."""
