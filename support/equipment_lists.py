"""The inventory as support and managers read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citizens.models import User
from portal import clock
from support.enums_equipment import OWNED
from support.forms_equipment import EquipmentFilterForm
from support.models import Equipment
from support.models.equipment import TAG_LETTERS, TAG_PREFIX
from support.places import centres_read
from support.querysets_equipment import EquipmentQuerySet
from support.rules import rules_on
from support.watch.checks import DEVICE_SILENT

# A code alone, or an address that a scanner has read from a label.
_TAG = re.compile(rf"(?:^|/)({TAG_PREFIX}[{TAG_LETTERS}]{{6}})/?$")
FILTERS = ("q", "centre", "kind", "state")


def chosen_rows(user: User, asked: Mapping[str, str]) -> tuple[EquipmentQuerySet, EquipmentFilterForm]:
    """What is asked for, in order; and the form that says what."""
    form = EquipmentFilterForm(asked, centres=centres_read(user))
    form.is_valid()
    chosen: dict[str, Any] = form.cleaned_data
    rows = Equipment.objects.visible_to(user).with_faults().select_related("centre", "counter", "holder", "device")
    rows = _in_state(rows, chosen.get("state") or "", clock.today())
    if (centre := chosen.get("centre")) is not None:
        rows = rows.filter(centre=centre)
    if kind := chosen.get("kind"):
        rows = rows.filter(kind=kind)
    return rows.like(chosen.get("q") or ""), form


def tag_in(words: str) -> str:
    """The code of a label, where nothing else was typed or scanned; else empty."""
    found = _TAG.search(words.strip())
    return found.group(1) if found else ""


def warranty_soon(today: date) -> timedelta:
    """How long before its end a warranty is pointed out."""
    return timedelta(days=rules_on(today).warranty_soon_days)


def dress(row: Equipment, at: datetime, soon: timedelta) -> Equipment:
    """With what the pages say of it: ``warranty_words`` and ``warranty_kind``, and whether its screen ``is_gone``."""
    thing: Any = row
    left = row.warranty_left(clock.local_day(at)) if row.is_owned else None
    thing.warranty_words, thing.warranty_kind = "", ""
    if left is not None and left < 0:
        thing.warranty_words = _("warranty ended")
    elif left is not None and left <= soon.days:
        words = ngettext("warranty ends in %(count)d day", "warranty ends in %(count)d days", left)
        thing.warranty_words, thing.warranty_kind = words % {"count": left}, "warn"
    thing.is_gone = row.is_owned and row.is_silent(at, DEVICE_SILENT)
    return row


def _in_state(rows: EquipmentQuerySet, state: str, today: date) -> EquipmentQuerySet:
    if state == "warranty":
        return rows.warranty_ends(today, warranty_soon(today))
    if state == "broken":
        return rows.broken().filter(state__in=OWNED)
    if state == "all":
        return rows
    return rows.filter(state=state) if state else rows.filter(state__in=OWNED)
