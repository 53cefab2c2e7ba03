"""From the catalogue's files to the tables: read, check everything, then write all or nothing."""
