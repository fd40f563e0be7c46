"""Collections from debtors' accounts (incasso): mandates, what is proposed, what is released, and what came back."""
