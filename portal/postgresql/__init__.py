"""Django's PostgreSQL, with INSERTs that are written once a process (decision 0011)."""
