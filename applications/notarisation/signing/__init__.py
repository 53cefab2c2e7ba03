"""Signatures that last: keys by configuration, PAdES B-LTA, and a throw-away authority for demo and tests."""
