"""Money in: bank files and their lines, to which loan each belongs, and what the books say of it."""
