"""Print runs: letters of one creditor that are released, dated, printed and handed over together."""
