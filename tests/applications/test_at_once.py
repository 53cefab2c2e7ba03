"""Two people, or two programs, at one visit at the same instant: real threads, real connections."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from django.db import connection, transaction

from applications.actions.choose import choose
from applications.actions.edit_draft import set_applicant
from applications.actions.locking import locked
from applications.actions.take_in import Handed, Person, take_in
from applications.models import Application
from centres.models import Ticket
from procedures.models import Procedure
from tests.factories.applications import FORMS, MONDAY, a_draft, a_ticket_at_counter
from tests.factories.citizens import CitizenFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
Found = TypeVar("Found")


def together(count: int, work: Callable[[int], Found]) -> list[Found]:
    """What each of so many threads finds, all on connections of their own."""

    def alone(number: int) -> Found:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(alone, range(count)))


def birth_of(number: int) -> Handed:
    return Handed(
        procedure="1.001193",
        person=Person(
            f"00119001234{number}",
            full_name="Nguyễn Thị Ánh",
            birth_text="01/02/1990",
            sex="female",
            card_address="12 ngõ 5",
        ),
        papers={"birth_form", "birth_notice", "identity_document"},
        form=FORMS["birth"],
        phone="+84912345678",
    )


def test_dossiers_taken_in_at_once_for_one_visit_share_its_public_address_once() -> None:
    ticket = a_ticket_at_counter()
    officer = ticket.counter.officer

    def work(number: int) -> Application:
        return take_in(
            ticket_id=ticket.pk, handed=birth_of(number), finish_ticket=False, at=MONDAY, acting_user=officer
        )[0]

    tokens = [dossier.token for dossier in together(4, work)]
    assert len(set(tokens)) == 4
    assert tokens.count(ticket.token) == 1


def test_procedures_chosen_at_once_for_one_visit_share_its_public_address_once() -> None:
    ticket = a_ticket_at_counter()
    officer, birth = ticket.counter.officer, Procedure.objects.get(key="birth")

    def work(_number: int) -> Application:
        return choose(ticket=Ticket.objects.get(pk=ticket.pk), procedure=birth, at=MONDAY, acting_user=officer)

    tokens = [draft.token for draft in together(4, work)]
    assert len(set(tokens)) == 4
    assert tokens.count(ticket.token) == 1


def test_who_waits_for_a_dossier_sees_whom_it_names_now() -> None:
    draft = a_draft(complete=False)
    officer, other = draft.opened_by, CitizenFactory(full_name="Phạm Văn Nam")

    def seen() -> str:
        try:
            with transaction.atomic():
                return str(locked(draft).applicant.full_name)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            set_applicant(application=draft, citizen=other, at=MONDAY, acting_user=officer)
            waiting: Any = thread.submit(seen)
            _until_somebody_waits()
        assert waiting.result(10) == "Phạm Văn Nam"


def _until_somebody_waits() -> None:
    """Returns when another connection waits for a lock."""
    for _turn in range(2000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waited")
