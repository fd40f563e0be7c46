"""Double-entry bookkeeping and nothing else."""
