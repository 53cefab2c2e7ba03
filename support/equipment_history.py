"""Writing what becomes of a thing of the inventory, and telling the pages that show it."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation

from citizens.models import User
from portal import live
from portal.vn.text import fold, syllables
from support.models import Equipment, EquipmentEvent
from support.models.equipment import NOTE_LIMIT

# Whoever shows which printers work looks again.
TOPIC = "equipment"


def note(
    *, equipment: Equipment, kind: str, at: datetime, actor: User | None, from_state: str | None = None, text: str = ""
) -> EquipmentEvent:
    """Add one event, in the caller's transaction. ``from_state`` is left out where the state did not change."""
    live.bump(TOPIC)
    return EquipmentEvent.objects.create(
        equipment=equipment,
        kind=kind,
        at=at,
        actor=actor,
        from_state=equipment.state if from_state is None else from_state,
        to_state=equipment.state,
        note=" ".join(text.split())[:NOTE_LIMIT],
    )


def folded(equipment: Equipment) -> str:
    """What is searched: everything that stands on the thing, where it is and who has it, without diacritics, each word between
    blanks; a serial number as it is written and in its parts."""
    with translation.override("vi"):
        counter = str(equipment.counter) if equipment.counter else ""
    said = (
        equipment.tag, equipment.name, equipment.maker, equipment.model, equipment.serial, counter, equipment.place,
        equipment.holder.full_name if equipment.holder else "",
    )  # fmt: skip
    text = fold(" ".join(said))
    return f" {text} {' '.join(syllables(text))} "


def where(equipment: Equipment) -> str:
    """Where it is and who has it, in one line."""
    parts = [str(equipment.counter) if equipment.counter else "", equipment.place, str(equipment.holder or "")]
    return " · ".join(part for part in parts if part)
