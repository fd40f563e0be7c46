"""A loan's life, worked through day by day from its terms and events; the rules stand in docs/how-a-loan-is-computed.md."""
