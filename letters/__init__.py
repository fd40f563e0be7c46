"""Letters: from frozen fields to a page (kinds, wording, letterheads, paper), and the outbox from which they leave."""
