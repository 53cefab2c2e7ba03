"""Paying: the code that a bank's app reads."""
