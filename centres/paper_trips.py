"""Papers people had not with them, counted for the manager."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from centres.enums import TripChoice
from centres.models import Centre, PaperTrip
from procedures.models import DocumentKind, Procedure


@dataclass(frozen=True)
class TripCount:
    """One paper of one procedure: how often it was missing, and what people chose."""

    procedure: Procedure
    kind: DocumentKind
    missing: int
    back: int
    certify: int
    number: int


def paper_trips(centre: Centre, first: date, last: date) -> list[TripCount]:
    """Counts by procedure and paper between two days, both included; those sent for a paper most often first.

    Three statements, however many rows.
    """
    chosen = {choice: Count("id", filter=Q(choice=choice)) for choice in TripChoice}
    counted = list(
        PaperTrip.objects.filter(centre=centre, day__range=(first, last))
        .values("procedure", "kind")
        .annotate(
            missing=Count("id"),
            back=chosen[TripChoice.BACK],
            certify=chosen[TripChoice.CERTIFY],
            number=chosen[TripChoice.NUMBER],
        )
        .order_by("-back", "-missing", "procedure", "kind")
    )
    procedures = Procedure.objects.in_bulk([row["procedure"] for row in counted])
    kinds = DocumentKind.objects.in_bulk([row["kind"] for row in counted])
    return [
        TripCount(
            procedure=procedures[row["procedure"]],
            kind=kinds[row["kind"]],
            missing=row["missing"],
            back=row["back"],
            certify=row["certify"],
            number=row["number"],
        )
        for row in counted
    ]
