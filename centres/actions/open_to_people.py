"""A centre in preparation begins to give numbers."""

from __future__ import annotations

from django.db import transaction

from centres.models import Centre


@transaction.atomic
def open_to_people(*, centre: Centre) -> bool:
    """From now on numbers are given and times booked here. False where that was so already.

    Who may say so, and on what grounds, the caller knows.
    """
    row = Centre.objects.select_for_update(of=("self",), no_key=True).get(pk=centre.pk)
    if not row.in_preparation:
        return False
    row.in_preparation = False
    row.save(update_fields=["in_preparation"])
    return True
