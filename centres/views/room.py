"""After sign-in everyone goes to their own room."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from centres.enums import Role
from centres.permissions import roles_of

# The first role that fits decides. Pages of the apps above are known by name only.
ROOMS = [
    ({Role.COUNTER_OFFICER}, "applications:desk"),
    ({Role.SPECIALIST, Role.LEADER}, "applications:worklist"),
    ({Role.CITY_ADMIN}, "applications:city"),
    ({Role.MANAGER}, "centres:day"),
    ({Role.SUPPORT}, "support:incidents"),
    ({Role.HELPER}, "support:helping"),
]


@require_GET
def room(request: HttpRequest) -> HttpResponse:
    held = {role for _centre, role in roles_of(request.user)}
    for roles, page in ROOMS:
        if held & roles:
            return redirect(page)
    messages.info(
        request, _("Your account has no role at a centre yet. Ask the manager of your centre to give it one.")
    )
    return redirect("home")
