"""The city's first page: each centre in a line, and what somebody must do."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from applications.city import centre_lines, needs
from applications.permissions import CITY, check, memberships_on
from centres.models import Centre
from centres.permissions import MANAGERS, centres_of, has_role
from portal import clock

PAGE_SIZE = 40


@never_cache
@require_GET
def city(request: HttpRequest) -> HttpResponse:
    """All centres for the city's administrator, their own for a manager."""
    check(has_role(request.user, MANAGERS))
    allowed, at = centres_of(request.user, MANAGERS), clock.now()
    # Where people work comes first: most points of a city are only being set up.
    works = Exists(memberships_on(clock.local_day(at)).filter(centre=OuterRef("pk")))
    rows = Centre.objects.filter(is_active=True).annotate(works=works).order_by("-works", "code")
    if allowed is not None:
        rows = rows.filter(pk__in=allowed)
    centres = list(rows)
    page = Paginator(centres, PAGE_SIZE).get_page(request.GET.get("page"))
    found = needs(centres, at, whole_city=allowed is None)
    context = {
        "page": page,
        "lines": centre_lines(page.object_list, at),
        "first": found[0] if found else None,
        "others": found[1:],
        "may_change": has_role(request.user, CITY),
        "may_administer": request.user.is_staff,
    }
    return render(request, "applications/city/city.html", context)
