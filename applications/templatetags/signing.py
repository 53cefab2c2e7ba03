"""The signer's entry in the menu of staff."""

from __future__ import annotations

from typing import Any

from django import template

from applications.signing_queue import menu_count

register = template.Library()


@register.simple_tag
def signing_waiting(user: Any) -> int | None:
    """How many documents wait for this person's signature; nothing for whoever signs none."""
    return menu_count(user) if user and user.is_authenticated else None
