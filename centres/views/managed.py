"""Which centre a manager looks at: ``?centre=`` among those they manage, else the first that has counters."""

from __future__ import annotations

from typing import cast

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _

from centres.models import Centre, Counter
from centres.permissions import MANAGERS, centres_of, has_role
from citizens.models import User
from portal.errors import NotAllowed


def managed_centres(user: User) -> QuerySet[Centre]:
    """Active centres this user manages; every one for a city administrator."""
    allowed = centres_of(user, MANAGERS)
    centres = Centre.objects.filter(is_active=True)
    return centres if allowed is None else centres.filter(pk__in=allowed)


def managed_centre(request: HttpRequest) -> Centre:
    """The centre asked for. Raises ``NotAllowed`` for somebody who manages none, ``Http404`` for one of others."""
    user = cast(User, request.user)
    if centres_of(user, MANAGERS) == set():
        raise NotAllowed(_("This page is for managers of a centre."), code="not_manager_here")
    wanted = request.GET.get("centre", "")
    centres = managed_centres(user)
    if wanted:
        centres = centres.filter(pk=int(wanted)) if wanted.isascii() and wanted.isdigit() else centres.none()
    # A point without counters has no day to show; a city administrator's list begins with such.
    has_counters = Exists(Counter.objects.filter(centre=OuterRef("pk")))
    centre = centres.order_by(has_counters.desc(), "code").first()
    if centre is None:
        raise Http404
    return centre


def require_manager(request: HttpRequest, centre_id: int) -> None:
    """Raises ``NotAllowed`` for anybody but a manager of this centre."""
    if not has_role(request.user, MANAGERS, centre_id):
        raise NotAllowed(_("Only a manager of the centre can do this."), code="not_manager_here")


def centres_to_choose(request: HttpRequest) -> list[Centre]:
    """The choice to offer: empty when there is only one."""
    centres = list(managed_centres(cast(User, request.user)))
    return centres if len(centres) > 1 else []
