"""What people come for in the demo, and what the officer at the counter does about it, through the real actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from applications.actions.choose import choose
from applications.actions.documents_wanted import Signs
from applications.actions.edit_draft import acknowledge, answer_facts, drop_draft, keep_form, set_delivery
from applications.actions.hand_over import hand_over
from applications.actions.mark_paper import mark_paper
from applications.actions.receive import receive
from applications.actions.refuse_certification import refuse_certification
from applications.catalogue import notices_for
from applications.demo.certify import add_here, certify_here, nothing_forbids
from applications.demo.handling import PAID_LATER
from applications.demo.people import ADULTS, ELDERS, PARENTS, Crowd, Person, identify_at_counter
from applications.enums import PAPER_THERE, Delivery, PaperState
from applications.models import Application
from applications.result_ways import address_for_post
from centres.actions.finish import finish
from centres.actions.matters import finish_matter
from centres.actions.park import park
from centres.actions.transfer import transfer
from centres.actions.welcome import welcome
from centres.enums import PriorityGround
from centres.models import Service, Ticket
from citizens.enums import Sex
from citizens.models import User
from portal import clock
from procedures.enums import CopyForm
from procedures.models import Procedure

LAND = "land_change_info"


class Errand(StrEnum):
    """Why somebody comes."""

    LAND = "land"
    LAND_JOINT = "land of a couple"
    LAND_CERTIFY = "land of a couple, copy certified here"
    LAND_DECLINED = "told that it is not compulsory, goes home"
    LAND_FILLS_IN = "set aside to fill in the form"
    BIRTH = "birth"
    MARRIAGE = "marriage"
    COPY = "certified copy"
    COPIES = "three papers to certify, one of them refused"
    SIGNATURE = "signs before the officer"
    COLLECT = "collects a result"
    ASK = "asks and goes"
    PASSED_ON = "asks and is passed on to land"
    GONE = "does not come when called"


LETTERS = {
    **dict.fromkeys(
        (Errand.LAND, Errand.LAND_JOINT, Errand.LAND_CERTIFY, Errand.LAND_DECLINED, Errand.LAND_FILLS_IN), "A"
    ),
    **dict.fromkeys((Errand.BIRTH, Errand.MARRIAGE, Errand.GONE), "B"),
    **dict.fromkeys((Errand.COPY, Errand.COPIES, Errand.SIGNATURE), "C"),
    Errand.COLLECT: "D",
    **dict.fromkeys((Errand.ASK, Errand.PASSED_ON), "E"),
}
PROCEDURES = {
    **dict.fromkeys(
        (Errand.LAND, Errand.LAND_JOINT, Errand.LAND_CERTIFY, Errand.LAND_DECLINED, Errand.LAND_FILLS_IN),
        LAND,
    ),
    Errand.BIRTH: "birth",
    Errand.MARRIAGE: "marriage",
    **dict.fromkeys((Errand.COPY, Errand.COPIES), "certified_copy"),
    Errand.SIGNATURE: "signature_cert",
}
# The usual length at the counter, in minutes, from and to.
LENGTHS = {
    **dict.fromkeys(PROCEDURES, (9, 12)),
    Errand.BIRTH: (13, 19),
    Errand.MARRIAGE: (13, 19),
    Errand.LAND_DECLINED: (5, 7),
    **dict.fromkeys((Errand.COPY, Errand.COPIES, Errand.SIGNATURE), (4, 6)),
    Errand.COLLECT: (3, 4),
    Errand.ASK: (2, 4),
    Errand.PASSED_ON: (2, 3),
    Errand.GONE: (3, 3),
}
_AGES = {Errand.BIRTH: PARENTS, Errand.MARRIAGE: PARENTS}
# Papers people have certified copies of.
_COPIED = ("Bằng tốt nghiệp đại học", "Giấy khai sinh", "Giấy chứng nhận kết hôn", "Sổ hộ khẩu cũ", "Hợp đồng lao động")
_NOT_CONFIRMED = "Giấy vay tiền viết tay"
_THREE = ("Giấy khai sinh", "Bằng tốt nghiệp trung học phổ thông", _NOT_CONFIRMED)
_TO_SIGN = "Giấy uỷ quyền nhận lương hưu"
# Of so many parents one wants the result by post.
_OF_WHOM_ONE = 3
_JOINT = (Errand.LAND_JOINT, Errand.LAND_CERTIFY)


@dataclass
class Visit:
    """One person's visit: when they come, why, and what came of it."""

    errand: Errand
    arrives: datetime
    person: Person
    minutes: float
    ground: PriorityGround = PriorityGround.NONE
    language: str = "vi"
    # Whom a marriage is with, or whose result is collected.
    partner: Person | None = None
    collects: Application | None = None
    key: str = ""
    draft: Application | None = None
    dossier: Application | None = None

    @property
    def letter(self) -> str:
        return LETTERS[self.errand]


def plan(errand: Errand, arrives: datetime, crowd: Crowd, rng: Random, ground: PriorityGround) -> Visit:
    """A visit of somebody who fits the errand and the ground of priority."""
    ages = ELDERS if ground == PriorityGround.AGE_75 else (61, 74) if ground == PriorityGround.AGE_60 else None
    person = crowd.next(ages or _AGES.get(errand, ADULTS))
    partner = None
    if errand == Errand.MARRIAGE:
        partner = crowd.next(PARENTS, Sex.FEMALE if person.sex == Sex.MALE else Sex.MALE)
    return Visit(errand, arrives, person, rng.uniform(*LENGTHS[errand]), ground, partner=partner)


def begin(visit: Visit, ticket: Ticket, officer: User, at: datetime) -> None:
    """The person sits down and shows the card; the procedure is chosen and the first paper lies on the table."""
    citizen = identify_at_counter(visit.person, ticket, at, officer)
    ticket = welcome(ticket=ticket, citizen=citizen, at=at, acting_user=officer)
    if visit.errand not in PROCEDURES:
        return
    procedure = Procedure.objects.get(key=PROCEDURES[visit.errand])
    draft = choose(ticket=ticket, procedure=procedure, at=at, acting_user=officer)
    if procedure.key == LAND:
        facts = {"unit_rearrangement": True, "joint_owners": visit.errand in _JOINT}
        draft = answer_facts(application=draft, facts=facts, at=at, acting_user=officer)
    missing = draft.papers.filter(state=PaperState.MISSING).order_by("order").first()
    if missing:
        mark_paper(paper=missing, there=True, at=at, acting_user=officer)
    visit.draft = draft


def end(visit: Visit, ticket: Ticket, officer: User, services: Mapping[str, Service], at: datetime) -> None:
    """What the visit comes to. The ticket is done with it, but where it is set aside or passed on."""
    match visit.errand:
        case Errand.LAND_FILLS_IN:
            park(ticket=ticket, reason="Điền tờ khai ở bàn viết", at=at, acting_user=officer)
        case Errand.PASSED_ON:
            transfer(ticket=ticket, service=services["A"], reason="Hỏi về sổ đỏ", at=at, acting_user=officer)
        case Errand.LAND_DECLINED:
            drop_draft(application=_draft_of(visit), at=at, acting_user=officer)
            finish(ticket=ticket, at=at, acting_user=officer)
        case Errand.COLLECT | Errand.ASK:
            if visit.collects is not None:
                name = visit.person.full_name
                hand_over(
                    application=visit.collects,
                    handed_to=name,
                    signature=None,
                    unpaid_reason=PAID_LATER,
                    at=at,
                    acting_user=officer,
                )
            finish(ticket=ticket, at=at, acting_user=officer)
        case _:
            visit.dossier = receive(application=_filled_in(visit, officer, at), at=at, acting_user=officer)
            if visit.letter == "C" and visit.dossier.matter is not None:  # they fetch it later
                finish_matter(matter=visit.dossier.matter, at=at, acting_user=officer)


def _draft_of(visit: Visit) -> Application:
    if visit.draft is None:
        raise ValueError(f"the visit {visit.key} has not begun")
    return visit.draft


def _filled_in(visit: Visit, officer: User, at: datetime) -> Application:
    """The draft with its form, notices and papers: nothing is missing for receiving it."""
    draft = _draft_of(visit)
    values = _form_values(visit, draft)
    draft = keep_form(application=draft, values=values, at=at, acting_user=officer)
    if visit.errand == Errand.BIRTH and int(visit.person.number[-2:]) % _OF_WHOM_ONE == 0:
        draft = set_delivery(
            application=draft, delivery=Delivery.POST, address=address_for_post(draft), at=at, acting_user=officer
        )
    if visit.letter == "C":
        draft = _with_documents(visit, draft, officer, at)
    for notice in notices_for(draft, at):
        if notice.get("acknowledge"):
            draft = acknowledge(application=draft, notice=notice["key"], at=at, acting_user=officer)
    for paper in draft.papers.exclude(state__in=PAPER_THERE).select_related("kind"):
        if visit.errand == Errand.LAND_CERTIFY and paper.form_of_copy == CopyForm.CERTIFIED_COPY:
            certify_here(paper, visit.key, at, officer)
        else:
            mark_paper(paper=paper, there=True, at=at, acting_user=officer)
    return draft


def _form_values(visit: Visit, draft: Application) -> dict[str, Any]:
    person, citizen = visit.person, draft.applicant
    serial = int(person.number[-4:])
    address = (citizen.address or citizen.card_address) if citizen else person.residence
    match PROCEDURES[visit.errand]:
        case "land_change_info":
            return {
                "certificate_serial": f"CT {100000 + serial}",
                "parcel_number": str(serial % 240 + 1),
                "map_sheet": str(serial % 40 + 1),
                "parcel_unit": citizen.unit_code if citizen else "",
                "old_address": f"{person.street}, phường {person.ward}, quận Đống Đa, Hà Nội",
                "new_address": address,
            }
        case "birth":
            parent = "father" if person.sex == Sex.MALE else "mother"
            child = person.full_name.split()[0]
            return {
                "child_name": f"{child} Bé Mẫu",
                "child_born": (clock.local_day(draft.started_at) - timedelta(days=serial % 40 + 3)).isoformat(),
                "child_sex": "female" if serial % 2 else "male",
                "child_ethnicity": "Kinh",
                "child_nationality": "Việt Nam",
                "birth_place": "Bệnh viện Phụ sản Hà Nội",
                "child_home_place": "Hà Nội",
                "relation": parent,
                f"{parent}_name": person.full_name,
                f"{parent}_identity": person.number,
            }
        case "marriage":
            both = {person.sex: person}
            if visit.partner is not None:
                both[visit.partner.sex] = visit.partner
            values: dict[str, Any] = {}
            for side, sex in (("husband", Sex.MALE), ("wife", Sex.FEMALE)):
                one = both[sex]
                values |= {
                    f"{side}_name": one.full_name,
                    f"{side}_born": one.born.isoformat(),
                    f"{side}_identity": one.number,
                    f"{side}_residence": one.residence,
                    f"{side}_times": 1,
                }
            return values
    return {}


def _with_documents(visit: Visit, draft: Application, officer: User, at: datetime) -> Application:
    """A request with its documents, each looked at; of three the last is a paper that nobody has confirmed."""
    serial = int(visit.person.number[-4:])
    if visit.errand == Errand.SIGNATURE:
        signs = Signs(full_name=visit.person.full_name, identity_number=visit.person.number)
        item = add_here(draft, visit.key, _TO_SIGN, 1, at, officer, signs)
        nothing_forbids(item, at, officer)
    elif visit.errand == Errand.COPY:
        title = _COPIED[serial % len(_COPIED)]
        nothing_forbids(add_here(draft, visit.key, title, serial % 3 + 1, at, officer), at, officer)
    else:
        for number, title in enumerate(_THREE):
            item = add_here(draft, f"{visit.key}-{number}", title, 2, at, officer)
            if title == _NOT_CONFIRMED:
                refuse_certification(item=item, ground="private", at=at, acting_user=officer)
            else:
                nothing_forbids(item, at, officer)
    return Application.objects.get(pk=draft.pk)
