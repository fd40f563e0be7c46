"""Facts about a creditor as a whole: its quiet period after a cut-over."""
