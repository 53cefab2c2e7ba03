"""What certification adds to the menus of staff: what waits for the signer, and what came back from there."""

from __future__ import annotations

from typing import Any

from django import template

from applications.signing_queue import menu_count
from applications.worklist import sent_back_count

register = template.Library()


@register.simple_tag
def signing_waiting(user: Any) -> int | None:
    """How many documents wait for this person's signature; nothing for whoever signs none."""
    return menu_count(user) if user and user.is_authenticated else None


@register.simple_tag
def sent_back_waiting(user: Any) -> int:
    """In how many requests something came back from the signer to this officer's desks."""
    return sent_back_count(user) if user and user.is_authenticated else 0
