"""The registers' pages: who keeps them, what stands in them, their monthly print, and their closings for anyone."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.test import Client
from django.urls import reverse

from applications import register_lines
from applications.actions.close_register import close_register
from applications.actions.keep_closing_paper import keep_closing_paper
from applications.actions.make_certified_copy import _claim, make_certified_copy
from applications.actions.strike_entry import strike_entry
from applications.closings import published_bytes
from applications.enums import PaperState, State
from applications.models import Application, CertificationItem, Register, RegisterValue
from applications.notarisation.enums import Finding, JobState, RegisterKind
from applications.notarisation.keeping import NoteKind
from applications.notarisation.parties import Party
from applications.notarisation.validation import judge_code
from applications.register_faults import Count, find_faults
from applications.register_lines import Line, months_of, next_month, page_of
from applications.register_paper import month_context, month_paper
from centres.enums import Role
from citizens.models import HeldDocument, Look
from notifications.models import Message
from portal import clock
from tests.applications.printed import words_of
from tests.factories.applications import MONDAY, a_centre, member_of
from tests.factories.certifications import a_missing_paper, an_approved_item, an_item
from tests.factories.registers import a_line, a_register, close_days
from tests.moments import hanoi

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "in_english")]
As = Callable[[Any], Client]


def to(name: str, *args: Any) -> str:
    return reverse(f"applications:{name}", args=args)


@pytest.fixture(autouse=True)
def _english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def register(centre: Any) -> Register:
    return a_register(3)


def test_the_list_says_who_keeps_what(as_: As, register: Register) -> None:
    a_line(a_centre("chi-nhanh-4", "H26.30.4"))
    page = as_(Role.COUNTER_OFFICER).get(to("registers")).content.decode()
    assert "SCT/BS" in page and "0003" in page and "Lê Thị Hương" in page and ">open<" in page
    assert "Branch no. 4" not in page
    assert "Branch no. 4" in as_(member_of(Role.CITY_ADMIN, None)).get(to("registers")).content.decode()  # type: ignore[arg-type]


def test_years_are_apart(as_: As, register: Register) -> None:
    a_line(at=hanoi("2025-12-30 09:00"))
    officer = as_(Role.COUNTER_OFFICER)
    assert [row[0].year for row in officer.get(to("registers")).context["rows"]] == [2026]
    assert [row[0].year for row in officer.get(to("registers") + "?year=2025").context["rows"]] == [2025]
    assert officer.get(to("registers") + "?year=9999").context["year"] == 2026


def test_a_register_shows_its_lines_and_a_struck_one_with_its_reason(as_: As, register: Register) -> None:
    leader = member_of(Role.LEADER, register.centre)
    strike_entry(entry=register.entries.get(sequence=2), reason="nhầm tên", at=MONDAY, acting_user=leader)
    RegisterValue.objects.filter(entry__sequence=3).update(value=None, salt=None, erased_at=MONDAY)
    answer = as_(Role.COUNTER_OFFICER).get(to("register", register.pk))
    lines: list[Line] = answer.context["lines"]
    assert [(line.entry.number, line.requester, bool(line.struck)) for line in lines] == [
        ("0001", "Lê Văn Thử", False), ("0002", "Lê Văn Thử", True), ("0003", "", False),
    ]  # fmt: skip
    page = answer.content.decode()
    assert "Struck through on 23/11/2026 by Phạm Quốc Dũng: nhầm tên" in " ".join(page.split())
    assert 'class="struck"' in page and "erased by law" in page


def test_thirty_lines_a_page_by_number(as_: As, centre: Any) -> None:
    register = a_register(64)
    officer = as_(Role.COUNTER_OFFICER)
    seen, address = [], to("register", register.pk) + "?month=2026-11"
    for expected in (30, 30, 4):
        answer = officer.get(address)
        lines = answer.context["lines"]
        assert len(lines) == expected
        seen += [line.entry.sequence for line in lines]
        address = to("register", register.pk) + f"?month=2026-11&after={answer.context['next_page']}"
    assert seen == list(range(1, 65)) and answer.context["next_page"] is None
    assert officer.get(to("register", register.pk) + "?after=x&month=khong").context["lines"][0].entry.sequence == 1


@pytest.mark.parametrize("role", [Role.COUNTER_OFFICER, Role.LEADER])
def test_a_page_asks_as_often_for_thirty_lines_as_for_one(
    as_: As, centre: Any, role: Role, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    register, reader = a_register(1), as_(role)
    reader.get(to("register", register.pk))
    with django_assert_max_num_queries(16) as one:
        reader.get(to("register", register.pk))
    for number in range(29):
        line = a_line(title=f"Giấy {number}")
    for number in (3, 9, 12):
        strike_entry(
            entry=register.entries.get(sequence=number),
            reason="nhầm",
            at=MONDAY,
            acting_user=member_of(Role.LEADER, centre),
        )
    assert line.sequence == 30
    with django_assert_num_queries(len(one)):
        assert len(reader.get(to("register", register.pk)).context["lines"]) == 30


def test_the_list_asks_as_often_for_many_registers_as_for_one(
    as_: As, centre: Any, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    a_register(1)
    city = as_(member_of(Role.CITY_ADMIN, None))  # type: ignore[arg-type]
    city.get(to("registers"))
    with django_assert_max_num_queries(10) as one:
        city.get(to("registers"))
    for number in range(4, 9):
        a_line(a_centre(f"chi-nhanh-{number}", f"H26.30.{number}"))
    with django_assert_num_queries(len(one)):
        assert len(city.get(to("registers")).context["rows"]) == 6


def test_months_run_from_the_first_line_to_the_last(centre: Any) -> None:
    register = a_register(3, at=hanoi("2026-10-31 16:00"), every=timedelta(days=20))
    months = months_of(register)
    assert [f"{month:%Y-%m}" for month in months] == ["2026-10", "2026-11", "2026-12"]
    assert [len(page_of(register, month, 0)[0]) for month in months] == [1, 1, 1]
    assert f"{next_month(months[2]):%Y-%m-%d}" == "2027-01-01"


def test_whoever_reads_a_page_or_prints_a_month_has_looked(as_: As, centre: Any) -> None:
    item: CertificationItem = an_approved_item()
    assert item.entry is not None
    person = item.certification.application.applicant_id
    officer = as_(Role.COUNTER_OFFICER)
    register = item.entry.register
    before = Look.objects.count()
    officer.get(to("register", register.pk))
    officer.get(to("register_month", register.pk, "2026-11"))
    looks = list(Look.objects.order_by("pk")[before:])
    assert [(look.subjects, look.unit, look.role) for look in looks] == [
        ([person], "Branch no. 3", "counter officer")
    ] * 2
    assert [look.reason for look in looks] == ["register opened: SCT/BS 2026", "register printed: SCT/BS 2026"]


def test_a_leader_hands_the_register_over_on_its_page(as_: As, register: Register) -> None:
    leader, manager = as_(Role.LEADER), member_of(Role.MANAGER, register.centre)
    page = leader.get(to("register", register.pk)).content.decode()
    assert to("hand_over_register", register.pk) in page and to("close_register", register.pk) not in page
    answer = leader.post(to("hand_over_register", register.pk), {"to": manager.pk, "reason": ""})
    assert answer.status_code == 400 and "Please say why in a few words." in answer.content.decode()
    answer = leader.post(to("hand_over_register", register.pk), {"to": manager.pk, "reason": "nghỉ phép"}, follow=True)
    page = answer.content.decode()
    assert "Đỗ Minh Châu keeps this register from now on." in page
    assert "Handed over to Đỗ Minh Châu by Phạm Quốc Dũng" in page and "nghỉ phép" in page
    # Whoever keeps it is not offered.
    assert manager not in answer.context["handing"].fields["to"].queryset


def test_a_leader_closes_last_years_register_on_its_page(
    as_: As, register: Register, at_hanoi: Callable[[str], Any]
) -> None:
    at_hanoi("2027-01-04 08:00")
    leader = as_(Role.LEADER)
    page = leader.get(to("register", register.pk)).content.decode()
    assert "0003" in page and "(ba)" in page and to("close_register", register.pk) in page
    assert leader.post(to("close_register", register.pk), {"last_number": "2"}).status_code == 409
    page = leader.post(to("close_register", register.pk), {"last_number": "3"}, follow=True).content.decode()
    assert "Closed by Phạm Quốc Dũng with number 0003 (ba)" in page and ">closed<" in page
    assert register.notes.filter(kind=NoteKind.CLOSED).count() == 1
    assert to("hand_over_register", register.pk) not in page
    assert leader.get(to("registers")).context["rows"][0][2] is True


def test_an_officer_reads_and_does_not_act(as_: As, register: Register) -> None:
    officer = as_(Role.COUNTER_OFFICER)
    assert "hand-over" not in officer.get(to("register", register.pk)).content.decode()
    assert officer.post(to("close_register", register.pk), {"last_number": "3"}).status_code == 403


# -- the print ----------------------------------------------------------------------------------------------------------


def test_the_print_has_the_columns_of_the_form_and_adds_up(centre: Any) -> None:
    register = a_register(5)
    leader = member_of(Role.LEADER, centre)
    strike_entry(entry=register.entries.get(sequence=4), reason="nhầm tên", at=MONDAY, acting_user=leader)
    printed = month_context(register, months_of(register)[0], register.notes.all(), clock.local_day(MONDAY))
    assert printed["volume"] == "01/2026 - SCT/BS" and printed["month"] == "Tháng 11 năm 2026"
    assert printed["totals"] == [
        {"where": "Trong tháng", "count": 5, "count_in_words": "năm", "struck": 1, "copies": 4, "fee": "8.000 đ",
         "fee_in_words": "tám nghìn đồng"},
    ]  # fmt: skip
    assert printed["opened"] == "Mở sổ ngày 23 tháng 11 năm 2026, người mở sổ: Lê Thị Hương"
    assert printed["keeper"] == "Lê Thị Hương" and printed["closed"] == ""
    assert printed["rows"][3]["note"] == "Gạch bỏ ngày 23/11/2026, người gạch: Phạm Quốc Dũng. Lý do: nhầm tên"
    assert printed["rows"][0] == {
        "number": "0001", "day": "23/11/2026", "people": [("Lê Văn Thử", "")], "title": "Giấy 1", "languages": [],
        "signer": "Lê Thị Hương", "signer_title": "Người thực hiện chứng thực", "copies": "01", "fee": "2.000 đ", "is_struck": False, "note": "",
    }  # fmt: skip


ANH = Party("Nguyễn Thị Ánh", "card", "001190000321")
NAM = Party("Phạm Văn Nam", "passport", "B1234567", by_fingerprint=True)
TRANSLATOR = Party("Trần Minh Đức", "card", "001085000777", from_language="Anh", to_language="Việt")
TITLE = "Phó Giám đốc (theo văn bản số 12/QĐ ngày 01/11/2026)"


@pytest.mark.parametrize(
    ("kind", "parties", "columns", "who"),
    [
        (
            RegisterKind.COPIES, (),
            ["Họ tên người yêu cầu chứng thực", "Tên bản chính giấy tờ, văn bản", "Số bản sao"], ["Lê Văn Thử"],
        ),
        (
            RegisterKind.SIGNATURES, (ANH, NAM),
            ["Họ tên, số giấy tờ tùy thân của người yêu cầu chứng thực", "Số giấy tờ, văn bản đã được chứng thực"],
            ["Nguyễn Thị Ánh", "căn cước số 001190000321", "Phạm Văn Nam", "hộ chiếu số B1234567, điểm chỉ"],
        ),
        (
            RegisterKind.TRANSLATORS, (TRANSLATOR,),
            ["Tên giấy tờ, văn bản đã được dịch", "Dịch từ tiếng sang tiếng", "Số bản dịch đã được chứng thực chữ ký"],
            ["Trần Minh Đức", "căn cước số 001085000777", "Anh - Việt"],
        ),
        (
            RegisterKind.CONTRACTS, (ANH,),
            ["Tên giao dịch", "Số bản giao dịch đã được chứng thực"], ["Nguyễn Thị Ánh", "căn cước số 001190000321"],
        ),
    ],
)  # fmt: skip
def test_each_kind_of_register_is_printed_with_its_own_columns(
    centre: Any, kind: RegisterKind, parties: tuple[Party, ...], columns: list[str], who: list[str]
) -> None:
    line = a_line(kind=kind, parties=parties, signer_title=TITLE)
    said = words_of(month_paper(line.register, months_of(line.register)[0], [], clock.local_day(MONDAY)))
    for words in (*columns, *who, "Họ tên, chức danh người ký chứng thực", TITLE, "Phí chứng thực", "Ghi chú"):
        assert words in said, said
    if kind != RegisterKind.COPIES:
        assert "bản sao" not in said


def test_a_register_of_signatures_shows_who_signed_and_masks_their_papers(as_: As, centre: Any) -> None:
    line = a_line(kind=RegisterKind.SIGNATURES, parties=(ANH, NAM), signer_title=TITLE)
    officer = as_(Role.COUNTER_OFFICER)
    page = " ".join(officer.get(to("register", line.register_id)).content.decode().split())
    assert "Nguyễn Thị Ánh" in page and "Phạm Văn Nam" in page and "by fingerprint" in page
    assert "001 190 ••• 321" in page and "001190000321" not in page and "B1234567" not in page
    assert TITLE in page and "Asked for and signed by" in page and "Copies" not in page
    strike = as_(Role.LEADER).get(to("strike_entry", line.register_id, 1)).content.decode()
    assert "Phạm Văn Nam" in strike and "B1234567" not in strike and TITLE in strike


def test_a_register_of_translators_shows_the_languages(as_: As, centre: Any) -> None:
    line = a_line(kind=RegisterKind.TRANSLATORS, parties=(TRANSLATOR,))
    page = as_(Role.COUNTER_OFFICER).get(to("register", line.register_id)).content.decode()
    assert "Translator" in page and "Anh - Việt" in page and "Translations" in page


def test_who_signed_is_gone_from_page_and_print_once_it_was_erased(as_: As, centre: Any) -> None:
    line = a_line(kind=RegisterKind.SIGNATURES, parties=(ANH,))
    RegisterValue.objects.update(value=None, salt=None, erased_at=MONDAY)
    page = as_(Role.COUNTER_OFFICER).get(to("register", line.register_id)).content.decode()
    assert "erased by law" in page and "Nguyễn Thị Ánh" not in page
    said = words_of(month_paper(line.register, months_of(line.register)[0], [], clock.local_day(MONDAY)))
    assert "(đã xóa theo quy định)" in said


def test_the_last_month_of_a_closed_register_says_so(centre: Any) -> None:
    register = a_register(3, at=hanoi("2026-11-30 09:00"), every=timedelta(days=5))
    close_register(
        register=register, last_number=3, at=hanoi("2027-01-04 08:00"), acting_user=member_of(Role.LEADER, centre)
    )
    said = [month_context(register, month, register.notes.all(), month)["closed"] for month in months_of(register)]
    assert said == [
        "",
        "Khóa sổ ngày 04 tháng 01 năm 2027 ở số 0003 (bằng chữ: ba), người khóa sổ: Phạm Quốc Dũng.",
    ]


def test_the_print_is_for_the_archive_and_numbers_its_pages(centre: Any, tmp_path: Path) -> None:
    register = a_register(60)
    content = month_paper(register, months_of(register)[0], [], clock.local_day(MONDAY))
    with pikepdf.open(io.BytesIO(content)) as opened, opened.open_metadata() as said:
        assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("3", "B")
        pages = len(opened.pages)
    assert pages > 2
    if shutil.which("pdftotext"):
        file = tmp_path / "month.pdf"
        file.write_bytes(content)
        text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True, text=True).stdout
        assert f"Trang {pages}/{pages}" in text and "Trong tháng có 60 số chứng thực" in text


def test_a_long_month_is_printed_in_parts(as_: As, centre: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register_lines, "PART_SIZE", 4)
    register = a_register(9)
    strike_entry(
        entry=register.entries.get(sequence=2), reason="nhầm", at=MONDAY, acting_user=member_of(Role.LEADER, centre)
    )
    month, notes = months_of(register)[0], register.notes.all()
    printed = [month_context(register, month, notes, month, part, 3) for part in (1, 2, 3)]
    assert [(one["first"], one["last"], one["part"]) for one in printed] == [
        ("0001", "0004", "Phần 1/3"), ("0005", "0008", "Phần 2/3"), ("0009", "0009", "Phần 3/3"),
    ]  # fmt: skip
    assert [[(row["where"], row["count"], row["copies"]) for row in one["totals"]] for one in printed] == [
        [("Trong phần này", 4, 3)], [("Trong phần này", 4, 4)], [("Trong phần này", 1, 1), ("Cả tháng", 9, 8)],
    ]  # fmt: skip
    officer = as_(Role.COUNTER_OFFICER)
    assert "?part=3" in officer.get(to("register", register.pk)).content.decode()
    print_ = to("register_month", register.pk, "2026-11")
    assert officer.get(print_ + "?part=3")["Content-Disposition"].endswith('chi-nhanh-3-2026-11-3.pdf"')
    for part in ("0", "4", "x"):
        assert officer.get(f"{print_}?part={part}").status_code == 404


def test_a_month_without_a_line_has_no_print(as_: As, register: Register) -> None:
    officer = as_(Role.COUNTER_OFFICER)
    answer = officer.get(to("register_month", register.pk, "2026-11"))
    assert answer["Content-Type"] == "application/pdf" and "no-store" in answer["Cache-Control"]
    for month in ("2026-10", "2026-13", "khong"):
        assert officer.get(to("register_month", register.pk, month)).status_code == 404


# -- for anyone ---------------------------------------------------------------------------------------------------------


def test_anyone_sees_and_keeps_a_closing(client: Client, register: Register) -> None:
    first, second = close_days(hanoi("2026-11-25 00:05"))
    assert "24/11/2026" in client.get(to("closings")).content.decode()
    page = client.get(to("closing", second.day)).content.decode()
    assert "SCT/BS" in page and "0003" in page and second.hash[:8] in page and first.hash[:8] in page
    assert "The paper (PDF)" not in page and client.get(to("closing_pdf", second.day)).status_code == 404
    keep_closing_paper(closing=second, at=MONDAY)
    assert to("closing_pdf", second.day) in client.get(to("closing", second.day)).content.decode()
    assert client.get(to("closing_pdf", second.day)).content.startswith(b"%PDF-")
    kept = client.get(to("closing_json", second.day))
    assert kept["Content-Type"] == "application/json" and "public" in kept["Cache-Control"]
    assert kept.content == published_bytes(second) and json.loads(kept.content)["previous"] == first.hash


def test_what_was_not_closed_is_not_there(client: Client, register: Register) -> None:
    close_days(hanoi("2026-11-25 00:05"))
    for day in ("2026-11-25", "20261124", "khong", "2026-11-99"):
        assert client.get(to("closing", day)).status_code == 404
    assert client.get(to("closings") + "?before=khong").status_code == 200


def test_a_day_is_found_by_its_date(client: Client, register: Register) -> None:
    close_days(hanoi("2026-11-25 00:05"))
    assert client.get(to("closings"), {"day": "2026-11-24"})["Location"] == to("closing", "2026-11-24")
    for day in ("2026-11-25", "khong"):
        page = client.get(to("closings"), {"day": day}).content.decode()
        assert "There is no closing of this day." in page and f'value="{day}"' in page


def test_closings_are_listed_thirty_a_page_the_newest_first(
    client: Client, register: Register, django_assert_num_queries: Any
) -> None:
    close_days(hanoi("2026-12-28 00:05"))
    page = client.get(to("closings"))
    assert [f"{row.day:%m-%d}" for row, _hash, _paper in (page.context["rows"][0], page.context["rows"][-1])] == [
        "12-27", "11-28",
    ]  # fmt: skip
    with django_assert_num_queries(1):
        older = client.get(to("closings") + f"?before={page.context['next_page']}")
    assert [f"{row.day:%m-%d}" for row, _hash, _paper in older.context["rows"]] == [
        "11-27",
        "11-26",
        "11-25",
        "11-24",
        "11-23",
    ]
    assert older.context["next_page"] is None


def test_a_closing_asks_as_often_for_many_registers_as_for_one(
    client: Client, register: Register, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    (one,) = close_days(hanoi("2026-11-24 00:05"))
    for number in range(4, 9):
        a_line(a_centre(f"chi-nhanh-{number}", f"H26.30.{number}"), at=MONDAY + timedelta(days=1))
    (many,) = close_days(hanoi("2026-11-25 00:05"))
    with django_assert_max_num_queries(5) as asked:
        client.get(to("closing", one.day))
    with django_assert_num_queries(len(asked)):
        assert len(client.get(to("closing", many.day)).context["rows"]) == 6


# -- striking through ---------------------------------------------------------------------------------------------------


@pytest.fixture
def made(centre: Any) -> CertificationItem:
    """A copy that was made for a draft's checklist."""
    item = an_approved_item()
    make_certified_copy(item_id=item.pk, now=lambda: MONDAY)
    item.refresh_from_db()
    assert item.entry is not None and item.state == JobState.FILED
    return item


def strike_page(item: CertificationItem) -> str:
    assert item.entry is not None
    return to("strike_entry", item.entry.register_id, item.entry.sequence)


def test_a_leader_sees_the_line_and_what_follows_before_it_is_struck(as_: As, made: CertificationItem) -> None:
    leader = as_(Role.LEADER)
    assert made.entry is not None
    page = leader.get(to("register", made.entry.register_id)).content.decode()
    assert strike_page(made) in page
    page = leader.get(strike_page(made)).content.decode()
    for words in ("Strike line 0001 through", made.entry.title, "not used again", "told by a message", "1 checklist"):
        assert words in page, words
    answer = leader.post(strike_page(made), {"reason": " "})
    assert answer.status_code == 400 and "Please say why in a few words." in answer.content.decode()
    assert judge_code(made.check_code or "").finding == Finding.GENUINE


def test_a_struck_line_stays_readable_and_its_copy_does_not_count_any_more(as_: As, made: CertificationItem) -> None:
    paper, application = made.for_paper, made.certification.application
    assert paper is not None and paper.is_there and made.entry is not None and made.output is not None
    held = HeldDocument.objects.get(citizen=application.applicant)
    leader = as_(Role.LEADER)
    page = leader.post(strike_page(made), {"reason": " nhầm   bản chính "}, follow=True).content.decode()
    said = " ".join(page.split())
    assert "Line 0001 is struck through." in said
    assert "Struck through on 23/11/2026 by Phạm Quốc Dũng: nhầm bản chính" in said and made.entry.title in said
    assert strike_page(made) not in page
    assert judge_code(made.check_code or "").finding == Finding.STRUCK
    paper.refresh_from_db()
    held.refresh_from_db()
    assert (paper.state, paper.document_id) == (PaperState.MISSING, None)
    assert held.valid_until == clock.local_day(MONDAY) - timedelta(days=1)
    told = Message.objects.get(kind="copy_struck")
    assert told.reference == application.code and application.code in told.body
    # A number is not used again, and a second strike is none.
    assert a_line(made.entry.register.centre).sequence == 2
    assert "struck through already" in leader.get(strike_page(made), follow=True).content.decode()
    leader.post(strike_page(made), {"reason": "lần nữa"})
    assert made.entry.register.notes.filter(kind=NoteKind.STRUCK).count() == 1
    assert not list(find_faults({}, Count()))


def test_a_line_whose_copy_is_being_made_is_struck_once_it_is_there(as_: As, centre: Any) -> None:
    item = an_approved_item()
    _claim(item.pk, MONDAY)
    answer = as_(Role.MANAGER).post(strike_page(item), {"reason": "nhầm"})
    assert answer.status_code == 409 and "still being made" in answer.content.decode()
    make_certified_copy(item_id=item.pk, now=lambda: MONDAY + timedelta(hours=1))
    assert as_(Role.MANAGER).post(strike_page(item), {"reason": "nhầm"}).status_code == 302


def test_a_line_that_nobody_has_signed_yet_is_struck_and_its_copy_is_not_made(as_: As, centre: Any) -> None:
    paper = a_missing_paper()
    item = an_approved_item(paper)
    manager = as_(Role.MANAGER)
    assert "not signed yet" in manager.get(strike_page(item)).content.decode()
    assert manager.post(strike_page(item), {"reason": "nhầm"}).status_code == 302
    assert make_certified_copy(item_id=item.pk, now=lambda: MONDAY) is None
    item.refresh_from_db()
    paper.refresh_from_db()
    assert item.state == JobState.FAILED and paper.state == PaperState.MISSING
    assert Application.objects.get(pk=item.certification.application_id).state == State.STOPPED
    assert not Message.objects.filter(kind="copy_struck").exists(), "nobody holds a copy"
    assert an_item(paper).state == JobState.WAITING, "it can be certified anew"


def test_without_a_contact_the_page_asks_to_tell_the_person(as_: As, made: CertificationItem) -> None:
    Application.objects.filter(pk=made.certification.application_id).update(contact_phone="", contact_email="")
    assert "please tell the person" in as_(Role.LEADER).get(strike_page(made)).content.decode()
    as_(Role.LEADER).post(strike_page(made), {"reason": "nhầm"})
    assert not Message.objects.filter(kind="copy_struck").exists()


def test_officers_do_not_strike_and_a_line_that_is_not_there_is_none(as_: As, made: CertificationItem) -> None:
    assert made.entry is not None
    officer = as_(Role.COUNTER_OFFICER)
    assert strike_page(made) not in officer.get(to("register", made.entry.register_id)).content.decode()
    assert officer.post(strike_page(made), {"reason": "nhầm"}).status_code == 403
    assert as_(Role.LEADER).get(to("strike_entry", made.entry.register_id, 9)).status_code == 404
