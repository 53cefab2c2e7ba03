"""Which centres somebody works at, supports or manages."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from centres.models import Centre, Counter
from centres.permissions import centres_of, roles_of
from support.permissions import READERS, RESPONDERS


def centres_read(user: Any) -> QuerySet[Centre]:
    """The centres whose incidents the user reads."""
    allowed = centres_of(user, READERS)
    return Centre.objects.all() if allowed is None else Centre.objects.filter(pk__in=allowed)


def centres_worked_at(user: Any) -> QuerySet[Centre]:
    """The centres where the user has any role; those with counters for somebody with a role everywhere."""
    held = {centre_id for centre_id, _role in roles_of(user)}
    if None in held:
        return Centre.objects.filter(Exists(Counter.objects.filter(centre=OuterRef("pk"))))
    return Centre.objects.filter(pk__in={centre_id for centre_id in held if centre_id is not None})


def centres_supported(user: Any) -> QuerySet[Centre]:
    """The centres the user supports."""
    allowed = centres_of(user, RESPONDERS)
    return Centre.objects.all() if allowed is None else Centre.objects.filter(pk__in=allowed)
