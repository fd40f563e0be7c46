"""A portfolio out of CSV or XLSX files: read, checked as a whole, and brought in all at once or not at all."""
