"""Dossiers that a draft may repeat: the same citizen, the same procedure, the same object, not long ago."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.catalogue import cleaned, form_values, version_of
from applications.enums import IN_HAND, State
from applications.form_shown import shown
from applications.models import Application, HandlingRules
from applications.notarisation.requests import is_request
from applications.words import NUMBERS, mark
from portal import clock
from portal.errors import RuleBroken
from portal.text import pick
from portal.vn.text import fold
from procedures.forms import ProcedureForm
from procedures.models import ProcedureVersion
from procedures.quote import facts_asked

# Fields that together name what an application is about, wherever a form asks for all of them: one such group that says the
# same is the same object. A form that asks for none is about its applicant.
OBJECTS = (
    ("certificate_serial",),
    ("parcel_unit", "map_sheet", "parcel_number"),
    ("child_name", "child_born"),
    ("deceased_name", "died_on"),
    ("husband_identity", "wife_identity"),
    ("record_of", "to_be_written"),
    ("record_kind", "record_of"),
    ("register", "record_name", "document_name"),
    ("business_name",),
    ("purpose",),
    ("request",),
)
# What ended without a result may rightly be filed again.
_STANDS = [State.SUBMITTED, *IN_HAND, State.DONE, State.RETURNED]
# Nobody files more of one kind in such a time; the newest are compared.
MOST_COMPARED = 20


class Duplicate(RuleBroken):
    """It may be there already; ``details["duplicates"]`` says where, so that somebody decides."""


@dataclass(frozen=True)
class Twin:
    """A dossier that looks like the draft. ``is_here``: at the draft's own centre, where it may be opened and compared."""

    application: Application
    is_here: bool
    differences: list[tuple[str, str, str]]

    @property
    def since(self) -> datetime:
        return moment_of(self.application)

    @property
    def place(self) -> Any:
        return self.application.received_at_centre or self.application.helped_at

    @property
    def is_filed(self) -> bool:
        """Filed online and not received yet: it is opened at the desk."""
        return self.application.state == State.DRAFT


def twins_of(draft: Application, at: datetime) -> list[Application]:
    """What this draft may repeat, the newest first. One statement, by the index of a citizen's applications; none for a
    request for certification, which anyone may repeat."""
    version = version_of(draft)
    if draft.applicant_id is None or is_request(version):
        return []
    days = HandlingRules.objects.filter(valid_from__lte=clock.local_day(at)).order_by("-valid_from")
    rows = (
        Application.objects.filter(
            Q(state__in=_STANDS) | Q(state=State.DRAFT, submitted_at__isnull=False),
            applicant=draft.applicant_id,
            version__procedure=version.procedure_id,
        )
        .annotate(days=Subquery(days.values("duplicate_days")[:1]))
        .select_related("helped_at", "received_at_centre")
        .order_by("-started_at", "-id")
    )
    if draft.pk is not None:
        rows = rows.exclude(pk=draft.pk)
    values = cleaned(version, form_values(draft))
    return [
        row
        for row in rows[:MOST_COMPARED]
        if at - moment_of(row) <= timedelta(days=HandlingRules().duplicate_days if row.days is None else row.days)
        and is_same_object(version, values, cleaned(version, row.form_data))
    ]


def undecided(draft: Application, rows: list[Application]) -> list[Application]:
    """Those of which nobody said yet that the draft is another matter."""
    decided = draft.other_matter.get("of", ())
    return [row for row in rows if row.pk not in decided]


def refuse_duplicates(draft: Application, at: datetime) -> None:
    """Raise ``Duplicate`` while nobody has decided about what the draft may repeat."""
    if rows := undecided(draft, twins_of(draft, at)):
        raise Duplicate(
            _(
                "This may be here already: %(dossiers)s. Open it, or say why this is another matter. Nothing was changed."
            )
            % {"dossiers": ", ".join(words_of(row) for row in rows)},
            code="duplicate",
            field="other_matter",
            details={"duplicates": [_told(row) for row in rows]},
        )


def is_same_object(version: ProcedureVersion, here: dict[str, Any], there: dict[str, Any]) -> bool:
    """Whether both forms are about the same parcel, child, record … ."""
    groups = _groups(version)
    return not groups or any(_named(group, here) and _named(group, here) == _named(group, there) for group in groups)


def is_other_object(version: ProcedureVersion, here: dict[str, Any], there: dict[str, Any]) -> bool:
    """Whether both forms say what they are about, and that it is not the same: what is blank tells nothing apart."""
    told = [group for group in _groups(version) if _named(group, here) and _named(group, there)]
    return bool(told) and not is_same_object(version, here, there)


def _groups(version: ProcedureVersion) -> list[tuple[str, ...]]:
    asked = version.form_schema.get("properties", {})
    return [group for group in OBJECTS if all(key in asked for key in group)]


def _named(group: tuple[str, ...], values: dict[str, Any]) -> list[str]:
    """What these fields name together; nothing while one of them is blank."""
    keys = [_key(key, values.get(key)) for key in group]
    return keys if all(keys) else []


def side_by_side(draft: Application, rows: list[Application]) -> list[Twin]:
    """What the desk shows of them; of another centre's only where and when, since it is not this officer's to read."""
    found = []
    for row in rows:
        here = draft.helped_at_id in (row.helped_at_id, row.received_at_centre_id, row.competent_id)
        found.append(Twin(row, here, differences(draft, row) if here else []))
    return found


def differences(draft: Application, row: Application) -> list[tuple[str, str, str]]:
    """(what, in the draft, in the other) for every field and question that is not answered the same."""
    version = version_of(draft)
    here = ProcedureForm(version, initial=form_values(draft))
    there = ProcedureForm(version, initial=row.form_data)
    found = [
        (str(here[name].label), _words(here[name]), _words(there[name]))
        for name in here.fields
        if _key(name, here[name].value()) != _key(name, there[name].value())
    ]
    yes, no = gettext_lazy("yes"), gettext_lazy("no")
    for fact in facts_asked(version):
        one, other = bool(draft.facts.get(fact.key)), bool(row.facts.get(fact.key))
        if one != other:
            found.append((pick(fact.question), str(yes if one else no), str(yes if other else no)))
    return found


def moment_of(application: Application) -> datetime:
    """When it was received, else filed."""
    return application.received_at or application.submitted_at or application.started_at


def words_of(application: Application) -> str:
    """ "H26.30.3-261123-0047 (accepted, Branch no. 3)"."""
    place = application.received_at_centre or application.helped_at
    return f"{application.code or _('filed online')} ({application.get_state_display()}, {pick(place.short_name)})"


def _told(application: Application) -> dict[str, Any]:
    place = application.received_at_centre or application.helped_at
    return {
        "code": application.code or "",
        "state": application.state,
        "state_name": str(application.get_state_display()),
        "centre": place.code,
        "received_at": moment_of(application).isoformat(),
    }


def _words(field: Any) -> str:
    return shown(field) if field.value() not in (None, "") else "–"


def _key(field: str, value: Any) -> str:
    """What is compared: numbers of parcels and certificates are one however they are spelled."""
    if field in NUMBERS:
        return mark(field, value)
    return fold(str(value)) if value is not None else ""
