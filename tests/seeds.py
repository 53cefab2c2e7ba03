"""Chance that can be had again."""

from __future__ import annotations

import os
import secrets
import sys


def a_seed(name: str) -> int:
    """From the environment under this name, or a new one; said, so that what failed can be had again: NAME=... pytest ..."""
    seed = int(os.environ.get(name) or secrets.randbelow(10**6))
    sys.stderr.write(f"{name}={seed}\n")
    return seed
