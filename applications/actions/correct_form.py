"""What was filled in, put right in the open after the receipt: the values before stay in the history beside the new ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked, wrong_state
from applications.actions.steps import announce
from applications.catalogue import counted, version_of
from applications.contacts import follow_contact
from applications.enums import IN_HAND, EventKind
from applications.history import record
from applications.models import Application
from applications.permissions import check, may_correct_form
from applications.words import note_words_again
from citizens.models import User
from portal import clock
from portal.errors import BadInput
from procedures.forms import ProcedureForm

# Before the key of a field, in the names of an event's personal values.
WAS, NOW = "was:", "now:"


class WrongForm(BadInput):
    """What was typed cannot be kept; ``form`` says what is wrong beside each field."""

    form: ProcedureForm


def correction_form(application: Application, values: Mapping[str, Any], at: datetime) -> ProcedureForm:
    """The form with these values over what it says now; pages and copies, by which the fee goes, stay as they were counted."""
    fixed = counted(application)
    known = {**application.form_data, **{key: value for key, value in values.items() if key not in fixed}, **fixed}
    return ProcedureForm(version_of(application), known, on=clock.local_day(at), counted=fixed)


@transaction.atomic
def correct_form(
    *, application: Application, values: Mapping[str, Any], reason: str, at: datetime, acting_user: User
) -> Application:
    """Keep other answers than were received, with the reason: a name was misspelt, the supplement says otherwise.

    ``values`` are raw answers by field; one that is left out stays. Raises ``WrongForm``, or ``BadInput`` where nothing
    differs or the reason is missing. A contact that the form said goes with it, and the dossier is found by what it says now.
    """
    dossier = locked(application)
    check(may_correct_form(acting_user, dossier))
    if dossier.state not in IN_HAND or hasattr(dossier, "certification"):
        raise wrong_state(dossier)
    if not reason.strip():
        raise BadInput(_("Write the reason."), code="reason_empty", field="reason")
    form = correction_form(dossier, values, at)
    if not form.is_valid():
        problem = WrongForm(_("Not kept yet: put right what is marked."), code="form_wrong")
        problem.form = form
        raise problem
    before, after = dossier.form_data, form.form_data()
    changed = [key for key in form.fields if before.get(key) != after.get(key)]
    if not changed:
        raise BadInput(_("Nothing was changed."), code="nothing_changed")
    dossier.form_data, dossier.changed_at = {**before, **after}, at
    for key in set(changed) - set(after):
        dossier.form_data.pop(key, None)
    reached = follow_contact(dossier, before, dossier.form_data)
    dossier.save(update_fields=["form_data", "contact_phone", "contact_email", "changed_at"])
    note_words_again([dossier])
    record(
        application=dossier,
        kind=EventKind.FORM_CORRECTED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        details={"fields": changed},
        personal={
            "reason": reason.strip(),
            **{f"{WAS}{key}": _kept(before.get(key)) for key in changed},
            **{f"{NOW}{key}": _kept(after.get(key)) for key in changed},
            **reached,
        },
    )
    announce(dossier)
    return dossier


def _kept(value: Any) -> str:
    """The value as text, as which it is sealed and can be erased."""
    return json.dumps(value, ensure_ascii=False)
