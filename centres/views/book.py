"""Booking a visit, one question a page: where, for what, which day, which time, who; then the answers to check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from centres import book_draft, booking
from centres.actions.book import book
from centres.book_draft import Draft
from centres.booking_access import count_try
from centres.forms_book import PersonForm
from centres.models import Appointment, Centre, Service
from centres.slots import Slot
from portal import clock
from portal.errors import RuleBroken
from procedures.catalogue_cache import version_in_force, versions_on
from procedures.models import Procedure, ProcedureVersion

NEAREST = 6
NOON, EVENING = time(12, 0), time(18, 0)


@dataclass(frozen=True)
class Wish:
    """What has been chosen so far."""

    service: Service
    version: ProcedureVersion | None
    at: datetime

    @property
    def procedure(self) -> Procedure | None:
        return self.version.procedure if self.version else None

    @property
    def query(self) -> str:
        """The procedure as the part of an address, with its question mark."""
        return f"?{urlencode({'for': self.version.procedure.key})}" if self.version else ""

    def query_to(self, step: str) -> str:
        """The same, at this step."""
        return f"{self.query}{'&' if self.query else '?'}{urlencode({'step': step})}"


@login_not_required
@require_GET
def choose_centre(request: HttpRequest) -> HttpResponse:
    """Where?"""
    return render(request, "centres/book/centre.html", {"centres": booking.centres_with_booking()})


@login_not_required
@require_GET
def choose_service(request: HttpRequest, code: str) -> HttpResponse:
    """For what?"""
    centre = get_object_or_404(Centre, code=code, is_active=True)
    return render(
        request, "centres/book/service.html", {"centre": centre, "services": booking.services_with_booking(centre)}
    )


@login_not_required
@require_GET
def choose_matter(request: HttpRequest, code: str, letter: str) -> HttpResponse:
    """Which procedure, so that the papers can be named? Not asked where the service has none."""
    wish = _wish(request, code, letter)
    versions = [
        version
        for version in versions_on(clock.local_day(wish.at))
        if version.procedure.field_id == wish.service.field_id and not version.procedure.is_listed_only
    ]
    if not versions:
        return redirect("centres:book_day", code=code, letter=letter)
    return render(request, "centres/book/matter.html", {"wish": wish, "versions": versions})


@login_not_required
@require_GET
def choose_day(request: HttpRequest, code: str, letter: str) -> HttpResponse:
    """Today or one of the next days, those without a free place too, and why."""
    wish = _wish(request, code, letter)
    return render(request, "centres/book/day.html", {"wish": wish, "offers": booking.offers(wish.service, wish.at)})


@login_not_required
@require_GET
def choose_slot(request: HttpRequest, code: str, letter: str, day: str) -> HttpResponse:
    """A time of this day that is free."""
    wish = _wish(request, code, letter)
    offer = booking.offer_on(wish.service, day_in(day), wish.at)
    if offer is None or not offer.free:
        messages.warning(request, _why_nothing(wish, day_in(day), offer))
        return redirect(reverse("centres:book_day", args=[code, letter]) + wish.query)
    return render(request, "centres/book/slot.html", {"wish": wish, "offer": offer, "parts": parts_of_day(offer)})


@login_not_required
@never_cache
@sensitive_post_parameters("full_name", "phone", "email", "identity_number")
@require_http_methods(["GET", "POST"])
def details(request: HttpRequest, code: str, letter: str, day: str, hour: str) -> HttpResponse:
    """Name and phone, then all answers to check, then the booking: three steps of one address, told by ``step``."""
    wish = _wish(request, code, letter)
    starts_at = moment_in(day, hour)
    if request.method == "POST":
        return _sent(request, wish, starts_at)
    draft = book_draft.read(request)
    made = draft.booked
    is_check = request.GET.get("step") == "check"
    if is_check and made:
        return redirect("centres:book_mine", token=made.token)
    offer = booking.offer_on(wish.service, clock.local_day(starts_at), wish.at)
    if draft.refused is None and (offer is None or offer.slot_at(starts_at) is None):
        messages.warning(request, _("That time has passed or cannot be booked. Please choose another one."))
        return redirect(reverse("centres:book_day", args=[code, letter]) + wish.query)
    page: dict[str, object] = {"wish": wish, "starts_at": starts_at}
    if is_check:
        return _to_check(request, page, draft, wish)
    nearest = _nearest(offer, starts_at) if draft.refused_for("starts_at") else []
    page |= {"form": _questions(draft, made), "made": made, "nearest": nearest}
    return render(request, "centres/book/details.html", page)


def _sent(request: HttpRequest, wish: Wish, starts_at: datetime) -> HttpResponse:
    """Booked, or on to the page of the next step. What was typed goes along."""
    form, step = PersonForm(request.POST), request.POST.get("step")
    is_valid = form.is_valid()
    draft = Draft.of(form)
    if is_valid and step == "book":
        try:
            made = _book(request, wish, starts_at, form)
        except RuleBroken as problem:
            return book_draft.keep(request, redirect(request.path + wish.query), draft.with_problem(problem))
        return book_draft.keep(request, redirect("centres:book_mine", token=made.token), draft.once_booked())
    query = wish.query_to("check") if is_valid and step == "check" else wish.query
    return book_draft.keep(request, redirect(request.path + query), draft)


def _to_check(request: HttpRequest, page: dict[str, object], draft: Draft, wish: Wish) -> HttpResponse:
    """All answers once more; back to the questions where one is missing or was refused."""
    form = PersonForm(draft.typed)
    if draft.refused or not form.is_valid():
        return redirect(request.path + wish.query)
    return render(request, "centres/book/check.html", page | {"form": form})


def _book(request: HttpRequest, wish: Wish, starts_at: datetime, form: PersonForm) -> Appointment:
    count_try(request, form.cleaned_data["phone"])
    return book(
        service=wish.service,
        starts_at=starts_at,
        procedure=wish.procedure,
        language=get_language() or "vi",
        at=wish.at,
        **form.cleaned_data,
    )


def _questions(draft: Draft, made: Appointment | None) -> PersonForm:
    """The form as it was left, with what is wrong; an empty one where nothing was typed, or all of it is booked."""
    if not draft.typed.get("client_key") or (made and not draft.refused):
        return PersonForm(initial={"client_key": uuid4().hex})
    form = PersonForm(draft.typed)
    if draft.refused:
        field, sentence = draft.refused
        form.add_error(field if field in form.fields else None, sentence)
    return form


def _nearest(offer: booking.DayOffer | None, wanted: datetime) -> list[Slot]:
    """The free times of the day that are nearest to the one that cannot be had, in their order."""
    free = [slot for slot in offer.free_slots if slot.starts_at != wanted] if offer else []
    by_distance = sorted(free, key=lambda slot: abs(slot.starts_at - wanted))
    return sorted(by_distance[:NEAREST], key=lambda slot: slot.starts_at)


def parts_of_day(offer: booking.DayOffer) -> list[tuple[str, list[Slot]]]:
    """The free slots of a day in the morning, the afternoon and the evening; parts without any are left out."""
    parts: dict[str, list[Slot]] = {"morning": [], "afternoon": [], "evening": []}
    for slot in offer.free_slots:
        begins = clock.local(slot.starts_at).time()
        parts["morning" if begins < NOON else "afternoon" if begins < EVENING else "evening"].append(slot)
    return [(part, slots) for part, slots in parts.items() if slots]


def day_in(text: str) -> date:
    """The day of an address. Raises ``Http404``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None


def moment_in(day: str, hour: str) -> datetime:
    """The moment of an address, ``2026-11-25`` and ``0930``, in Hanoi. Raises ``Http404``."""
    if not (len(hour) == 4 and hour.isascii() and hour.isdigit()):
        raise Http404
    try:
        return datetime.combine(day_in(day), time(int(hour[:2]), int(hour[2:])), tzinfo=clock.HANOI)
    except ValueError:
        raise Http404 from None


def _why_nothing(wish: Wish, day: date, offer: booking.DayOffer | None) -> str:
    """Why no time of this day can be chosen."""
    if day < clock.local_day(wish.at):
        return _("That day is over. Please choose another day.")
    if offer is None:
        last = booking.last_day(wish.service, wish.at)
        if last is None:
            return _("Nothing can be booked for this at the moment. Please choose something else.")
        return _("That day is too far ahead. Please choose a day until %(last)s.") % {"last": f"{last:%d/%m/%Y}"}
    if not offer.hours:
        return _("The centre is closed on that day. Please choose another day.")
    return _("Nothing is free on that day any more. Please choose another day.")


def _wish(request: HttpRequest, code: str, letter: str) -> Wish:
    at = clock.now()
    service = get_object_or_404(
        Service.objects.select_related("centre", "field"),
        centre__code=code,
        letter=letter,
        is_open=True,
        centre__is_active=True,
        centre__in_preparation=False,
    )
    key = request.GET.get("for", "")
    version = version_in_force(key, clock.local_day(at)) if key else None
    if version and version.procedure.field_id != service.field_id:
        version = None
    return Wish(service, version, at)
