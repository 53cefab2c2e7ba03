"""Choosing a procedure: a draft that survives everything."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.papers_asked import refresh_papers
from applications.models import Application
from centres.actions.matters import add_matter
from centres.enums import AT_COUNTER
from centres.models import Ticket
from citizens.models import Citizen, User
from portal import clock, live
from portal.errors import RuleBroken
from portal.text import pick
from procedures.catalogue_cache import version_in_force
from procedures.models import Procedure


@transaction.atomic
def choose(
    *, ticket: Ticket, procedure: Procedure, client_key: str = "", at: datetime, acting_user: User
) -> Application:
    """Open a draft for one matter of the visit, under the version in force today.

    The first matter inherits the ticket's public token, and the next the contact that the same person gave for one
    before; the same ``client_key`` again gives the same draft. Raises
    ``RuleBroken`` when the person is not at a counter, no version is in force, or the centre does not take it in.
    """
    refuse_listed_only(procedure)
    if ticket.state not in AT_COUNTER:
        raise RuleBroken(_("Call the person to the counter first."), code="not_at_counter")
    version = version_in_force(procedure.pk, clock.local_day(at))
    if version is None:
        raise RuleBroken(
            _("No version of this procedure is in force today. Tell the city administrator."), code="no_version"
        )
    # The matter takes the ticket's row: whoever sends the same key at the same moment waits here and finds its draft.
    matter = add_matter(ticket=ticket, procedure=procedure, at=at, acting_user=acting_user)
    known = Application.objects.filter(client_key=client_key, matter__ticket=ticket).first() if client_key else None
    if known is not None:
        matter.delete()
        return known
    taken = Application.objects.filter(token=ticket.token).exists()
    citizen = ticket.citizen
    phone, email = _contact_given(ticket, citizen)
    application = Application.objects.create(
        **({} if taken else {"token": ticket.token}),
        client_key=client_key or None,
        version=version,
        matter=matter,
        helped_at=ticket.centre,
        competent=ticket.centre,
        applicant=citizen,
        contact_phone=phone,
        contact_email=email,
        language=ticket.language,
        started_at=at,
        changed_at=at,
        opened_by=acting_user,
    )
    refresh_papers(application, at, new=True)
    live.bump(f"ticket:{ticket.pk}", f"dossier:{application.pk}")
    return application


def _contact_given(ticket: Ticket, citizen: Citizen | None) -> tuple[str, str]:
    """Phone and e-mail as this person gave them for an earlier matter of the visit, or else as their record has them."""
    given = Application.objects.filter(matter__ticket=ticket, applicant=citizen).order_by("-pk")
    known = list(given.values_list("contact_phone", "contact_email"))
    if citizen is not None:
        known.append((citizen.phone, citizen.email))
    phones, emails = (filter(None, column) for column in (zip(*known, strict=True) if known else ((), ())))
    return next(phones, ""), next(emails, "")


def refuse_listed_only(procedure: Procedure) -> None:
    """Raise ``RuleBroken`` for what a centre can name and explain but does not take in."""
    if procedure.is_listed_only:
        raise RuleBroken(
            _("This is not taken in here yet: %(where)s") % {"where": pick(procedure.receive_at)},
            code="listed_only",
            field="procedure",
        )
