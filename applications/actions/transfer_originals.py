"""Handing originals over in batches: a list goes out with them, and the receiver confirms each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.originals import bump, locked_originals, move, tell
from applications.catalogue import version_of
from applications.documents import VIETNAMESE
from applications.enums_originals import AT_BRANCH, UNSETTLED, Direction, ItemState, Moved, Place
from applications.models import Original, TransferItem, TransferList
from applications.numbers import next_list_number
from applications.permissions import check, may_declare_lost, may_hold_originals, may_move_originals
from centres.models import Centre
from citizens.models import User
from portal import clock, jobs
from portal.errors import BadInput, RuleBroken
from portal.text import pick

MOST_ON_A_LIST = 60
JOB = "applications.tasks.render_transfer_list"


def office_of(original: Original) -> str:
    """Who decides on its dossier, as official papers call them."""
    dossier = original.application
    return pick(version_of(dossier).procedure.handler, VIETNAMESE) or dossier.competent.name[VIETNAMESE]


@transaction.atomic
def send(*, originals: Iterable[int], direction: str, at: datetime, acting_user: User) -> list[TransferList]:
    """Send these originals to the offices that decide, or back to the branches: one list for each receiver.

    Raises ``BadInput``, ``NotAllowed``, or ``RuleBroken`` (``not_here``) when one has gone meanwhile; nothing is sent then.
    """
    rows = locked_originals(originals)
    if not rows:
        raise BadInput(_("Tick the originals that go on the list."), code="none_chosen")
    if len(rows) > MOST_ON_A_LIST:
        raise BadInput(
            _("A list holds at most %(most)s originals. Make two.") % {"most": MOST_ON_A_LIST}, code="too_many"
        )
    out = Direction(direction) == Direction.TO_OFFICE
    groups: dict[tuple[int, int, str], list[Original]] = {}
    for row in rows:
        competent = row.application.competent
        check(may_move_originals(acting_user, row.branch_id) if out else may_hold_originals(acting_user, competent.pk))
        if row.place not in (AT_BRANCH if out else [Place.AT_OFFICE]):
            raise RuleBroken(
                _("%(original)s of %(code)s is not here any more: %(place)s. Nothing was sent; look at the list again.")
                % {"original": row, "code": row.application.code, "place": row.get_place_display()},
                code="not_here",
            )
        groups.setdefault((row.branch_id, competent.pk, office_of(row) if out else row.office), []).append(row)
    made = [_send(group, office, out, at, acting_user) for (_branch, _competent, office), group in groups.items()]
    bump(rows)
    return made


def _send(rows: list[Original], office: str, out: bool, at: datetime, user: User) -> TransferList:
    branch, competent = rows[0].branch, rows[0].application.competent
    origin: Centre = branch if out else competent
    year = clock.local_day(at).year
    transfer = TransferList.objects.create(
        origin=origin,
        year=year,
        number=next_list_number(origin.agency_code, year),
        direction=Direction.TO_OFFICE if out else Direction.TO_BRANCH,
        branch=branch,
        competent=competent,
        office=office,
        sent_at=at,
        sent_by=user,
        frozen={"sender": str(user), "lines": [_line(row) for row in rows]},
    )
    TransferItem.objects.bulk_create(
        TransferItem(transfer=transfer, original=row, position=position) for position, row in enumerate(rows, start=1)
    )
    to, what = (Place.TO_OFFICE, Moved.SENT) if out else (Place.TO_BRANCH, Moved.SENT_BACK)
    for row in rows:
        move(row, to, what, at, user, office=office, transfer=transfer)
    jobs.wake(JOB, transfer.pk)
    return transfer


def _line(original: Original) -> dict[str, Any]:
    """One line of the list as it is printed."""
    person = original.application.applicant
    return {
        "code": original.application.code or "",
        "person": person.full_name if person else "",
        "paper": pick(original.paper.kind.name, VIETNAMESE),
        "number": original.number,
        "pages": original.pages,
    }


@transaction.atomic
def confirm(
    *,
    transfer: TransferList,
    received: Collection[int],
    missing: Mapping[int, str],
    at: datetime,
    acting_user: User,
) -> TransferList:
    """The receiver says of each original whether it is there; ``missing`` maps those that are not to a note.

    What is missing keeps the list open until it is found or declared lost. An original that was missing and is there now is
    ``received``. Said again, it stays as it is.
    """
    transfer, items = _locked(transfer)
    check(_may_confirm(acting_user, transfer))
    if acting_user.pk == transfer.sent_by_id:
        raise RuleBroken(_("Whoever sent the list does not confirm it. A colleague does."), code="own_list")
    if not received and not missing:
        raise BadInput(_("Say of each original whether it is there."), code="none_said")
    for item in items:
        if item.pk in received and item.state in UNSETTLED:
            _receive(transfer, item, at, acting_user)
        elif item.pk in missing and item.state == ItemState.ON_THE_WAY:
            _miss(transfer, item, missing[item.pk], at, acting_user)
    return _close_if_settled(transfer, items, at)


@transaction.atomic
def found_at_sender(*, item: TransferItem, at: datetime, acting_user: User) -> TransferList:
    """A missing original turned up where it was sent from: it had never left, and lies there again."""
    transfer, items = _locked(item.transfer)
    may = may_move_originals if transfer.is_out else may_hold_originals
    check(may(acting_user, transfer.branch_id if transfer.is_out else transfer.competent_id))
    item = _missing_one(items, item)
    to, office = (Place.COUNTER, "") if transfer.is_out else (Place.AT_OFFICE, transfer.office)
    _settle(item, ItemState.STAYED, at, acting_user)
    move(
        item.original, to, Moved.STAYED, at, acting_user, received_by=acting_user, office=office, transfer=transfer
    )  # fmt: skip
    return _close_if_settled(transfer, items, at)


@transaction.atomic
def declare_lost(*, item: TransferItem, reason: str, at: datetime, acting_user: User) -> TransferList:
    """The manager answers for it that a missing original is not found any more, and says what is done about it."""
    transfer, items = _locked(item.transfer)
    check(may_declare_lost(acting_user, transfer.branch_id))
    item = _missing_one(items, item)
    if not reason.strip():
        raise BadInput(
            _("Write what was looked for, and what is done for the citizen."), code="reason_empty", field="reason"
        )
    item.note = reason.strip()[:300]
    _settle(item, ItemState.LOST, at, acting_user)
    move(item.original, Place.LOST, Moved.LOST, at, acting_user, given_by=None, reason=reason, transfer=transfer)
    return _close_if_settled(transfer, items, at)


def may_confirm(user: User, transfer: TransferList) -> bool:
    """Whether this person receives what the list brings."""
    return _may_confirm(user, transfer) and user.pk != transfer.sent_by_id


def _may_confirm(user: User, transfer: TransferList) -> bool:
    if transfer.is_out:
        return may_hold_originals(user, transfer.competent_id)
    return may_move_originals(user, transfer.branch_id)


def _locked(transfer: TransferList) -> tuple[TransferList, list[TransferItem]]:
    """The list with its items as they are now. Originals and their dossiers first, as ``send`` locks them."""
    originals = {row.pk: row for row in locked_originals(transfer.items.values_list("original", flat=True))}
    TransferList.objects.select_for_update().values_list("pk", flat=True).get(pk=transfer.pk)
    held = TransferList.objects.get(pk=transfer.pk)
    items = list(held.items.order_by("position"))
    for item in items:
        item.original = originals[item.original_id]
    return held, items


def _receive(transfer: TransferList, item: TransferItem, at: datetime, user: User) -> None:
    _settle(item, ItemState.RECEIVED, at, user)
    to, what, office = (
        (Place.AT_OFFICE, Moved.ARRIVED, transfer.office) if transfer.is_out else (Place.COUNTER, Moved.CAME_BACK, "")
    )
    sender = transfer.sent_by
    move(
        item.original, to, what, at, user, given_by=sender, received_by=user, office=office, transfer=transfer
    )  # fmt: skip


def _miss(transfer: TransferList, item: TransferItem, note: str, at: datetime, user: User) -> None:
    item.state, item.missing_at, item.missing_by, item.note = ItemState.MISSING, at, user, note.strip()[:300]
    item.save(update_fields=["state", "missing_at", "missing_by", "note"])
    tell(item.original, Moved.MISSED, at, user, office=transfer.office, transfer=transfer, reason=note)


def _settle(item: TransferItem, state: ItemState, at: datetime, user: User) -> None:
    item.state, item.settled_at, item.settled_by = state, at, user
    item.save(update_fields=["state", "settled_at", "settled_by", "note"])


def _missing_one(items: list[TransferItem], wanted: TransferItem) -> TransferItem:
    item = next(one for one in items if one.pk == wanted.pk)
    if item.state != ItemState.MISSING:
        raise RuleBroken(
            _("This original is not missing any more: %(state)s.") % {"state": item.get_state_display()},
            code="not_missing",
        )
    return item


def _close_if_settled(transfer: TransferList, items: list[TransferItem], at: datetime) -> TransferList:
    if transfer.closed_at is None and all(item.is_settled for item in items):
        transfer.closed_at = at
        transfer.save(update_fields=["closed_at"])
    bump([item.original for item in items])
    return transfer
