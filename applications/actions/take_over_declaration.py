"""At the desk: what was declared at home becomes a draft of this visit, once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from applications.actions.choose import choose
from applications.actions.declare import refuse_gone
from applications.actions.documents_wanted import MOST_COPIES, MOST_PAGES
from applications.actions.edit_draft import answer_facts, keep_form, let_the_card_speak, set_contact, set_quantity
from applications.catalogue import COUNTED, version_of
from applications.declaring import Walk
from applications.enums import State
from applications.models import Application, Declaration
from centres.models import Ticket
from citizens.models import User
from portal.vn.phones import InvalidPhone, parse_phone
from procedures.models import Procedure
from procedures.questions import may_be_answered


@transaction.atomic
def take_over_declaration(*, declaration: Declaration, ticket: Ticket, at: datetime, acting_user: User) -> Application:
    """Make the matter and its draft with everything that was declared, under the version in force today.

    A draft of the same procedure that was just opened for this visit, with nothing in it, is used. Who the citizen is
    comes from the card, never from here. Raises ``RuleBroken`` where the declaration was used, erased, or is not
    taken in; two desks at once wait for each other here, and the second is told.
    """
    Declaration.objects.select_for_update().order_by().values_list("pk", flat=True).get(pk=declaration.pk)
    row = Declaration.objects.select_related("application__helped_at", "used_by", "version__procedure").get(
        pk=declaration.pk
    )
    refuse_gone(row, at)
    answers, facts = Walk(row, at).data, row.facts
    procedure: Procedure = row.version.procedure
    draft = _begun(ticket, procedure) or choose(ticket=ticket, procedure=procedure, at=at, acting_user=acting_user)
    by: dict[str, Any] = {"at": at, "acting_user": acting_user}
    draft = _reached(draft, answers, by)
    draft = _counted(draft, answers, by)
    draft = keep_form(application=draft, values=_for_the_form(draft, answers), **by)
    answered = {key: yes for key, yes in facts.items() if may_be_answered(key)}
    draft = answer_facts(application=draft, facts=answered, **by)
    row.application, row.used_at, row.used_by = draft, at, acting_user
    row.save(update_fields=["application", "used_at", "used_by"])
    return let_the_card_speak(application=draft, **by)


def _begun(ticket: Ticket, procedure: Procedure) -> Application | None:
    """A draft that was opened for this matter a moment ago, and in which nothing was typed yet."""
    drafts = Application.objects.filter(matter__ticket=ticket, state=State.DRAFT, version__procedure=procedure)
    return drafts.filter(form_data={}, declaration__isnull=True).order_by("pk").first()


def _counted(draft: Application, answers: dict[str, Any], by: dict[str, Any]) -> Application:
    """Pages and copies stand beside the fee, as far as they are numbers that can be counted."""
    given = {name: answers.get(key) for key, name in COUNTED.items()}
    pages, copies = (
        count if isinstance(count, int) and 1 <= count <= most else None
        for count, most in ((given["pages"], MOST_PAGES), (given["copies"], MOST_COPIES))
    )
    if pages is None and copies is None:
        return draft
    return set_quantity(application=draft, pages=pages or draft.pages, copies=copies or draft.copies, **by)


def _for_the_form(draft: Application, answers: dict[str, Any]) -> dict[str, Any]:
    """What is asked today, but for what stands beside the fee and in the contact."""
    properties = version_of(draft).form_schema.get("properties", {})
    given = {key: answers[key] for key in properties if key in answers and key not in COUNTED}
    return {key: value for key, value in given.items() if not (draft.contact_phone and _is_phone(properties[key]))}


def _reached(draft: Application, answers: dict[str, Any], by: dict[str, Any]) -> Application:
    """The phone that was declared, where the visit has none: nothing is typed twice."""
    properties = version_of(draft).form_schema.get("properties", {})
    said = next((str(answers[key]) for key, rule in properties.items() if _is_phone(rule) and answers.get(key)), "")
    if draft.contact_phone or not said:
        return draft
    try:
        phone = parse_phone(said)
    except InvalidPhone:
        return draft
    return set_contact(application=draft, phone=phone, email=draft.contact_email, **by)


def _is_phone(rule: dict[str, Any]) -> bool:
    return rule.get("x-prefill") == "citizen.phone"
