"""What certification adds to the menus of staff: what waits for the signer, and what came back from there."""

from __future__ import annotations

from typing import Any

from django import template

from applications.signing_queue import menu_count
from applications.worklist import MOST_COUNTED, WorkList, came_back

register = template.Library()


@register.filter
def counted(number: int) -> str:
    """How many are in a list, as far as it was counted: "7", "99+"."""
    return str(number) if number <= MOST_COUNTED else f"{MOST_COUNTED}+"


@register.simple_tag
def signing_waiting(user: Any) -> int | None:
    """How many documents wait for this person's signature; nothing for whoever signs none."""
    return menu_count(user) if user and user.is_authenticated else None


@register.simple_tag
def certifying_lists(user: Any) -> list[tuple[WorkList, int]]:
    """Lists of what came back from the signer or could not be made, where anything stands in them for this person."""
    return came_back(user) if user and user.is_authenticated else []
