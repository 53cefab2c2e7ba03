"""Whoever bends the history of a dossier is found: inside its chain, or against what was closed and kept elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from applications.closings import due_days, published_bytes
from applications.enums import EventKind, State
from applications.histories import history_label
from applications.history import erase, record
from applications.models import Application, ChainHead, Closing, Event, EventValue
from portal import chain
from tests.factories.applications import MONDAY, a_centre, a_dossier
from tests.factories.registers import close_days
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
TUESDAY = hanoi("2026-11-24 00:05")
THURSDAY = hanoi("2026-11-26 00:05")


def _sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def said(*published: Path) -> str:
    out = StringIO()
    call_command("verify_history", *(["--published", *map(str, published)] if published else []), stdout=out)
    return out.getvalue()


def faults(*published: Path) -> list[str]:
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_history", *(["--published", *map(str, published)] if published else []), stdout=out)
    return out.getvalue().splitlines()


def cut_off(dossier: Application, sequence: int) -> None:
    """The last rows are gone, and the dossier says what the last one left says."""
    _sql(
        "DELETE FROM applications_eventvalue WHERE event_id IN "
        "(SELECT id FROM applications_event WHERE application_id = %s AND sequence > %s)",
        dossier.pk,
        sequence,
    )
    _sql("DELETE FROM applications_event WHERE application_id = %s AND sequence > %s", dossier.pk, sequence)
    _sql(
        "UPDATE applications_application SET state = (SELECT to_state FROM applications_event "
        "WHERE application_id = %s AND sequence = %s) WHERE id = %s",
        dossier.pk,
        sequence,
        dossier.pk,
    )


def computed_anew(dossier: Application) -> None:
    """Another reason, and every hash from there on right in itself: no look inside the chain can tell."""
    head = chain.GENESIS
    for row in Event.objects.filter(application=dossier).order_by("sequence"):
        row.reason = "khác" if row.sequence == 2 else row.reason
        row.previous_hash = head
        head = chain.link(head, row.chained_body(), row.chained_digests())
        _sql(
            "UPDATE applications_event SET reason = %s, previous_hash = %s, hash = %s WHERE id = %s",
            row.reason,
            row.previous_hash,
            head,
            row.pk,
        )


def erased(dossier: Application, what: str = "whole") -> None:
    erase(dossier, THURSDAY)
    record(application=dossier, kind=EventKind.ERASED, at=THURSDAY, actor=None, details={"what": what})


def test_what_nobody_touched_is_whole_also_after_an_erasure() -> None:
    a_dossier(state=State.RETURNED)
    a_dossier(state=State.SUPPLEMENT)
    close_days(THURSDAY)
    for dossier in Application.objects.all():
        erased(dossier)
    assert EventValue.objects.filter(value__isnull=True).exists()
    assert said().startswith("Whole: 2 dossiers with ")
    assert "3 closed days" in said()


def test_a_change_inside_a_chain_is_named_with_its_dossier() -> None:
    dossier, other = a_dossier(state=State.RETURNED), a_dossier(state=State.ACCEPTED)
    _sql("UPDATE applications_event SET reason = 'khác' WHERE application_id = %s AND sequence = 3", dossier.pk)
    (fault,) = faults()
    assert fault == f"Dossier {dossier.code}: change 3 was changed, or a value beside it."
    assert str(other.code) not in fault


def test_a_value_that_was_changed_is_found() -> None:
    dossier = a_dossier(state=State.SUPPLEMENT)
    value = EventValue.objects.filter(event__application=dossier).first()
    assert value is not None
    _sql("UPDATE applications_eventvalue SET value = 'Ai khác' WHERE id = %s", value.pk)
    assert any(f"Dossier {dossier.code}" in fault for fault in faults())


def test_a_value_that_was_erased_without_a_word_is_found() -> None:
    quiet, other = a_dossier(state=State.RETURNED), a_dossier(state=State.RETURNED)
    erase(quiet, THURSDAY)
    erased(other, "papers")
    found = faults()
    assert f"Dossier {quiet.code}: a personal value of change 1 was erased, and no change after it says so." in found
    assert f"Dossier {other.code}: a personal value of change 1 was erased, and no change after it says so." in found


def test_an_erasure_speaks_for_what_was_there_and_for_its_own_moment_only() -> None:
    dossier = a_dossier(state=State.RETURNED)
    erased(dossier)
    assert said().startswith("Whole")
    record(application=dossier, kind=EventKind.NOTED, at=THURSDAY, actor=None, personal={"note": "Gọi lại"})
    assert said().startswith("Whole")
    erase(dossier, THURSDAY)
    last = dossier.events.count()
    assert faults() == [
        f"Dossier {dossier.code}: a personal value of change {last} was erased, and no change after it says so."
    ]
    _sql("UPDATE applications_eventvalue SET erased_at = %s", TUESDAY)
    assert len(faults()) > 1


def test_a_state_that_no_change_tells_of_is_found() -> None:
    dossier = a_dossier(state=State.PROCESSING)
    _sql("UPDATE applications_application SET state = %s WHERE id = %s", State.ACCEPTED, dossier.pk)
    assert faults() == [f"Dossier {dossier.code}: it is ACCEPTED, and its last change, 2, made it PROCESSING."]


def test_a_dossier_whose_whole_history_is_gone_is_found() -> None:
    dossier = a_dossier(state=State.ACCEPTED)
    _sql("DELETE FROM applications_eventvalue")
    _sql("DELETE FROM applications_event")
    assert faults() == [f"Dossier {dossier.code}: its whole history is gone."]


@pytest.mark.parametrize(
    ("bend", "words"),
    [
        (lambda dossier: cut_off(dossier, 2), "2 changes are there; the closing of 2026-11-23 has "),
        (computed_anew, "changes are not those that the closing of 2026-11-23 has."),
    ],
    ids=["cut off", "computed anew"],
)
def test_what_the_chain_cannot_show_shows_against_the_closing(bend: Callable[[Application], None], words: str) -> None:
    dossier = a_dossier(state=State.RETURNED)
    close_days(THURSDAY)
    bend(dossier)
    (fault,) = faults()
    assert words in fault
    assert "chi-nhanh-3" in fault


def test_closings_that_were_computed_anew_are_found_against_a_file_kept_elsewhere(tmp_path: Path) -> None:
    dossier = a_dossier(state=State.RETURNED)
    kept = tmp_path / "2026-11-23.json"
    kept.write_bytes(published_bytes(close_days(TUESDAY)[0]))
    computed_anew(dossier)
    for table in ("chainhead", "closing"):
        _sql(f"DELETE FROM applications_{table}")
    close_days(TUESDAY)
    assert said().startswith("Whole")
    (fault,) = faults(kept)
    assert f"the closing of 2026-11-23 kept as {kept}" in fault


def test_what_is_written_after_a_closing_belongs_to_the_next_one() -> None:
    dossier = a_dossier(state=State.ACCEPTED)
    close_days(TUESDAY)
    record(
        application=Application.objects.get(pk=dossier.pk),
        kind=EventKind.PAPER_ADDED,
        at=hanoi("2026-11-25 09:00"),
        actor=None,
        centre=a_centre(),
    )
    assert said().startswith("Whole")
    close_days(THURSDAY)
    label = history_label(date(2026, 11, 25), a_centre().pk)
    assert ChainHead.objects.get(chain=label).sequence == 1
    assert not ChainHead.objects.filter(chain__startswith="history:2026-11-24").exists(), "nothing happened that day"


def test_a_day_is_closed_once_what_began_before_midnight_has_ended() -> None:
    a_dossier(at=MONDAY)
    assert list(due_days(hanoi("2026-11-24 00:04"))) == []
    assert list(due_days(TUESDAY)) == [date(2026, 11, 23)]


def test_closings_from_before_histories_were_in_them_are_no_fault() -> None:
    a_dossier(state=State.ACCEPTED)
    close_days(TUESDAY)
    _sql("DELETE FROM applications_chainhead WHERE chain LIKE 'history:%%'")
    assert Closing.objects.exists()
    assert said().startswith("Whole")


def test_a_file_that_is_no_closing_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "x.json"
    bad.write_text("{}")
    with pytest.raises(CommandError, match="Nothing was looked at"):
        said(bad)
