"""Who stands at the counter: a card scanned, or a number typed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from applications import desk
from applications.actions.edit_draft import (
    change_applicant,
    fill_other_side,
    set_applicant,
    set_contact,
    set_delivery,
    suggest_facts,
)
from applications.actions.take_over_declaration import take_over_declaration
from applications.catalogue import bound_form, contact_in_form, version_of
from applications.declaration_access import is_declaration, named_at_desk
from applications.enums import State
from applications.forms import AddressForm, ContactForm, PersonForm, ScanForm
from applications.models import Application
from applications.numbers import dossier_code_in
from applications.result_ways import address_for_post, ways_of
from applications.views.desk import other_person, unknown_person
from applications.views.desk.page import at_counter, back, contact_form_of, number_in, page
from centres.actions.welcome import welcome
from centres.enums import Role
from centres.models import Ticket
from citizens.actions.identify import find_by_number, identify
from citizens.actions.record_look import record_look
from citizens.actions.settle_unit import keep_address, settle_unit, settle_unit_if_certain
from citizens.enums import IdentitySource
from citizens.models import Citizen, User
from citizens.session import signed_in
from portal import clock
from portal.errors import BadInput, NotAllowed, RuleBroken
from portal.vn.card_qr import ParsedCard, parse_card
from portal.vn.dates import format_date
from portal.vn.identity import InvalidIdentity, parse_identity_number
from procedures.catalogue_cache import version_by_id
from procedures.differences import differences


@require_POST
@transaction.atomic
def scan(request: HttpRequest) -> HttpResponse:
    """A card's QR makes or finds the person; a bare number finds them or asks for the rest.

    With nobody at the counter, nobody is written down either.
    """
    form = ScanForm(request.POST)
    if not form.is_valid():
        return page(request, status=422, scan_form=form)
    payload = form.cleaned_data["payload"]
    if code := dossier_code_in(payload):
        return _dossier(request, form, code)
    ticket = at_counter(request)
    if is_declaration(payload):
        return _declared(request, form, ticket, payload)
    if _looks_like_a_number(payload):
        return _by_number(request, form, payload)
    card = parse_card(payload, clock.today())
    if card.errors:
        for message in dict.fromkeys(str(problem.message) for problem in card.errors):
            form.add_error("payload", message)
        return page(request, status=422, scan_form=form)
    citizen = _person_from_card(request, card)
    for message in dict.fromkeys(str(warning.message) for warning in card.warnings):
        messages.warning(request, message)
    return _serve(request, citizen)


@require_POST
@transaction.atomic
def add(request: HttpRequest) -> HttpResponse:
    """A person typed from the card, when it cannot be scanned."""
    at_counter(request)
    form = PersonForm(request.POST)
    if not form.is_valid():
        return page(request, status=422, person_form=form)
    values = dict(form.cleaned_data)
    try:
        citizen = _identify(request, source=IdentitySource.TYPED, number=values.pop("identity_number"), **values)
    except BadInput as problem:
        form.add_error({"number": "identity_number"}.get(problem.field or "", problem.field), str(problem))
        return page(request, status=422, person_form=form)
    return _serve(request, citizen)


@require_POST
def contact(request: HttpRequest, application_id: int) -> HttpResponse:
    """Kept as it is typed. The page stays where it is when a script sends it, with what is wrong beside the fields."""
    application = get_object_or_404(Application.objects.visible_to(signed_in(request)), pk=application_id)
    stays = bool(request.headers.get("HX-Request")) and "stay" in request.POST
    known = {"ways": ways_of(application), "delivery_address": address_for_post(application)}
    form = ContactForm(request.POST, initial=known)
    if not form.is_valid():
        if stays:
            return render(request, "applications/desk/parts/contact.html", {"contact_form": form}, status=422)
        return page(request, status=422, contact_form=form)
    if request.POST.get("person", str(application.applicant_id)) != str(application.applicant_id):
        raise RuleBroken(
            _("The applicant was changed meanwhile. Look who is shown, then save the contact again."),
            code="other_applicant",
        )
    at = clock.now()
    kept = _keep_contact(application, form.cleaned_data, at, signed_in(request))
    if not stays:
        return back(application.pk, view=request.POST.get("view", ""))
    context = {"contact_form": contact_form_of(kept), "row": kept, "followers": _followers(request, kept, at)}
    return render(request, "applications/desk/parts/contact_kept.html", context)


@transaction.atomic
def _keep_contact(application: Application, typed: dict[str, str], at: datetime, user: User) -> Application:
    """Also how the result is wanted, where the page had a choice."""
    by: dict[str, Any] = {"at": at, "acting_user": user}
    kept = set_contact(application=application, phone=typed["phone"], email=typed["email"], **by)
    if delivery := typed.get("delivery"):
        address = typed.get("delivery_address", kept.delivery_address)
        kept = set_delivery(application=kept, delivery=delivery, address=address, **by)
    return kept


def _followers(request: HttpRequest, draft: Application, at: datetime) -> list[SafeString]:
    """The fields of the form that take the contact over, to come anew where the form is on the screen."""
    if request.POST.get("view") != "form":
        return []
    form = bound_form(draft, at)
    return [form[key].as_widget(attrs={"hx-swap-oob": "true"}) for key in contact_in_form(draft)]


@require_POST
def unit(request: HttpRequest) -> HttpResponse:
    """The unit of today for an old address that could lie in several: the citizen says which."""
    citizen = _shown(request, at_counter(request))
    if citizen is not None:
        settle_unit(
            citizen=citizen,
            unit_code=request.POST.get("unit", ""),
            at=clock.now(),
            acting_user=signed_in(request),
        )
        _suggest(request, _drafts_of(at_counter(request)).filter(applicant=citizen))
    return _back(request)


@require_POST
def lives_at(request: HttpRequest) -> HttpResponse:
    """Where the person lives now, as they say it, where the card's address names no unit of Hanoi."""
    ticket = at_counter(request)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return page(request, status=422, address_form=form)
    citizen = _shown(request, ticket)
    if citizen is not None:
        keep_address(
            citizen=citizen, address=form.cleaned_data["address"], at=clock.now(), acting_user=signed_in(request)
        )
    return _back(request)


@require_POST
@transaction.atomic
def applicant(request: HttpRequest) -> HttpResponse:
    """Another card was scanned: ``change`` makes that person the applicant of the matters, ``side`` puts them into the
    form of the open one beside the applicant, anything else keeps all."""
    at, ticket = clock.now(), at_counter(request)
    shown = _shown(request, ticket)
    other = other_person.asked_about(request, ticket, shown)
    other_person.settle(request)
    if other is not None and request.POST.get("choice") == "side":
        draft = get_object_or_404(_drafts_of(ticket), pk=number_in(request.POST.get("matter", "")))
        fill_other_side(application=draft, citizen=other, at=at, acting_user=signed_in(request))
        return _back(request)
    if other is None or request.POST.get("choice") != "change":
        return _back(request)
    welcome(ticket=ticket, citizen=other, at=at, acting_user=signed_in(request))
    for draft in _drafts_of(ticket).filter(Q(applicant=shown) | Q(applicant=None)):
        change_applicant(application=draft, citizen=other, at=at, acting_user=signed_in(request))
        _suggest(request, [draft])
    return _back(request)


def _suggest(request: HttpRequest, drafts: Iterable[Application]) -> None:
    for draft in drafts:
        suggest_facts(application=draft, at=clock.now(), acting_user=signed_in(request))


def _drafts_of(ticket: Ticket) -> QuerySet[Application]:
    return Application.objects.filter(matter__ticket=ticket, state=State.DRAFT).order_by("pk")


def _shown(request: HttpRequest, ticket: Ticket) -> Citizen | None:
    """Who the screen this comes from showed: the applicant of its open matter."""
    counter = desk.counter_of(signed_in(request))
    chosen = number_in(request.POST.get("matter", ""))
    if counter is None:
        return ticket.citizen
    return desk.build(counter, clock.now(), chosen=chosen, choosing="choose" in request.POST).person


def _back(request: HttpRequest) -> HttpResponse:
    return back(number_in(request.POST.get("matter", "")), choosing="choose" in request.POST)


def _dossier(request: HttpRequest, form: ScanForm, code: str) -> HttpResponse:
    """The dossier of a receipt, in this window; a whole page, since its scripts and styles are not the desk's."""
    found = Application.objects.visible_to(signed_in(request)).exclude(state=State.DRAFT).filter(code=code).first()
    if found is None:
        form.add_error("payload", _("No dossier with this code is here, or your role does not allow seeing it."))
        return page(request, status=422, scan_form=form)
    address = reverse("applications:dossier", args=[found.pk])
    return HttpResponseClientRedirect(address) if request.headers.get("HX-Request") else redirect(address)


def _declared(request: HttpRequest, form: ScanForm, ticket: Ticket, payload: str) -> HttpResponse:
    """The matter of a declaration from home, with everything that was declared; or why there is none, beside the field."""
    at, user = clock.now(), signed_in(request)
    try:
        with transaction.atomic():
            found = named_at_desk(payload, user, at)
            draft = take_over_declaration(declaration=found, ticket=ticket, at=at, acting_user=user)
    except NotAllowed:
        raise
    except RuleBroken as problem:
        form.add_error("payload", str(problem))
        return page(request, status=422, scan_form=form)
    for sentence in differences(version_by_id(found.version_id), version_of(draft)):
        messages.warning(request, sentence)
    _suggest(request, [draft])
    return back(draft.pk)


def _looks_like_a_number(payload: str) -> bool:
    return payload.replace(" ", "").isdigit()


def _by_number(request: HttpRequest, form: ScanForm, payload: str) -> HttpResponse:
    try:
        number = parse_identity_number(payload).number
    except InvalidIdentity as error:
        form.add_error("payload", str(error))
        return page(request, status=422, scan_form=form)
    citizen = find_by_number(number)
    if citizen is None:
        return page(request, person_form=unknown_person.ask_for(request, at_counter(request), number))
    return _serve(request, citizen)


def _person_from_card(request: HttpRequest, card: ParsedCard) -> Citizen:
    return _identify(
        request,
        source=IdentitySource.CARD,
        number=card.number,
        full_name=card.full_name,
        birth_text=format_date(card.birth_date) if card.birth_date else "",
        sex=card.sex,
        card_address=card.residence,
    )


def _identify(request: HttpRequest, *, source: str, number: str, **known: Any) -> Citizen:
    found = identify(number=number, source=source, at=clock.now(), acting_user=signed_in(request), **known)
    for warning in found.warnings:
        messages.warning(request, warning.message)
    return found.citizen


def _serve(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """The person is named on the ticket and on every draft of the visit that names nobody yet.

    Where a draft names somebody else nothing is changed before the officer has said what the second card means.
    """
    at, ticket = clock.now(), at_counter(request)
    unknown_person.settle(request)
    record_look(
        citizen=citizen,
        reason=str(_("served at the counter")),
        unit=str(ticket.centre),
        role=Role.COUNTER_OFFICER.label,
        at=at,
        acting_user=signed_in(request),
    )
    settle_unit_if_certain(citizen=citizen, at=at, acting_user=signed_in(request))
    if _drafts_of(ticket).exclude(applicant=None).exclude(applicant=citizen).exists():
        other_person.ask_about(request, ticket, citizen)
        return _back(request)
    other_person.settle(request)
    welcome(ticket=ticket, citizen=citizen, at=at, acting_user=signed_in(request))
    for draft in _drafts_of(ticket).filter(applicant=None):
        set_applicant(application=draft, citizen=citizen, at=at, acting_user=signed_in(request))
        _suggest(request, [draft])
    return _back(request)
