"""What of a dossier's form was corrected after the receipt: the value before and now, from its history."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import BoundField
from django.utils.translation import gettext as _

from applications.actions.correct_form import NOW, WAS
from applications.catalogue import version_of
from applications.enums import EventKind
from applications.form_shown import shown
from applications.models import Application, Event
from portal.text import mask_email
from portal.vn.phones import mask_phone
from procedures.forms import ProcedureForm


@dataclass(frozen=True)
class Change:
    """One correction of one value, in words as on a screen; empty texts where nothing was there, or it was erased."""

    was: str
    now: str
    at: datetime
    who: str


@dataclass(frozen=True)
class FormLine:
    """One answer with what it said before, the latest correction first."""

    label: str
    value: str
    changes: list[Change]


def form_lines(dossier: Application) -> list[tuple[str, list[FormLine]]]:
    """What the form says by its groups, from the dossier's prefetched history; blanks that always were are left out."""
    form = ProcedureForm(version_of(dossier), initial=dossier.form_data)
    found = _corrections(dossier)
    groups = []
    for title, fields in form.groups():
        lines = [
            FormLine(str(field.label), _value(field, dossier.form_data.get(field.name)), found.get(field.name, []))
            for field in fields
            if dossier.form_data.get(field.name) not in ("", None) or field.name in found
        ]
        if lines:
            groups.append((title, lines))
    return groups


def contact_changes(dossier: Application) -> list[tuple[str, Change]]:
    """Phone and e-mail address as they were before a correction, masked, with what they are called."""
    lines = []
    for event in reversed(dossier.events.all()):
        if event.kind not in (EventKind.REISSUED, EventKind.FORM_CORRECTED):
            continue
        said = {row.name: row.value or "" for row in event.values.all()}
        for name, label, mask in (("phone", _("Phone"), mask_phone), ("email", _("E-mail"), _masked)):
            was, now = said.get(f"{name}_before", ""), said.get(name, "")
            if was != now:
                lines.append((label, Change(mask(was) if was else "", mask(now) if now else "", *_when(event))))
    return lines


def _corrections(dossier: Application) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for event in reversed(dossier.events.all()):
        if event.kind != EventKind.FORM_CORRECTED:
            continue
        said = {row.name: row.value for row in event.values.all()}
        keys = event.details.get("fields", ())
        was, now = (
            ProcedureForm(version_of(dossier), initial={key: _read(said.get(f"{mark}{key}")) for key in keys})
            for mark in (WAS, NOW)
        )
        for key in keys:
            if key in was.fields:
                change = Change(_value(was[key], was.initial[key]), _value(now[key], now.initial[key]), *_when(event))
                found.setdefault(key, []).append(change)
    return found


def _when(event: Event) -> tuple[datetime, str]:
    return event.at, str(event.actor or "")


def _read(stored: str | None) -> Any:
    return json.loads(stored) if stored else None


def _value(field: BoundField, value: Any) -> str:
    return "" if value in ("", None) else shown(field)


def _masked(address: str) -> str:
    return mask_email(address)
