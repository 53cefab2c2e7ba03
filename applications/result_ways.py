"""How the citizen wants the result, what of it can be had, and whether they come for it."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from applications.catalogue import version_of
from applications.enums import Channel, Delivery, DispatchEnd
from applications.enums_originals import IN_CUSTODY
from applications.models import Application, Dispatch, Original
from applications.notarisation.requests import is_request
from citizens.models import Citizen

NO_ADDRESS = _("Write the address to which the post brings the result.")
ORIGINAL_STAYS = _("An original stays here and goes out against a signature: the result cannot be sent by post.")
Rows = TypeVar("Rows", bound="QuerySet[Any]")


def ways_of(application: Application) -> list[Delivery]:
    """The ways there are for it: one alone for what is certified document by document. A file is read at the national portal,
    by whoever filed it there; of linked services each has its own result."""
    version = version_of(application)
    if is_request(version):
        return [Delivery.COUNTER]
    is_filed_there = application.channel == Channel.ONLINE and not version.parts
    return [Delivery.COUNTER, Delivery.POST, *([Delivery.FILE] if is_filed_there else [])]


def address_on_record(person: Citizen | None) -> str:
    """Where this person lives, as far as we know."""
    return (person.address or person.card_address) if person else ""


def address_for_post(application: Application) -> str:
    """Where a letter goes: as the citizen said, or else where they live."""
    return application.delivery_address or address_on_record(application.applicant)


def comes_for_it(dossier: Application) -> bool:
    """Whether its citizen has to come for the result: they want it at the counter, the post brought it back, an original goes out
    with it against a signature, or there is no file of it. From its letters and originals, prefetched or not."""
    if dossier.delivery == Delivery.COUNTER or any(row.is_in_custody for row in dossier.originals.all()):
        return True
    letters = list(dossier.dispatches.all())
    came_back = bool(letters) and letters[-1].end == DispatchEnd.RETURNED
    return came_back or (dossier.delivery == Delivery.FILE and not has_file(dossier))


def has_file(dossier: Application) -> bool:
    """Whether its result can be read as a file."""
    result = getattr(dossier, "result", None)
    return result is not None and result.document_id is not None


def that_come(rows: Rows) -> Rows:
    """Of rows with a dossier those whose citizen has to come, as ``comes_for_it`` says."""
    of_it = OuterRef("application")
    letters = Dispatch.objects.filter(application=of_it).order_by("-sent_at", "-pk")
    return rows.alias(last_letter=Subquery(letters.values("end")[:1])).filter(
        Q(application__delivery=Delivery.COUNTER)
        | Q(last_letter=DispatchEnd.RETURNED)
        | Q(Exists(Original.objects.filter(application=of_it, place__in=IN_CUSTODY)))
        | Q(application__delivery=Delivery.FILE, application__result__document__isnull=True)
    )
