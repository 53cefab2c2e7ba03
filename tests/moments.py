"""Moments as a test writes them."""

from __future__ import annotations

from datetime import datetime

from portal.clock import HANOI


def hanoi(text: str) -> datetime:
    """ "2026-11-23 10:26" on a clock in Hanoi."""
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)
