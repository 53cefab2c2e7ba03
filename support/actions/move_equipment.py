"""What becomes of a thing of the inventory: in use, spare, in repair, lost, discarded, at another centre."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from centres.models import Centre, Counter
from centres.permissions import roles_of
from citizens.models import User
from portal.errors import BadInput, RuleBroken
from support.actions.keep_equipment import line_of, locked
from support.enums_equipment import OWNED, EquipmentEventKind, EquipmentState
from support.equipment_history import folded, note, where
from support.models import Equipment
from support.models.equipment import NAME_LIMIT
from support.permissions import require_responder

CHANGED = ["state", "since", "counter", "place", "holder", "device", "folded"]


@transaction.atomic
def put_in_use(
    *,
    equipment: Equipment,
    counter: Counter | None = None,
    place: str = "",
    holder: User | None = None,
    at: datetime,
    acting_user: User,
) -> Equipment:
    """It stands here, or this person has it; so it moves from one place to another, too.

    Raises ``NotAllowed``, ``BadInput``, ``RuleBroken``.
    """
    row = _mine(equipment, OWNED, acting_user)
    spot = line_of(place, NAME_LIMIT, "place")
    if counter is None and not spot and holder is None:
        raise BadInput(_("Say where it stands or who has it."), code="nowhere", field="place")
    if counter is not None and counter.centre_id != row.centre_id:
        raise BadInput(_("Choose a counter of this centre."), code="other_centre", field="counter")
    _check_holder(holder, row)
    return _carry_out(
        row, EquipmentEventKind.IN_USE, lambda one: one.put_in_use(counter, spot, holder), at, acting_user
    )


@transaction.atomic
def keep_as_spare(
    *, equipment: Equipment, place: str = "", holder: User | None = None, at: datetime, acting_user: User
) -> Equipment:
    """It waits to be needed; so does what was lost and is found. Raises ``NotAllowed``, ``BadInput``, ``RuleBroken``."""
    row = _mine(equipment, [*OWNED, EquipmentState.LOST], acting_user)
    spot = line_of(place, NAME_LIMIT, "place")
    _check_holder(holder, row)
    return _carry_out(row, EquipmentEventKind.SPARE, lambda one: one.keep_as_spare(spot, holder), at, acting_user)


@transaction.atomic
def send_to_repair(*, equipment: Equipment, text: str, at: datetime, acting_user: User) -> Equipment:
    """``text`` says to whom and why. Raises ``NotAllowed``, ``BadInput``, ``RuleBroken``."""
    _required(text, _("Say who repairs it, and why."))
    row = _mine(equipment, [EquipmentState.IN_USE, EquipmentState.SPARE], acting_user)
    return _carry_out(row, EquipmentEventKind.IN_REPAIR, lambda one: one.send_to_repair(), at, acting_user, text)


@transaction.atomic
def lose(*, equipment: Equipment, text: str, at: datetime, acting_user: User) -> Equipment:
    """Nobody finds it; ``text`` says since when, and who looked. Raises ``NotAllowed``, ``BadInput``, ``RuleBroken``."""
    _required(text, _("Say since when it is missing."))
    row = _mine(equipment, OWNED, acting_user)
    return _carry_out(row, EquipmentEventKind.LOST, lambda one: one.lose(), at, acting_user, text)


@transaction.atomic
def discard(*, equipment: Equipment, text: str, at: datetime, acting_user: User) -> Equipment:
    """For good; ``text`` names the record or the reason. Raises ``NotAllowed``, ``BadInput``, ``RuleBroken``."""
    _required(text, _("Say why, and by which record."))
    row = _mine(equipment, [*OWNED, EquipmentState.LOST], acting_user)
    return _carry_out(row, EquipmentEventKind.DISCARDED, lambda one: one.discard(), at, acting_user, text)


@transaction.atomic
def give_to_centre(*, equipment: Equipment, centre: Centre, at: datetime, acting_user: User) -> Equipment:
    """Another centre has it from now on, as a spare; whoever gives it supports both. Raises ``NotAllowed``, ``BadInput``,
    ``RuleBroken``."""
    row = _mine(equipment, OWNED, acting_user)
    require_responder(acting_user, centre.pk)
    if centre.pk == row.centre_id:
        raise BadInput(_("It is there already."), code="same_centre", field="centre")
    before, words = row.state, f"{row.centre} → {centre}"
    row.keep_as_spare("", None)
    row.centre, row.device, row.since, row.folded = centre, None, at, folded(row)
    row.save(update_fields=[*CHANGED, "centre"])
    note(equipment=row, kind=EquipmentEventKind.OTHER_CENTRE, at=at, actor=acting_user, from_state=before, text=words)
    return row


@transaction.atomic
def hand_on(*, equipment: Equipment, to: User, at: datetime, acting_user: User) -> Equipment:
    """A colleague of this centre has it from now on; where it is and its state stay. Raises ``NotAllowed``, ``BadInput``,
    ``RuleBroken``."""
    row = _mine(equipment, OWNED, acting_user)
    _check_holder(to, row)
    before, row.holder = row.holder, to
    row.folded = folded(row)
    row.save(update_fields=["holder", "folded"])
    note(equipment=row, kind=EquipmentEventKind.HANDED_ON, at=at, actor=acting_user, text=f"{before or '–'} → {to}")
    return row


@transaction.atomic
def note_down(*, equipment: Equipment, text: str, at: datetime, acting_user: User) -> Equipment:
    """Write something down about it. Raises ``NotAllowed``, ``BadInput``."""
    _required(text, _("Write something down."))
    row = locked(equipment)
    require_responder(acting_user, row.centre_id)
    note(equipment=row, kind=EquipmentEventKind.NOTE, at=at, actor=acting_user, text=text)
    return row


def _mine(equipment: Equipment, sources: list[EquipmentState], user: User) -> Equipment:
    row = locked(equipment)
    require_responder(user, row.centre_id)
    if row.state not in sources:
        raise RuleBroken(
            _("This thing is now “%(state)s”, so this step is not possible any more. Look at it again.")
            % {"state": row.get_state_display()},
            code="wrong_state",
        )
    return row


def _check_holder(holder: User | None, row: Equipment) -> None:
    held = {centre_id for centre_id, _role in roles_of(holder)} if holder else {row.centre_id}
    if None not in held and row.centre_id not in held:
        raise BadInput(_("Choose somebody who works at this centre."), code="not_staff_here", field="holder")


def _carry_out(
    row: Equipment, kind: str, change: Callable[[Equipment], None], at: datetime, actor: User, text: str = ""
) -> Equipment:
    before, stood = row.state, where(row)
    change(row)
    if row.state != before:
        row.since = at
    row.folded = folded(row)
    row.save(update_fields=CHANGED)
    stands = where(row)
    words = text or (f"{stood or '–'} → {stands or '–'}" if stood != stands else stands)
    note(equipment=row, kind=kind, at=at, actor=actor, from_state=before, text=words)
    return row


def _required(text: str, sentence: object) -> None:
    if not text.strip():
        raise BadInput(sentence, code="no_note", field="note")
