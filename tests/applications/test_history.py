"""The chain names what was changed, removed or put in, and erasure leaves it whole."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from applications.enums import State
from applications.history import erase
from applications.models import Application, Event, EventValue
from portal import chain
from tests.factories.applications import MONDAY, a_dossier

pytestmark = pytest.mark.django_db


def _fault(dossier: Application) -> tuple[int, str] | None:
    found = chain.verify(Event.objects.filter(application=dossier).order_by("sequence").prefetch_related("values"))
    return (found.sequence, found.kind) if found else None


def _sql(statement: str, *values: object) -> None:
    """As somebody who got into the database would, past every model."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_an_untouched_history_is_whole() -> None:
    assert _fault(a_dossier(state=State.RETURNED)) is None


def test_a_changed_row_is_named() -> None:
    dossier = a_dossier(state=State.RETURNED)
    _sql("UPDATE applications_event SET reason = 'khác' WHERE application_id = %s AND sequence = 3", dossier.pk)
    assert _fault(dossier) == (3, "changed")


def test_a_removed_row_is_named() -> None:
    dossier = a_dossier(state=State.RETURNED)
    _sql(
        "DELETE FROM applications_eventvalue WHERE event_id IN "
        "(SELECT id FROM applications_event WHERE application_id = %s AND sequence = 2)",
        dossier.pk,
    )
    _sql("DELETE FROM applications_event WHERE application_id = %s AND sequence = 2", dossier.pk)
    assert _fault(dossier) == (2, "missing")


def test_an_inserted_row_is_named() -> None:
    dossier = a_dossier(state=State.RETURNED)
    last = dossier.events.last()
    # Room is made in the middle, and a row put there that looks right in itself.
    for sequence in (5, 4, 3):
        _sql(
            "UPDATE applications_event SET sequence = %s WHERE application_id = %s AND sequence = %s",
            sequence + 1,
            dossier.pk,
            sequence,
        )
    before = dossier.events.get(sequence=2)
    forged = Event(
        application=dossier, sequence=3, kind=last.kind, at=MONDAY, actor=None, from_state=4, to_state=4,
        previous_hash=before.hash,
    )  # fmt: skip
    forged.hash = chain.link(before.hash, forged.chained_body(), {})
    forged.save()
    assert _fault(dossier) == (3, "inserted")


def test_erasing_personal_values_leaves_the_chain_whole() -> None:
    dossier = a_dossier(state=State.RETURNED)
    first = dossier.events.first()
    assert erase(dossier, MONDAY) >= 3
    assert set(first.values.values_list("value", "salt")) == {(None, None)}
    assert _fault(dossier) is None


def test_a_changed_personal_value_is_named() -> None:
    dossier = a_dossier(state=State.RETURNED)
    first = dossier.events.first()
    _sql("UPDATE applications_eventvalue SET value = 'Ai đó' WHERE event_id = %s AND name = 'applicant'", first.pk)
    assert _fault(dossier) == (1, "changed")


def test_a_personal_value_that_was_taken_away_or_put_in_is_named() -> None:
    dossier = a_dossier(state=State.RETURNED)
    first, second = dossier.events.all()[:2]
    EventValue.objects.create(event=second, name="note", value="Thêm", salt="0" * 32)
    assert _fault(dossier) == (2, "changed")
    _sql("DELETE FROM applications_eventvalue WHERE event_id = %s AND name = 'phone'", first.pk)
    assert _fault(dossier) == (1, "changed")


@pytest.mark.parametrize(
    "columns", ["value = NULL", "salt = NULL", "erased_at = CURRENT_TIMESTAMP", "value = NULL, salt = NULL"]
)
def test_erasure_is_whole_or_none(columns: str) -> None:
    first = a_dossier().events.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        _sql(f"UPDATE applications_eventvalue SET {columns} WHERE event_id = %s", first.pk)


def test_no_personal_value_stands_in_the_chained_body() -> None:
    dossier = a_dossier(state=State.RETURNED)
    for event in dossier.events.all():
        body = str(event.chained_body())
        assert dossier.applicant.full_name not in body
        assert dossier.applicant.identity_number not in body
        assert dossier.contact_phone not in body
