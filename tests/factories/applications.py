"""Dossiers for tests, made the way people make them: by a number, a counter and the real actions.

    ticket = a_ticket_at_counter()
    draft = a_draft()                      # a birth registration with everything that receiving asks for
    dossier = a_dossier(state=State.DONE)  # taken, proposed and signed by the right people

The catalogue is loaded from its files when the first one is made. Nothing here is kept between tests.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.core.cache import cache
from django.core.management import call_command

from applications.actions.choose import choose
from applications.actions.edit_draft import acknowledge, keep_form, set_applicant, set_contact
from applications.actions.hand_over import hand_over
from applications.actions.handle import propose, sign, take
from applications.actions.mark_paper import mark_paper
from applications.actions.other_matter import go_on_as_other_matter
from applications.actions.receive import receive
from applications.actions.supplement import ask_supplement
from applications.catalogue import notices_for
from applications.duplicates import twins_of
from applications.enums import PAPER_THERE, State
from applications.models import Application
from centres.enums import CounterState, Role
from centres.models import Centre, Counter, Membership, Service, Ticket
from citizens.models import Citizen, User
from portal.clock import local_day
from procedures.models import Field, NationalDay, Procedure, Unit
from tests.factories.citizens import CitizenFactory, UserFactory
from tests.law import load_catalogue
from tests.moments import hanoi

MONDAY = hanoi("2026-11-23 10:26")
PHONE = "+84912345678"
LAST4 = "5678"

# What is typed into each procedure's form at the counter, beyond what the citizen's record gives.
FORMS: dict[str, dict[str, Any]] = {
    "land_change_info": {
        "certificate_serial": "AB 123456",
        "parcel_number": "45",
        "map_sheet": "12",
        "parcel_unit": "00229",
        "old_address": "12 ngõ 5, phường Kim Liên, quận Đống Đa, Hà Nội",
        "new_address": "12 ngõ 5, phường Kim Liên, Hà Nội",
    },
    "birth": {
        "child_name": "Nguyễn Gia Bảo",
        "child_born": "2026-11-02",
        "child_sex": "male",
        "child_ethnicity": "Kinh",
        "child_nationality": "Việt Nam",
        "birth_place": "Bệnh viện Phụ sản Hà Nội",
        "child_home_place": "Hà Nội",
        "relation": "mother",
        "mother_name": "Nguyễn Thị Ánh",
    },
    "marriage": {
        "husband_name": "Phạm Văn Nam",
        "husband_born": "1992-05-06",
        "husband_identity": "001092000123",
        "husband_residence": "Phường Kim Liên, Hà Nội",
        "husband_times": 1,
        "wife_name": "Nguyễn Thị Ánh",
        "wife_born": "1990-02-01",
        "wife_identity": "001190000321",
        "wife_residence": "Phường Kim Liên, Hà Nội",
        "wife_times": 1,
    },
    "certified_copy": {"document_name": "Giấy chứng nhận kết hôn", "page_count": 2, "copy_count": 1},
}


def load_law() -> None:
    """The catalogue and the national days as they ship, once in a test's database."""
    if not Procedure.objects.exists():
        cache.clear()
        load_catalogue()
    if not NationalDay.objects.exists():
        call_command("load_national_days", verbosity=0)


def a_centre(code: str = "chi-nhanh-3", agency_code: str = "H26.30.3") -> Centre:
    """Branch no. 3 unless another is named, with a service for every field."""
    load_law()
    centre = Centre.objects.filter(code=code).first()
    if centre is None:
        centre = Centre.objects.create(
            code=code,
            agency_code=agency_code,
            name={"vi": f"Chi nhánh số {agency_code[-1]}, Trung tâm Phục vụ hành chính công thành phố Hà Nội"},
            short_name={"vi": f"Chi nhánh số {agency_code[-1]}", "en": f"Branch no. {agency_code[-1]}"},
        )
    for order, field in enumerate(Field.objects.all()):
        Service.objects.get_or_create(
            centre=centre,
            letter="ABCDEFGHIJKLMNOPQRSTUVWXYZ"[order],
            defaults={"field": field, "title": field.name, "order": order},
        )
    return centre


def a_member(role: str, centre: Centre | None = None, full_name: str = "", **user: Any) -> User:
    """Somebody with this role at the centre (branch no. 3 unless named; a city administrator belongs to none)."""
    names = {
        Role.COUNTER_OFFICER: "Lê Thị Hương",
        Role.SPECIALIST: "Trần Văn Bình",
        Role.LEADER: "Phạm Quốc Dũng",
        Role.MANAGER: "Đỗ Minh Châu",
        Role.CITY_ADMIN: "Vũ Hải Yến",
        Role.SUPPORT: "Ngô Thị Thử",
        Role.HELPER: "Hà Thu Lan",
    }
    person = UserFactory(full_name=full_name or names[Role(role)], **user)
    place = None if role == Role.CITY_ADMIN else centre or a_centre()
    Membership.objects.create(user=person, centre=place, role=role, valid_from=hanoi("2025-07-01 00:00").date())
    return person


def member_of(role: str, centre: Centre) -> User:
    """The first person with this role there, made when there is none yet."""
    membership = Membership.objects.filter(role=role, centre=centre).select_related("user").order_by("id").first()
    return membership.user if membership else a_member(role, centre)


def a_counter(centre: Centre, officer: User) -> Counter:
    """The officer's open counter, giving every service."""
    counter = Counter.objects.filter(officer=officer).first()
    if counter is None:
        number = Counter.objects.filter(centre=centre).count() + 1
        counter = Counter.objects.create(centre=centre, number=number, state=CounterState.OPEN, officer=officer)
        counter.services.set(Service.objects.filter(centre=centre))
    return counter


def a_ticket_at_counter(
    *, centre: Centre | None = None, officer: User | None = None, citizen: Citizen | None = None, at: datetime = MONDAY
) -> Ticket:
    """A number that was drawn a quarter of an hour ago and whose person stands at the officer's counter."""
    centre = centre or a_centre()
    officer = officer or member_of(Role.COUNTER_OFFICER, centre)
    counter = a_counter(centre, officer)
    # One person at a counter: whoever was there before has gone.
    for before in Ticket.objects.at_counter().filter(counter=counter):
        before.finish(at)
        before.save()
    number = Ticket.objects.of_day(centre, local_day(at)).count() + 1
    service = Service.objects.filter(centre=centre).order_by("order").first()
    ticket = Ticket.objects.create(
        centre=centre,
        service=service,
        day=local_day(at),
        letter=service.letter,
        number=number,
        client_key=uuid4().hex,
        issued_at=at - timedelta(minutes=19),
        queue_at=at - timedelta(minutes=19),
        citizen=citizen,
    )
    ticket.call(counter, at - timedelta(minutes=5))
    ticket.arrive(at - timedelta(minutes=4))
    ticket.save()
    return ticket


def a_draft(
    *,
    procedure: str = "birth",
    ticket: Ticket | None = None,
    citizen: Citizen | None = None,
    officer: User | None = None,
    complete: bool = True,
    phone: str = PHONE,
    email: str = "anh@example.vn",
    at: datetime = MONDAY,
) -> Application:
    """A draft at the counter; ``complete`` means that nothing is missing for receiving it."""
    citizen = citizen or CitizenFactory(address="12 ngõ 5 phố Chùa Bộc, phường Kim Liên, Hà Nội")
    ticket = ticket or a_ticket_at_counter(citizen=citizen, officer=officer, at=at)
    officer = officer or ticket.counter.officer
    if procedure == "land_change_info" and not Unit.objects.exists():
        call_command("load_units", verbosity=0)
    draft = choose(ticket=ticket, procedure=Procedure.objects.get(key=procedure), at=at, acting_user=officer)
    draft = set_applicant(application=draft, citizen=citizen, at=at, acting_user=officer)
    if not complete:
        return draft
    draft = set_contact(application=draft, phone=phone, email=email, at=at, acting_user=officer)
    if procedure == "certified_copy":
        from tests.factories.certifications import a_document, checked  # noqa: PLC0415 - it makes drafts by this one

        checked(a_document(draft, "Giấy chứng nhận kết hôn", pages=2, several_on_a_sheet=True), at)
        draft = Application.objects.get(pk=draft.pk)
    draft = keep_form(application=draft, values=FORMS[procedure], at=at, acting_user=officer)
    for notice in notices_for(draft, at):
        if notice.get("acknowledge"):
            draft = acknowledge(application=draft, notice=notice["key"], at=at, acting_user=officer)
    for paper in draft.papers.exclude(state__in=PAPER_THERE):
        mark_paper(paper=paper, there=True, at=at, acting_user=officer)
    if twins_of(draft, at):
        draft = go_on_as_other_matter(application=draft, reason="việc khác", at=at, acting_user=officer)
    return draft


def a_dossier(*, state: int = State.ACCEPTED, at: datetime = MONDAY, **draft: Any) -> Application:
    """A received dossier, brought on to ``state`` by the people of its centre, an hour a step."""
    application = a_draft(at=at, **draft)
    centre = application.helped_at
    dossier = receive(application=application, at=at, acting_user=application.opened_by)
    if state == State.ACCEPTED:
        return dossier
    specialist, leader = member_of(Role.SPECIALIST, centre), member_of(Role.LEADER, centre)
    dossier = take(application=dossier, at=at + timedelta(hours=1), acting_user=specialist)
    if state == State.SUPPLEMENT:
        return ask_supplement(
            application=dossier,
            faults="Giấy chứng sinh bị mờ, xin nộp bản rõ hơn.",
            at=at + timedelta(hours=2),
            acting_user=specialist,
        )
    if state == State.PROCESSING:
        return dossier
    dossier = propose(
        application=dossier, number="123/TP-KS", document=None, at=at + timedelta(hours=2), acting_user=specialist
    )
    dossier = sign(application=dossier, at=at + timedelta(hours=3), acting_user=leader)
    if state == State.DONE:
        return dossier
    return hand_over(
        application=dossier,
        handed_to=dossier.applicant.full_name,
        signature=None,
        unpaid_reason="Nộp sau",
        at=at + timedelta(hours=4),
        acting_user=dossier.received_by,
    )


def a_draft_for_elsewhere(*, office: Centre | None = None, at: datetime = MONDAY, **draft: Any) -> Application:
    """A birth at the counter of branch no. 3 that another branch decides on (no. 4, unless named), ready to be received."""
    from applications.actions.edit_draft import answer_facts, choose_office  # noqa: PLC0415

    made = a_draft(at=at, **draft)
    officer = made.opened_by
    made = answer_facts(application=made, facts={"other_territory": True}, at=at, acting_user=officer)
    office = office or a_centre("chi-nhanh-4", "H26.30.4")
    made = choose_office(application=made, office=office, at=at, acting_user=officer)
    for paper in made.papers.exclude(state__in=PAPER_THERE):
        mark_paper(paper=paper, there=True, at=at, acting_user=officer)
    return made


def a_dossier_for_elsewhere(*, at: datetime = MONDAY, **draft: Any) -> Application:
    """The same, received and not handed over yet."""
    made = a_draft_for_elsewhere(at=at, **draft)
    return receive(application=made, at=at, acting_user=made.opened_by)


def a_linked_dossier(
    procedure: str = "birth_linked",
    *facts: str,
    citizen: Citizen | None = None,
    at: datetime = MONDAY,
    taken: bool = True,
) -> Application:
    """A dossier of linked services: filed at the national portal, received at the desk, in the specialist's hands an hour
    later."""
    from applications.actions.edit_draft import answer_facts  # noqa: PLC0415
    from applications.actions.file_online import open_filing, take_in_filing  # noqa: PLC0415
    from tests.factories.national import a_filing  # noqa: PLC0415 - it needs the catalogue's tables

    centre = a_centre()
    officer = member_of(Role.COUNTER_OFFICER, centre)
    code = Procedure.objects.get(key=procedure).code
    number = Application.objects.count() + 9001
    arrival, _is_new = take_in_filing(hoso=a_filing(f"H26.30.3-261122-{number}", code), at=at)
    draft, _warnings = open_filing(arrival=arrival, ticket=None, at=at, acting_user=officer)
    if citizen is not None:
        draft = set_applicant(application=draft, citizen=citizen, at=at, acting_user=officer)
    draft = answer_facts(application=draft, facts=dict.fromkeys(facts, True), at=at, acting_user=officer)
    for paper in draft.papers.exclude(state__in=PAPER_THERE):
        mark_paper(paper=paper, there=True, at=at, acting_user=officer)
    dossier = receive(application=draft, at=at, acting_user=officer)
    if not taken:
        return dossier
    return take(application=dossier, at=at + timedelta(hours=1), acting_user=member_of(Role.SPECIALIST, centre))
