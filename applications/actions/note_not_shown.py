"""A page of a document cannot be drawn: nobody sees it, so the document is not signed."""

from __future__ import annotations

from django.db import transaction

from applications.models import CertificationItem


@transaction.atomic
def note_not_shown(*, item: CertificationItem, number: int) -> None:
    """Remember that page ``number`` of its scan cannot be shown, until it has another scan."""
    row = CertificationItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if number not in row.pages_not_shown:
        row.checks = {**row.checks, "not_shown": sorted([*row.pages_not_shown, number])}
        row.save(update_fields=["checks"])
