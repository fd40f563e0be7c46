"""Letters: from frozen fields to a page; knows kinds, wording, letterheads and paper, and no database."""
