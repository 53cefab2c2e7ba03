"""What an officer enters into a draft; every change is saved as it is made, and loses nothing that was typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked, wrong_state
from applications.actions.papers_asked import refresh_papers
from applications.actions.sweep_scans import erase_scans_of
from applications.catalogue import (
    cleaned,
    contact_in_form,
    given_by,
    identity_given_by,
    is_for_elsewhere,
    other_side,
    version_of,
)
from applications.contacts import follow_contact
from applications.enums import Delivery, DocumentSource, PaperState, State
from applications.models import Application, Declaration
from applications.permissions import check_receiver
from applications.result_ways import address_for_post, ways_of
from centres.models import Centre
from citizens.models import Citizen, User
from portal import live
from portal.errors import BadInput, RuleBroken
from procedures.questions import may_be_answered
from procedures.quote import facts_asked
from procedures.units import resolve_old_address

# The fact that the address changed only because units were merged.
MERGED = "unit_rearrangement"


def _draft(application: Application, user: User) -> Application:
    draft = locked(application)
    check_receiver(user, draft)
    if draft.state != State.DRAFT:
        raise wrong_state(draft)
    return draft


def _save(draft: Application, at: datetime, *fields: str) -> Application:
    draft.changed_at = at
    draft.save(update_fields=[*fields, "changed_at"])
    live.bump(f"dossier:{draft.pk}")
    return draft


@transaction.atomic
def answer_facts(
    *, application: Application, facts: Mapping[str, bool], at: datetime, acting_user: User
) -> Application:
    """Keep the answers that decide, and ask for the papers they lead to."""
    draft = _draft(application, acting_user)
    if not all(map(may_be_answered, facts)):
        raise BadInput(_("The catalogue does not know this question."), code="unknown_fact", field="facts")
    draft.facts = {**draft.facts, **facts}
    if not is_for_elsewhere(draft):
        draft.competent = draft.helped_at
    _save(draft, at, "facts", "competent")
    refresh_papers(draft, at)
    return draft


@transaction.atomic
def choose_office(*, application: Application, office: Centre, at: datetime, acting_user: User) -> Application:
    """Which office elsewhere decides on what is taken in for one. Raises ``BadInput`` (``no_office``)."""
    draft = _draft(application, acting_user)
    refuse_office(draft, office)
    draft.competent = office
    _save(draft, at, "competent")
    refresh_papers(draft, at)
    return draft


def refuse_office(draft: Application, office: Centre) -> None:
    """Raise ``BadInput`` (``no_office``) unless the draft is taken in for another office and this may be it."""
    if not is_for_elsewhere(draft):
        raise BadInput(
            _("First answer that it is taken in for a competent office elsewhere."), code="no_office", field="office"
        )
    if office.pk == draft.helped_at_id or not office.is_active:
        raise BadInput(_("Choose another office of the city that is open."), code="no_office", field="office")


@transaction.atomic
def suggest_facts(*, application: Application, at: datetime, acting_user: User) -> Application:
    """Answer beforehand what the desk has just found out itself: the card's old unit lies in a new one today.

    Only while the question is open; the officer sees the tick, and the notice that belongs to it, and may take it away.
    """
    draft = _draft(application, acting_user)
    citizen = draft.applicant
    if MERGED in draft.facts or citizen is None or not citizen.unit_code or not citizen.card_address:
        return draft
    if MERGED not in {fact.key for fact in facts_asked(version_of(draft))}:
        return draft
    if resolve_old_address(citizen.card_address).old is None:
        return draft
    draft.facts = {**draft.facts, MERGED: True}
    _save(draft, at, "facts")
    refresh_papers(draft, at)
    return draft


@transaction.atomic
def keep_form(*, application: Application, values: Mapping[str, Any], at: datetime, acting_user: User) -> Application:
    """Keep what was typed into the form, right or wrong; it is checked when the dossier is received.

    A phone or e-mail address in it is how the citizen is reached, where nothing else was said.
    """
    draft = _draft(application, acting_user)
    before, draft.form_data = draft.form_data, {**draft.form_data, **values}
    follow_contact(draft, before, draft.form_data)
    return _save(draft, at, "form_data", "contact_phone", "contact_email")


@transaction.atomic
def set_contact(*, application: Application, phone: str, email: str, at: datetime, acting_user: User) -> Application:
    """Where notices go: phone in E.164 (its last four digits open the tracking page), e-mail.

    What the form asks of them goes with it, where the form was left empty or says what the contact said before.
    """
    draft = _draft(application, acting_user)
    said_before = contact_in_form(draft)
    draft.contact_phone, draft.contact_email = phone, email
    asked = {*said_before, *contact_in_form(draft)}
    follows = {key for key in asked if draft.form_data.get(key) in ("", said_before.get(key))}
    draft.form_data = {key: value for key, value in draft.form_data.items() if key not in follows}
    return _save(draft, at, "contact_phone", "contact_email", "form_data")


@transaction.atomic
def set_delivery(
    *, application: Application, delivery: str, address: str, at: datetime, acting_user: User
) -> Application:
    """How the citizen wants the result; the address of the post is kept as it is typed, and asked for when it is received."""
    draft = _draft(application, acting_user)
    refuse_other_way(draft, delivery)
    draft.delivery, draft.delivery_address = delivery, " ".join(address.split())
    return _save(draft, at, "delivery", "delivery_address")


def refuse_other_way(application: Application, delivery: str) -> None:
    """Raise ``BadInput`` for a way in which this result cannot be had."""
    if delivery not in ways_of(application):
        raise BadInput(_("This result cannot be had in this way."), code="no_such_way", field="delivery")


@transaction.atomic
def set_quantity(
    *, application: Application, pages: int | None, copies: int, at: datetime, acting_user: User
) -> Application:
    """Pages of the original and copies wanted, on which some fees depend."""
    draft = _draft(application, acting_user)
    if copies < 1 or (pages is not None and pages < 1):
        raise BadInput(_("Give at least one page and one copy."), code="too_few", field="copies")
    draft.pages, draft.copies = pages, copies
    return _save(draft, at, "pages", "copies")


@transaction.atomic
def set_applicant(*, application: Application, citizen: Citizen, at: datetime, acting_user: User) -> Application:
    """Name the person whose matter it is; contact details they left before are taken over where none are given."""
    draft = _draft(application, acting_user)
    draft.applicant = citizen
    draft.contact_phone = draft.contact_phone or citizen.phone
    draft.contact_email = draft.contact_email or citizen.email
    if draft.delivery == Delivery.POST:
        draft.delivery_address = address_for_post(draft)
    _follow_the_card(draft)
    return _save(draft, at, "applicant", "contact_phone", "contact_email", "delivery_address", "form_data")


@transaction.atomic
def let_the_card_speak(*, application: Application, at: datetime, acting_user: User) -> Application:
    """Who the applicant is comes from their card, not from what was declared at home."""
    draft = _draft(application, acting_user)
    _follow_the_card(draft)
    return _save(draft, at, "form_data")


def _follow_the_card(draft: Application) -> None:
    """Take what was declared at home about the applicant's identity out of the form, where nobody has typed otherwise: the
    record says it."""
    declaration = getattr(draft, "declaration", None)
    if declaration is None or draft.applicant is None:
        return
    declared, typed = (cleaned(version_of(draft), data) for data in (declaration.answers, draft.form_data))
    said = {key for key in identity_given_by(draft, draft.applicant) if typed.get(key) == declared.get(key)}
    draft.form_data = {key: value for key, value in draft.form_data.items() if key not in said}


@transaction.atomic
def change_applicant(*, application: Application, citizen: Citizen, at: datetime, acting_user: User) -> Application:
    """It is another person's matter after all: what came from the person named before goes with them.

    Their contact, what their record gave to the form and their papers on file are taken out; what is about the matter
    itself (papers shown, answers, the rest of the form) stays.
    """
    draft = _draft(application, acting_user)
    before = draft.applicant
    if before is not None and before.pk != citizen.pk:
        theirs = given_by(draft, before)
        draft.contact_phone = draft.contact_email = draft.delivery_address = ""
        draft.form_data = {key: value for key, value in draft.form_data.items() if key not in theirs}
        draft.papers.filter(state=PaperState.ON_FILE).update(state=PaperState.MISSING, document=None, note="")
        _save(draft, at, "form_data", "contact_phone", "contact_email", "delivery_address")
    return set_applicant(application=draft, citizen=citizen, at=at, acting_user=acting_user)


@transaction.atomic
def fill_other_side(*, application: Application, citizen: Citizen, at: datetime, acting_user: User) -> Application:
    """Take over this person's record into the side of the form that is not the applicant's. Raises ``BadInput``."""
    draft = _draft(application, acting_user)
    values = other_side(draft, citizen)
    if not values:
        raise BadInput(_("This form has no other side for this person."), code="no_side")
    draft.form_data = {**draft.form_data, **values}
    return _save(draft, at, "form_data")


@transaction.atomic
def acknowledge(*, application: Application, notice: str, at: datetime, acting_user: User) -> Application:
    """Record that the citizen was told something first and still wants to go on (such as: the change is not
    compulsory after a merger of units)."""
    draft = _draft(application, acting_user)
    known = {row["key"] for row in draft.version.notices}
    if notice not in known:
        raise BadInput(_("This procedure has no such notice."), code="unknown_notice")
    draft.acknowledged = {**draft.acknowledged, notice: {"at": at.isoformat(), "by": acting_user.pk}}
    return _save(draft, at, "acknowledged")


@transaction.atomic
def drop_draft(*, application: Application, at: datetime, acting_user: User) -> None:
    """Take back a procedure chosen by mistake. Refused while anything that was handed in for it is kept with it.

    What was declared at home can be taken over again, as its owner left it. What was filed online stays a draft of the
    centre, and only leaves the visit.
    A copy whose scan was taken back before it had a number keeps its own history and does not hold the draft. A draft whose
    missing papers were asked for on form 02 is kept without its matter: the request stays, and is not made again.
    """
    draft = _draft(application, acting_user)
    if getattr(draft, "arrival", None) is not None:
        leave_visit(draft, at)
        return
    if draft.documents.exclude(source=DocumentSource.FORM).exists() or draft.made_for_it.still_wanted().exists():
        raise RuleBroken(
            _("Papers were already handed in for this. Receive it, or set the number aside until it is complete."),
            code="draft_used",
        )
    erase_scans_of(draft)
    draft.made_for_it.update(for_application=None)
    Declaration.objects.filter(application=draft).update(application=None, used_at=None, used_by=None)
    matter = draft.matter
    if draft.supplements.exists():
        draft.matter = None
        _save(draft, at, "matter")
    else:
        draft.delete()
    if matter is not None:
        live.bump(f"ticket:{matter.ticket_id}")
        matter.delete()


def leave_visit(draft: Application, at: datetime) -> None:
    """The draft is no matter of a visit any more. The caller holds its lock."""
    matter, draft.matter = draft.matter, None
    _save(draft, at, "matter")
    if matter is not None:
        live.bump(f"ticket:{matter.ticket_id}")
        matter.delete()
