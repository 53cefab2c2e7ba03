"""What the days came to: counted from tickets, kept as rows, read for pages and reports."""
