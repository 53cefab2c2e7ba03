"""At the counter: the phone with which the person before the officer signs in is bound to the card just seen."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications import desk
from applications.forms_phone import BindPhoneForm
from applications.looks import looked_at_desk
from applications.views.desk.page import at_counter, back
from centres.models import Ticket
from citizens.actions.bind_phone import bind_phone
from citizens.session import signed_in
from portal import clock
from portal.errors import RuleBroken


@never_cache
@require_http_methods(["GET", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """Ask for the number on the citizen's phone, and bind it to the person whose card was scanned for this visit."""
    user, at = signed_in(request), clock.now()
    ticket = at_counter(request) if request.method == "POST" else _ticket(request)
    person = ticket.citizen
    if person is None:
        raise RuleBroken(_("Scan the person's ID card first."), code="nobody_known")
    looked_at_desk(ticket=ticket, person=person, reason=_("phone for signing in"), at=at, user=user)
    form, status = BindPhoneForm(request.POST if request.method == "POST" else None), 200
    if form.is_bound and not form.is_valid():
        status = 422
    elif form.is_bound:
        typed = form.cleaned_data
        try:
            _same_person(request, person.pk)
            bind_phone(
                number=typed["number"], phone_last4=typed["phone_last4"], citizen=person, unit=str(ticket.centre),
                at=at, acting_user=user,
            )  # fmt: skip
            messages.success(request, _("Bound. The citizen now sees their own dossiers after signing in."))
            return back()
        except RuleBroken as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
            status = problem.status
    return render(
        request, "applications/desk/phone.html", {"form": form, "ticket": ticket, "person": person}, status=status
    )


def _ticket(request: HttpRequest) -> Ticket:
    """Whoever is at this officer's counter now."""
    counter = desk.counter_of(signed_in(request))
    ticket = desk.ticket_at(counter) if counter else None
    if ticket is None:
        raise RuleBroken(_("Nobody is at your counter any more. Call the next person."), code="nobody_here")
    return ticket


def _same_person(request: HttpRequest, person: int) -> None:
    """The page was made for somebody, and another card may have been scanned in another window since."""
    if request.POST.get("person") != str(person):
        raise RuleBroken(
            _("Another card was scanned meanwhile. Look who is shown, then type the number again."), code="other_person"
        )
