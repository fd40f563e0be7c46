"""What is pulled: statement of account, trial balance, explanation of an amount."""
