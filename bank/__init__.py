"""Bank file formats and values, one into the other: statements in, collections and transfers out."""
