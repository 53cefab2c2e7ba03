"""Where the demo's land certificates are: some with the office, a list on its way, the rest at the branch."""

from __future__ import annotations

from datetime import datetime, timedelta

from applications.actions.originals import move_within
from applications.actions.transfer_originals import confirm, send
from applications.demo.centres import Place as Branch
from applications.enums import RUNNING
from applications.enums_originals import AT_BRANCH, WITH_OFFICE, Direction, Place
from applications.models import Application, Original, TransferList

# The oldest went to the office an hour and a half ago and were counted there; the next are on the way.
_WITH_OFFICE, _ON_THE_WAY, _IN_SAFE = 3, 3, 2
_WENT, _COUNTED, _FOLLOWED = timedelta(minutes=70), timedelta(minutes=50), timedelta(minutes=20)


def hand_over_originals(branch: Branch, at: datetime) -> None:
    """What came in this morning goes on its way; what an earlier day sent has arrived by now."""
    for transfer in TransferList.objects.filter(branch=branch.centre, closed_at__isnull=True):
        _count(transfer, at - _WENT, branch)
    officer = branch.officers[0]
    rows = Original.objects.filter(
        branch=branch.centre, place__in=AT_BRANCH, application__state__in=RUNNING
    ).order_by("since", "id")  # fmt: skip
    early = list(rows.filter(since__lt=at - _WENT).values_list("pk", flat=True)[:_WITH_OFFICE])
    if early:
        for transfer in send(originals=early, direction=Direction.TO_OFFICE, at=at - _WENT, acting_user=officer):
            _count(transfer, at - _COUNTED, branch)
    later = list(rows.filter(since__lt=at - _FOLLOWED).values_list("pk", flat=True)[:_ON_THE_WAY])
    if later:
        send(originals=later, direction=Direction.TO_OFFICE, at=at - _FOLLOWED, acting_user=officer)
    kept = list(rows.values_list("pk", flat=True)[:_IN_SAFE])
    move_within(originals=kept, to=Place.SAFE, at=at, acting_user=officer)


def bring_home(dossier: Application, at: datetime, branch: Branch) -> None:
    """Its originals come back to the branch before the result is given out."""
    for original in dossier.originals.filter(place__in=WITH_OFFICE):
        open_item = original.transfers.filter(settled_at__isnull=True).select_related("transfer").first()
        if open_item is not None:
            _count(open_item.transfer, at, branch)
            original.refresh_from_db()
        if original.place == Place.AT_OFFICE:
            by = branch.specialists[0]
            for transfer in send(originals=[original.pk], direction=Direction.TO_BRANCH, at=at, acting_user=by):
                _count(transfer, at, branch)


def _count(transfer: TransferList, at: datetime, branch: Branch) -> None:
    """Everything on the list is there."""
    receiver = branch.specialists[0] if transfer.is_out else branch.officers[3]
    items = set(transfer.items.values_list("pk", flat=True))
    confirm(transfer=transfer, received=items, missing={}, at=max(at, transfer.sent_at), acting_user=receiver)
