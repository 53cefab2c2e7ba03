"""Vietnamese identity, names, money and dates: pure functions without database or network."""
