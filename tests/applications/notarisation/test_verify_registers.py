"""Whatever is done to a register by somebody who may do everything in the database, it is found and named."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from applications.actions.strike_entry import strike_entry
from applications.closings import body_of, published_bytes
from applications.models import (
    ChainHead,
    Closing,
    ClosingPaper,
    Register,
    RegisterEntry,
    RegisterNote,
    RegisterStrike,
    RegisterValue,
)
from applications.register_faults import Count, _lines_of, find_faults
from centres.enums import Role
from portal import chain
from tests.factories.applications import MONDAY, a_centre, member_of
from tests.factories.registers import a_line, a_register, close_days
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
LATER = hanoi("2026-11-29 00:05")
BOOK = "register SCT/BS 2026 of chi-nhanh-3"


@pytest.fixture
def register() -> Register:
    """Six lines on three days, one of them struck through; the days until Saturday are closed. Another one beside it."""
    made = a_register(6, every=timedelta(hours=8))
    strike_entry(
        entry=made.entries.get(sequence=2),
        reason="nhầm tên",
        at=MONDAY + timedelta(hours=50),
        acting_user=member_of(Role.LEADER, a_centre()),
    )
    a_line(a_centre("chi-nhanh-4", "H26.30.4"))
    close_days(LATER)
    return made


def found(**published: Any) -> list[tuple[str, str, str]]:
    return [(one.chain.partition(":")[0], one.place, one.kind) for one in find_faults(published, Count())]


def sentences(*files: Path) -> str:
    out = io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("verify_registers", *(["--published", *map(str, files)] if files else []), stdout=out)
    assert refused.value.returncode == 1
    return out.getvalue() + str(refused.value)


@pytest.fixture
def kept(register: Register, tmp_path: Path) -> Path:
    """The last closing, as somebody fetched it."""
    file = tmp_path / "2026-11-28.json"
    file.write_bytes(published_bytes(Closing.objects.order_by("day").last()))  # type: ignore[arg-type]
    return file


def line(register: Register, number: int) -> Any:
    return RegisterEntry.objects.filter(register=register, sequence=number)


def remove(register: Register, number: int) -> None:
    RegisterValue.objects.filter(entry__in=line(register, number)).delete()
    line(register, number).delete()


def shift(register: Register, first: int, by: int) -> None:
    """Give the lines from ``first`` on other numbers."""
    RegisterEntry.objects.filter(register=register, sequence__gte=first).update(sequence=F("sequence") + 1000)
    RegisterEntry.objects.filter(register=register, sequence__gt=1000).update(sequence=F("sequence") - 1000 + by)


def recompute(register: Register) -> None:
    """Chain all lines anew, as whoever knows how would."""
    head = chain.GENESIS
    for row in register.entries.order_by("sequence"):
        row.previous_hash, row.hash = head, chain.link(head, row.chained_body(), row.chained_digests())
        row.save()
        head = row.hash
    Register.objects.filter(pk=register.pk).update(last_number=row.sequence, last_hash=head)


def recompute_notes(register: Register) -> None:
    head = chain.GENESIS
    for row in register.notes.order_by("sequence"):
        row.line = line(register, row.number).get().hash if row.number else chain.GENESIS
        row.previous_hash, row.hash = head, chain.link(head, row.chained_body(), {})
        row.save()
        head = row.hash


def recompute_closings(register: Register) -> None:
    """Give each closing the heads of the rewritten register, and chain them anew."""
    previous = chain.GENESIS
    for closing in Closing.objects.order_by("day"):
        for head in closing.heads.filter(chain=f"register:{register.pk}"):
            head.hash = line(register, head.sequence).get().hash
            head.save()
        for head in closing.heads.filter(chain=f"notes:{register.pk}"):
            head.hash = register.notes.get(sequence=head.sequence).hash
            head.save()
        closing.previous_hash = previous
        closing.hash = chain.link(previous, body_of(closing.day, closing.at, closing.heads.all()), {})
        previous = closing.hash
        closing.save()


def test_untouched_registers_are_whole(register: Register, kept: Path) -> None:
    out = io.StringIO()
    call_command("verify_registers", "--published", str(kept), stdout=out)
    assert out.getvalue() == "Whole: 2 registers with 7 lines and 3 notes, 6 closings, 1 files kept elsewhere.\n"


def test_a_name_blanked_in_a_register_is_named_for_it_is_kept_for_ever(register: Register) -> None:
    RegisterValue.objects.filter(entry__in=line(register, 3)).update(value=None, salt=None, erased_at=MONDAY)
    assert found() == [("register", "0003", "erased")]
    assert "a value of line 0003 was erased" in sentences()


COLUMNS: dict[str, Any] = {
    "at": MONDAY, "title": "Khác", "signer_title": "Giám đốc", "pages": 9, "copies": 9, "fee": 1, "scan_sha256": "f" * 64, "digests": {},
    "hash": "f" * 64,
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_line_is_named(register: Register, column: str) -> None:
    line(register, 3).update(**{column: COLUMNS[column]})
    assert found() == [("register", "0003", "changed")]
    assert f"{BOOK[0].upper()}{BOOK[1:]}: line 0003 was changed" in sentences()


def test_another_signer_or_another_line_before_is_named(register: Register) -> None:
    line(register, 3).update(signer=member_of(Role.LEADER, a_centre()))
    assert found() == [("register", "0003", "changed")]
    line(register, 3).update(previous_hash="f" * 64)
    assert found() == [("register", "0003", "moved")]


def test_every_column_of_a_line_is_tried() -> None:
    tried = {*COLUMNS, "signer", "previous_hash", "register", "sequence", "id"}
    assert {field.name for field in RegisterEntry._meta.concrete_fields} == tried


@pytest.mark.parametrize("change", [{"value": "Người khác"}, {"salt": "0" * 32}, {"name": "khác"}])
def test_a_changed_value_beside_the_chain_is_named(register: Register, change: dict[str, str]) -> None:
    RegisterValue.objects.filter(entry__in=line(register, 4)).update(**change)
    assert found() == [("register", "0004", "changed")]


def test_a_removed_or_added_value_beside_the_chain_is_named(register: Register) -> None:
    RegisterValue.objects.create(entry=line(register, 4).get(), name="khác", value="x", salt="0" * 32)
    assert found() == [("register", "0004", "changed")]
    RegisterValue.objects.filter(entry__in=line(register, 3)).delete()
    assert found() == [("register", "0003", "changed")]


def test_a_removed_line_is_named(register: Register) -> None:
    remove(register, 3)
    assert found() == [("register", "0003", "missing")]
    assert "line 0003 was removed" in sentences()


def test_a_removed_line_whose_place_was_taken_by_the_next_is_named(register: Register) -> None:
    remove(register, 3)
    shift(register, 4, -1)
    assert ("register", "0003", "moved") in found()


def test_a_tail_that_was_cut_off_with_its_number_put_back_is_named(register: Register) -> None:
    for number in (6, 5):
        remove(register, number)
    head = line(register, 4).get().hash
    Register.objects.filter(pk=register.pk).update(last_number=4, last_hash=head)
    assert found() == [("register", "0005", "missing")]
    assert "lines 0005 to 0006 are cut off its end; the closing of 2026-11-25 has them" in sentences()


def test_a_tail_that_no_closing_knows_yet_shows_by_the_number_kept_beside(register: Register) -> None:
    a_line(title="Giấy 7")
    remove(register, 7)
    assert found() == [("register", "0007", "missing")]
    Register.objects.filter(pk=register.pk).update(last_number=6)
    assert found() == [("register", "0006", "changed")]


def test_an_inserted_line_is_named(register: Register) -> None:
    row = line(register, 2).get()
    after = line(register, 3).get()
    shift(register, 3, 1)
    forged = RegisterEntry(**{name: getattr(row, name) for name in ("register", "at", "signer", "pages", "copies", "fee")},
                           sequence=3, title="Chen vào", scan_sha256="0" * 64, digests={}, previous_hash=row.hash)  # fmt: skip
    assert after.previous_hash == row.hash
    forged.hash = chain.link(row.hash, forged.chained_body(), {})
    forged.save()
    assert ("register", "0003", "inserted") in found()
    assert "line 0003 was put in later" in sentences()


def test_a_line_put_in_behind_the_last_is_named(register: Register) -> None:
    row = line(register, 6).get()
    forged = line(register, 6).get()
    forged.pk, forged._state.adding = None, True
    forged.sequence, forged.previous_hash, forged.digests = 7, row.hash, {}
    forged.hash = chain.link(row.hash, forged.chained_body(), {})
    forged.save()
    assert found() == [("register", "0007", "inserted")]


def test_two_lines_that_changed_places_are_named(register: Register) -> None:
    third, fourth = line(register, 3).get(), line(register, 4).get()
    RegisterEntry.objects.filter(pk=third.pk).update(sequence=1003)
    RegisterEntry.objects.filter(pk=fourth.pk).update(sequence=3)
    RegisterEntry.objects.filter(pk=third.pk).update(sequence=4)
    assert found() == [("register", "0003", "moved")]


def test_a_removed_strike_is_named(register: Register) -> None:
    RegisterStrike.objects.all().delete()
    RegisterNote.objects.filter(register=register, kind="struck").delete()
    assert found() == [("notes", "0002", "missing")]
    assert f"Notes on {BOOK}: note 0002 is cut off its end" in sentences()


def test_a_register_that_nobody_opened_is_named() -> None:
    made = a_register(2)
    assert found() == []
    RegisterNote.objects.filter(register=made).delete()
    assert found() == [("notes", "0001", "missing")]


def test_a_line_signed_while_the_lines_are_walked_is_walked_too() -> None:
    made = a_register(2)
    walk = _lines_of(made, [])
    seen = [next(walk).sequence]
    a_line(title="Giấy 3")
    seen += [row.sequence for row in walk]
    assert seen == [1, 2, 3]


def test_a_strike_that_does_not_agree_with_its_note_is_named(register: Register) -> None:
    RegisterStrike.objects.update(reason="khác")
    assert found() == [("notes", "0002", "changed")]
    RegisterStrike.objects.all().delete()
    assert found() == [("notes", "0002", "missing")]
    RegisterStrike.objects.create(
        entry=line(register, 3).get(), at=MONDAY, by=member_of(Role.LEADER, a_centre()), reason="x"
    )
    assert found() == [("notes", "0002", "missing"), ("notes", "0003", "inserted")]


NOTE_COLUMNS: dict[str, Any] = {
    "kind": "handed_over", "at": MONDAY, "reason": "khác", "number": 3, "line": "f" * 64, "hash": "f" * 64,
}  # fmt: skip


@pytest.mark.parametrize("column", NOTE_COLUMNS)
def test_a_changed_note_is_named(register: Register, column: str) -> None:
    RegisterNote.objects.filter(register=register, kind="struck").update(**{column: NOTE_COLUMNS[column]})
    assert ("notes", "0002", "changed") in found()


@pytest.mark.parametrize("who", ["by", "keeper"])
def test_another_name_in_a_note_is_named(register: Register, who: str) -> None:
    someone = member_of(Role.MANAGER, a_centre())
    RegisterNote.objects.filter(register=register, kind="opened").update(**{who: someone})
    assert found() == [("notes", "0001", "changed")]


@pytest.mark.parametrize("change", [{"year": 2025}, {"kind": "SCT/HĐ,GD"}])
def test_another_cover_is_named(register: Register, change: dict[str, Any]) -> None:
    Register.objects.filter(pk=register.pk).update(**change)
    assert found() == [("notes", "0001", "changed")]


def test_a_register_given_to_another_unit_is_named(register: Register) -> None:
    Register.objects.filter(pk=register.pk).update(centre=a_centre("chi-nhanh-5", "H26.30.5"))
    assert found() == [("notes", "0001", "changed")]


def test_a_whole_register_that_was_removed_is_named(register: Register) -> None:
    RegisterValue.objects.filter(entry__register=register).delete()
    RegisterStrike.objects.all().delete()
    register.notes.all().delete()
    register.entries.all().delete()
    register.delete()
    assert found() == [("register", "0001", "missing")]
    assert f"{BOOK[0].upper()}{BOOK[1:]}: the whole register is gone" in sentences()


def test_a_full_recomputation_is_found_against_the_closings(register: Register) -> None:
    line(register, 5).update(title="Viết lại")
    recompute(register)
    assert found() == [("register", "0003", "rewritten")]
    assert "one of the lines 0003 to 0005 is not the one that the closing of 2026-11-24 has" in sentences()


def test_notes_recomputed_too_are_found_against_the_closings(register: Register) -> None:
    line(register, 2).update(title="Viết lại")
    recompute(register)
    assert found() == [("register", "0001", "rewritten")], "the strike's note knows the line it struck, too"
    recompute_notes(register)
    assert found() == [("notes", "0002", "rewritten"), ("register", "0001", "rewritten")]


def test_closings_recomputed_too_are_found_against_files_kept_elsewhere(register: Register, kept: Path) -> None:
    line(register, 2).update(title="Viết lại")
    recompute(register)
    recompute_notes(register)
    recompute_closings(register)
    assert found() == [], "nothing inside the database shows it"
    said = sentences(kept)
    assert f"Closing of 2026-11-28: it is not the one that was published and kept as {kept}" in said
    assert f"one of the lines 0001 to 0006 is not the one that the closing of 2026-11-28 kept as {kept} has" in said
    assert "3 faults" in said


def test_a_tail_cut_off_with_its_closings_is_found_against_files_kept_elsewhere(register: Register, kept: Path) -> None:
    remove(register, 6)
    Register.objects.filter(pk=register.pk).update(last_number=5, last_hash=line(register, 5).get().hash)
    gone = Closing.objects.filter(day__gte="2026-11-25")
    ChainHead.objects.filter(closing__in=gone).delete()
    gone.delete()
    assert found() == []
    said = sentences(kept)
    assert "line 0006 is cut off its end" in said and "Closing of 2026-11-28: it was removed" in said


BENT: dict[str, tuple[Callable[[Any], Any], tuple[str, str, str]]] = {
    "moment": (lambda rows: rows.filter(day="2026-11-25").update(at=MONDAY), ("closings", "2026-11-25", "changed")),
    "hash": (lambda rows: rows.filter(day="2026-11-25").update(hash="f" * 64), ("closings", "2026-11-25", "changed")),
    "before": (
        lambda rows: rows.filter(day="2026-11-25").update(previous_hash="f" * 64),
        ("closings", "2026-11-25", "moved"),
    ),
    "a day": (
        lambda rows: rows.filter(day="2026-11-28").update(day="2026-11-30"),
        ("closings", "2026-11-28", "missing"),
    ),
    "a head": (
        lambda rows: ChainHead.objects.filter(closing__day="2026-11-25", sequence=1).update(about={}),
        ("closings", "2026-11-25", "changed"),
    ),
    "a head removed": (
        lambda rows: ChainHead.objects.filter(closing__day="2026-11-25", sequence=1).delete(),
        ("closings", "2026-11-25", "changed"),
    ),
}


@pytest.mark.parametrize("name", BENT)
def test_a_bent_closing_is_named(register: Register, name: str) -> None:
    bend, named = BENT[name]
    bend(Closing.objects.all())
    assert found()[0] == named


@pytest.mark.parametrize(("day", "named"), [("2026-11-25", "2026-11-25"), ("2026-11-23", "2026-11-23")])
def test_a_removed_closing_is_named(register: Register, day: str, named: str) -> None:
    ClosingPaper.objects.all().delete()
    ChainHead.objects.filter(closing__day=day).delete()
    Closing.objects.filter(day=day).delete()
    assert found() == [("closings", named, "missing")]


def test_a_file_that_is_no_closing_is_refused_in_a_sentence(register: Register, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text("{}")
    for name in (file, tmp_path / "khong-co.json"):
        with pytest.raises(CommandError, match="cannot be used"):
            call_command("verify_registers", "--published", str(name), stdout=io.StringIO())


def test_the_number_of_statements_does_not_grow_with_the_lines(
    register: Register, django_assert_max_num_queries: Any
) -> None:
    for number in range(40):
        a_line(title=f"Giấy {number}")
    with django_assert_max_num_queries(22):
        assert found() == []
