"""Who sent this request."""

from __future__ import annotations

from django.http import HttpRequest

from citizens.models import User


def signed_in(request: HttpRequest) -> User:
    """The person signed in. ``SignInRequired`` has turned everybody else away before a view runs."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("a view that needs sign-in is open to everybody")
    return user
