"""A register's numbers have no gap, and no line of it can change unseen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from applications.actions.approve_certification import approve_certification
from applications.models import Register, RegisterEntry, RegisterValue
from applications.notarisation.enums import RegisterKind
from applications.notarisation.register import enter
from centres.enums import Role
from centres.models import Centre
from citizens.models import User
from portal import chain
from tests.factories.applications import MONDAY, a_centre, member_of
from tests.factories.certifications import a_submitted_item, signer_for
from tests.factories.registers import faults


def a_line(centre: Centre, signer: User, title: str = "Giấy khai sinh") -> RegisterEntry:
    with transaction.atomic():
        return enter(
            centre=centre,
            kind=RegisterKind.COPIES,
            at=MONDAY,
            signer=signer,
            signer_title="",
            title=title,
            pages=1,
            copies=1,
            fee=2000,
            scan_sha256="0" * 64,
            personal={"requester": "Lê Văn Thử"},
        )


def a_book(lines: int) -> Register:
    centre = a_centre()
    signer = member_of(Role.COUNTER_OFFICER, centre)
    for number in range(lines):
        a_line(centre, signer, f"Giấy {number}")
    return Register.objects.get()


@pytest.mark.django_db
def test_lines_are_numbered_and_chained() -> None:
    book = a_book(4)
    assert [row.sequence for row in book.entries.all()] == [1, 2, 3, 4]
    assert not faults()
    assert book.last_hash == book.entries.last().hash


@pytest.mark.django_db
def test_a_transaction_that_fails_leaves_no_number() -> None:
    book = a_book(1)
    centre, signer = book.centre, book.entries.first().signer

    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction.atomic():
        assert a_line(centre, signer).sequence == 2
        raise Stop
    assert a_line(centre, signer).sequence == 2
    book.refresh_from_db()
    assert not faults()


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["title", "pages", "fee", "scan_sha256", "at"])
def test_a_changed_line_is_named(field: str) -> None:
    book = a_book(3)
    values = {"title": "Khác", "pages": 9, "fee": 1, "scan_sha256": "f" * 64, "at": MONDAY.replace(hour=9)}
    RegisterEntry.objects.filter(register=book, sequence=2).update(**{field: values[field]})
    assert faults() == [("0002", "changed")]


@pytest.mark.django_db
def test_a_removed_line_is_named() -> None:
    book = a_book(3)
    RegisterValue.objects.filter(entry__sequence=2).delete()
    RegisterEntry.objects.filter(register=book, sequence=2).delete()
    assert faults() == [("0002", "missing")]


@pytest.mark.django_db
def test_a_tail_cut_off_is_named_by_the_head_kept_beside() -> None:
    book = a_book(3)
    RegisterValue.objects.filter(entry__sequence=3).delete()
    RegisterEntry.objects.filter(register=book, sequence=3).delete()
    assert chain.verify(book.entries.order_by("sequence")) is None
    assert faults() == [("0003", "missing")]


@pytest.mark.django_db
def test_a_name_that_is_blanked_breaks_no_chain_and_is_named_all_the_same() -> None:
    a_book(2)
    RegisterValue.objects.update(value=None, salt=None, erased_at=MONDAY)
    assert {kind for _place, kind in faults()} == {"erased"}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_signers_at_once_leave_no_gap_and_no_double() -> None:
    centre = a_centre()
    signer = member_of(Role.COUNTER_OFFICER, centre)

    class Stop(Exception):
        pass

    def sign(number: int) -> int | None:
        try:
            with transaction.atomic():
                line = a_line(centre, signer, f"Giấy {number}")
                if number % 5 == 0:
                    raise Stop
                return line.sequence
        except Stop:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        taken = [sequence for sequence in pool.map(sign, range(40)) if sequence]
    assert sorted(taken) == list(range(1, 33))
    assert not faults()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_copy_approved_by_eight_at_once_has_one_number() -> None:
    item = a_submitted_item()
    officer = signer_for(item)

    def approve(_number: int) -> str:
        try:
            return str(approve_certification(item=item, at=MONDAY, acting_user=officer))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(approve, range(8))) == {"0001/2026 SCT/BS"}
    assert RegisterEntry.objects.count() == 1
