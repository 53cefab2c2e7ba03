"""What citizens wrote, in the lists of staff."""

from __future__ import annotations

from typing import Any

from django import template

from applications.conversation import MOST_WAITING, waiting_letters

register = template.Library()


@register.simple_tag
def letters_waiting(user: Any) -> int:
    """How many dossiers' citizens wrote and wait for an answer that this person may give; at most as many as are listed."""
    return waiting_letters(user)[:MOST_WAITING].count()
