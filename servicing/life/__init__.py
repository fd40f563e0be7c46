"""A loan's life, worked through day by day; the rules stand in docs/how-a-loan-is-computed.md."""
