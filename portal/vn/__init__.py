"""Vietnamese identity, names, money, dates and speech: pure functions without database or network."""
