"""Every address as everybody: what nobody, a screen, each role here and each role of another centre gets to see.

``TABLE`` is the rule book: an address without a row fails, and so does any answer that the table does not foresee.
Each request is undone before the next one is made, so that all of them see the same centre.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from applications.actions.handle import propose, take
from applications.enums import State
from applications.models import Paper
from centres.actions.announce_hall import announce
from centres.device_access import cookie_name, remember
from centres.enums import DeviceKind, Role
from centres.models import Device
from citizens.models import Citizen, HeldDocument, Look
from tests.factories.applications import (
    FORMS,
    LAST4,
    MONDAY,
    a_centre,
    a_dossier,
    a_draft,
    a_member,
    a_ticket_at_counter,
    member_of,
)
from tests.factories.centres import AppointmentFactory, BookingRulesFactory, DeviceFactory, TicketFactory
from tests.factories.certifications import a_missing_paper, a_picture, an_item
from tests.factories.citizens import CitizenFactory, UserFactory
from tests.moments import hanoi
from tests.notifications.test_push import GOOD

pytestmark = pytest.mark.django_db

PICTURE = a_picture()
IDENTITY = "001190654321"
# The columns of the table. The last four work at another centre.
COLUMNS = {
    "N": "nobody",
    "K": "kiosk",
    "B": "board",
    "X": "signed in without a role",
    "O": Role.COUNTER_OFFICER,
    "S": Role.SPECIALIST,
    "L": Role.LEADER,
    "M": Role.MANAGER,
    "A": Role.CITY_ADMIN,
    "o": Role.COUNTER_OFFICER,
    "s": Role.SPECIALIST,
    "l": Role.LEADER,
    "m": Role.MANAGER,
}
# . done or shown   r asked rightly, refused by a rule with a sentence   s sign in first   f not for this role (403)
# 0 no such thing here (404)   - no such method (405)
TABLE = """
GET  home                                           .... ..... ....
GET  healthz                                        .... ..... ....
GET  readyz                                         .... ..... ....
POST large_print                                    .... ..... ....
POST set_language                                   .... ..... ....
GET  login                                          .... ..... ....
POST login                                          .... ..... ....
POST logout                                         sss. ..... ....
GET  room                                           sss. ..... ....
GET  centres:kiosk                                  s.ss sssss ssss
GET  centres:kiosk_again                            s.ss sssss ssss
GET  centres:kiosk_tiles                            s.ss sssss ssss
GET  centres:kiosk_help                             s.ss sssss ssss
GET  centres:kiosk_which                            s.ss sssss ssss
GET  centres:kiosk_question                         s.ss sssss ssss
POST centres:kiosk_question                         s.ss sssss ssss
GET  centres:kiosk_come_back                        s.ss sssss ssss
POST centres:kiosk_reprint                          s.ss sssss ssss
GET  centres:kiosk_sms                              s.ss sssss ssss
POST centres:kiosk_sms                              s.ss sssss ssss
GET  centres:kiosk_worker                           .... ..... ....
GET  centres:kiosk_offline                          s.ss sssss ssss
POST centres:kiosk_reconcile                        s.ss sssss ssss
POST centres:kiosk_draw                             s.ss sssss ssss
GET  centres:kiosk_ground                           s.ss sssss ssss
GET  centres:kiosk_ticket                           s.ss sssss ssss
GET  centres:kiosk_sign_in                          .... ..... ....
POST centres:kiosk_sign_in                          .... ..... ....
GET  centres:kiosk_booked                           s.ss sssss ssss
POST centres:kiosk_booked                           s.ss sssss ssss
POST centres:kiosk_booked_ordinary                  s.ss sssss ssss
POST centres:kiosk_book                             s.ss sssss ssss
GET  centres:kiosk_appointment                      s.ss sssss ssss
GET  centres:book                                   .... ..... ....
GET  centres:book_service                           .... ..... ....
GET  centres:book_matter                            .... ..... ....
GET  centres:book_day                               .... ..... ....
GET  centres:book_slot                              .... ..... ....
GET  centres:book_details                           .... ..... ....
POST centres:book_details                           .... ..... ....
GET  centres:book_mine                              .... ..... ....
GET  centres:book_calendar                          .... ..... ....
POST centres:book_check_in                          .... ..... ....
GET  centres:book_cancel                            .... ..... ....
POST centres:book_cancel                            .... ..... ....
GET  centres:book_move                              .... ..... ....
GET  centres:book_move_slot                         .... ..... ....
POST centres:book_move_slot                         .... ..... ....
GET  centres:board                                  ss.s sssss ssss
GET  centres:board_calls                            ss.s sssss ssss
GET  centres:board_sign_in                          .... ..... ....
POST centres:board_sign_in                          .... ..... ....
GET  centres:day                                    sssf fff.. fff.
GET  centres:day_needs                              sssf fff.. fff.
GET  centres:day_queue                              sssf fff.. fff.
GET  centres:day_served                             sssf fff.. fff.
GET  centres:day_tickets                            sssf fff.. fff.
GET  centres:day_papers                             sssf fff.. fff.
GET  centres:day_accuracy                           sssf fff.. fff.
GET  centres:day_estimates                          sssf fff.. fff.
GET  centres:centre                                 .... ..... ....
GET  centres:day_devices                            sssf fff.. fff.
POST centres:day_devices                            sssf fff.. fff.
GET  centres:day_device                             sssf fff.. ffff
POST centres:day_device                             sssf fff.. ffff
GET  centres:day_announcements                      sssf fff.. fff.
POST centres:day_announcements                      sssf fff.. fff.
POST centres:day_announcement_stop                  sssf fff.. ffff
POST centres:day_device_revoke                      sssf fff.. ffff
GET  centres:day_counter                            sssf fff.. fff0
POST centres:day_counter_change                     sssf fff.. fff0
GET  centres:day_what_if                            sssf fff.. fff.
GET  centres:day_replay                             sssf fff.. fff.
GET  centres:day_replay_part                        sssf fff.. fff.
GET  centres:day_report                             sssf fff.. fff.
GET  centres:day_report_xlsx                        sssf fff.. fff.
GET  centres:day_report_pdf                         sssf fff.. fff.
GET  centres:day_city                               sssf ffff. ffff
GET  centres:day_city_xlsx                          sssf ffff. ffff
GET  centres:day_city_pdf                           sssf ffff. ffff
GET  centres:day_bookings                           sssf fff.. fff.
GET  centres:day_number                             sssf .ff.. .ff.
POST centres:day_number                             sssf .ff.. rffr
GET  centres:day_hours                              sssf fff.. fff.
POST centres:day_hours                              sssf fff.. fff.
POST centres:day_hours_remove                       sssf fff.. fff.
GET  applications:desk                              sssf .ffff .fff
GET  applications:desk_queue                        sss. ..... ....
POST applications:sit_down                          sssf rff.f ffff
POST applications:pause                             sss0 .0000 0000
POST applications:leave_counter                     sss0 r0000 0000
POST applications:call_next                         sssr rrrrr rrrr
POST applications:call_again                        sssr rrrrr rrrr
POST applications:set_aside                         sssr .rrrr rrrr
POST applications:bring_back                        sss0 rffrf 0000
POST applications:not_here                          sssr rrrrr rrrr
POST applications:pass_on                           sssr .rrrr rrrr
POST applications:call_one                          sss0 r0000 0000
POST applications:give_class                        sss0 .0000 0000
POST applications:missed_back                       sss0 r0000 0000
POST applications:hold_place                        sssr .rrrr rrrr
POST applications:end_visit                         sssr rrrrr rrrr
POST applications:scan                              sssr .rrrr rrrr
POST applications:add_person                        sssr .rrrr rrrr
POST applications:settle_unit                       sssr rrrrr rrrr
POST applications:applicant                         sssr .rrrr rrrr
POST applications:choose                            sssr .rrrr rrrr
POST applications:contact                           sss0 .00ff 0000
POST applications:answer                            sss0 .00ff 0000
POST applications:tell                              sss0 r00ff 0000
POST applications:keep_form                         sss0 .00ff 0000
POST applications:quantity                          sss0 .00ff 0000
POST applications:drop                              sss0 r00ff 0000
POST applications:receive                           sss0 r00ff 0000
GET  applications:papers                            sss0 .00.. 0000
POST applications:tick                              sss0 .00ff 0000
POST applications:use_held                          sss0 r00ff 0000
GET  applications:certify                           sss0 .00.. 0000
POST applications:certify                           sss0 r00ff 0000
GET  applications:certification                     sss0 ..... 0000
POST applications:approve_certification             sss0 .ffff 0000
POST applications:drop_certification                sss0 .ffff 0000
GET  applications:document                          sss0 ..... 0000
GET  applications:receipt                           sss0 ..... 0000
GET  applications:worklist                          sssf ..... ....
GET  applications:dossier                           sss0 ..... 0000
GET  applications:dossier @draft                    sss0 00000 0000
POST applications:dossier_act @take                 sss0 f.fff 0000
POST applications:dossier_act @ask-supplement       sss0 f.fff 0000
POST applications:dossier_act @propose              sss0 f.fff 0000
POST applications:dossier_act @accept-supplement    sss0 ..fff 0000
POST applications:dossier_act @sign                 sss0 ff.ff 0000
POST applications:dossier_act @send-back            sss0 ff.ff 0000
POST applications:dossier_act @hand-over            sss0 .ffff 0000
GET  applications:day_dossiers                      sssf fff.. fff.
GET  applications:track                             .... ..... ....
POST applications:track                             .... ..... ....
GET  applications:ticket                            .... ..... ....
POST applications:hold                              rrrr rrrrr rrrr
POST applications:back_again                        rrrr rrrrr rrrr
POST applications:here_after_all                    rrrr rrrrr rrrr
POST applications:give_back                         rrrr rrrrr rrrr
GET  applications:why                               .... ..... ....
POST applications:rate_visit                        rrrr rrrrr rrrr
GET  applications:push_worker                       .... ..... ....
POST applications:tell_by_sms                       .... ..... ....
POST applications:tell_by_push                      .... ..... ....
POST applications:do_not_tell                       .... ..... ....
GET  applications:check_papers                      .... ..... ....
GET  applications:check_question                    .... ..... ....
POST applications:check_question                    .... ..... ....
GET  applications:check_come_back                   .... ..... ....
GET  applications:public_receipt                    .... ..... ....
GET  api_procedures                                 .... ..... ....
GET  api_procedure                                  .... ..... ....
GET  api_quote                                      .... ..... ....
GET  api_units                                      rrrr rrrrr rrrr
GET  api_unit_resolve                               rrrr rrrrr rrrr
POST api_id_card_parse                              sssf ..... ....
GET  api_centres                                    .... ..... ....
GET  api_centre                                     .... ..... ....
GET  api_slots                                      .... ..... ....
POST api_appointments                               .... ..... ....
GET  api_appointment                                .... ..... ....
POST api_appointment_cancel                         .... ..... ....
POST api_appointment_move                           .... ..... ....
POST api_appointment_check_in                       s.sf ..... ffff
GET  api_tickets                                    sfsf ..... ....
POST api_tickets                                    s.sf ..... ffff
POST api_ticket_next                                sssr rrrrr rrrr
GET  api_ticket                                     sssf ..... 0000
POST api_ticket_recall                              sssf rffrf 0000
POST api_ticket_arrive                              sssf rffrf 0000
POST api_ticket_park                                sssf .ff.f 0000
POST api_ticket_unpark                              sssf rffrf 0000
POST api_ticket_transfer                            sssf .ff.f 0000
POST api_ticket_no_show                             sssf rffrf 0000
POST api_ticket_call                                sssf rffrf 0000
POST api_ticket_priority                            sssf ..... 0000
POST api_ticket_hold                                sssf .ff.f 0000
POST api_ticket_come_back                           sssf rffrf 0000
POST api_ticket_return                              sssf rffrf 0000
POST api_ticket_leave                               sssf .ff.f 0000
POST api_ticket_finish                              sssf rffrf 0000
GET  api_applications                               sssf ..... ....
POST api_take_in                                    sssf rrrrr rrrr
GET  api_application                                sssf ..... 0000
POST api_take                                       sssf f.fff 0000
POST api_propose                                    sssf f.fff 0000
POST api_sign                                       sssf ff.ff 0000
POST api_hand_over                                  sssf .ffff 0000
POST api_tracking                                   .... ..... ....
GET  api_schema                                     .... ..... ....
"""
# Tries are counted by address, and here everybody has the same one.
LIMITED = {
    "applications:tell_by_sms",
    "centres:kiosk_sms",
    "applications:tell_by_push",
    "centres:kiosk_sign_in",
    "centres:board_sign_in",
    "applications:track",
    "api_tracking",
    "api_tickets",
    "centres:kiosk_booked",
    "centres:book_details",
    "api_appointments",
}
# Django's own: whatever is sent, it leads back; only a POST changes the language.
LEADS_BACK = {"set_language"}
# Sent by scripts of our own pages.
IN_JSON = {"centres:kiosk_reconcile", "applications:tell_by_push"}
METHODS = ("GET", "POST", "PUT", "DELETE")


def rows() -> Iterator[tuple[str, str, str, str]]:
    """(method, address's name, which object, expected letters in the order of COLUMNS) of each line."""
    for line in TABLE.strip().splitlines():
        method, name, *more = line.split()
        which = more.pop(0) if more[0].startswith("@") else ""
        yield method, name, which, "".join(more)


def addresses() -> set[str]:
    """Names of every address but those of the administration, which has a rule of its own below."""

    def walk(resolver: URLResolver, space: tuple[str, ...]) -> Iterator[str]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry, (*space, entry.namespace) if entry.namespace else space)
            elif isinstance(entry, URLPattern):
                yield ":".join([*space, entry.name or str(entry.pattern)])

    return {name for name in walk(get_resolver(), ()) if not name.startswith("admin:")}


@dataclass
class World:
    """A centre in the middle of its morning, and another one next door."""

    arguments: dict[str, dict[str, Any]] = field(default_factory=dict)
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    devices: dict[str, tuple[Device, str]] = field(default_factory=dict)
    queries: dict[str, str] = field(default_factory=dict)
    person: Citizen = field(default_factory=Citizen)

    def address(self, name: str, which: str) -> str:
        path = reverse(name, kwargs=self.arguments.get(name + which, self.arguments.get(name, {})))
        return path + self.queries.get(name, "")


@pytest.fixture
def world(at_hanoi: Any) -> World:
    at_hanoi("2026-11-23 10:26")
    BookingRulesFactory()
    here, there = a_centre(), a_centre("chi-nhanh-4", "H26.30.4")
    for role in (Role.COUNTER_OFFICER, Role.SPECIALIST, Role.LEADER, Role.MANAGER):
        member_of(role, there)
        member_of(role, here)
    a_member(Role.CITY_ADMIN, is_staff=True, is_superuser=True)
    person = CitizenFactory(identity_number=IDENTITY, address="12 ngõ 5 phố Chùa Bộc, phường Kim Liên, Hà Nội")
    accepted = a_dossier(citizen=person, at=MONDAY - timedelta(hours=1))
    taken = a_dossier(citizen=person, at=MONDAY - timedelta(hours=2), state=State.PROCESSING)
    proposed = take(
        application=a_dossier(citizen=person, at=MONDAY - timedelta(hours=2)),
        at=MONDAY,
        acting_user=member_of(Role.SPECIALIST, here),
    )
    propose(application=proposed, number="1/TP", document=None, at=MONDAY, acting_user=proposed.handler)
    waiting_for_paper = a_dossier(citizen=person, at=MONDAY - timedelta(hours=3), state=State.SUPPLEMENT)
    done = a_dossier(citizen=person, at=MONDAY - timedelta(hours=4), state=State.DONE)
    ticket = a_ticket_at_counter(citizen=person)
    draft = a_draft(procedure="marriage", ticket=ticket, citizen=person)
    paper = a_missing_paper(draft)
    item = an_item(paper)
    other_paper = Paper.objects.filter(application=draft).exclude(pk=paper.pk).first()
    assert other_paper is not None and ticket.counter is not None
    held = HeldDocument.objects.create(
        citizen=person,
        kind_key=other_paper.kind.key,
        title="Bản sao",
        sha256=item.scan.sha256,
        media_type="image/jpeg",
        source_code=accepted.code,
        created_at=MONDAY,
    )
    waiting = TicketFactory(service=ticket.service, number=77, issued_at=MONDAY, queue_at=MONDAY)
    said = announce(
        centre=here,
        text="Nghỉ trưa",
        until_at=MONDAY + timedelta(hours=1),
        at=MONDAY,
        acting_user=member_of(Role.MANAGER, here),
    )
    free = ticket.service.centre.counters.create(number=99)
    token, label = {"token": ticket.token}, {"letter": ticket.service.letter}
    procedure, missing = {"key": "land_change_info"}, "land_certificate"
    missing_one = dict.fromkeys(("centres:kiosk_question", "applications:check_question"), f"?no={missing}")
    world = World(person=person, queries=missing_one)
    for kind in DeviceKind.values:
        key = f"key of the {kind}"
        world.devices[kind] = DeviceFactory(centre=here, kind=kind, key_hash=Device.hash_of(key)), key
    steps = {
        "take": accepted,
        "ask-supplement": taken,
        "propose": taken,
        "accept-supplement": waiting_for_paper,
        "sign": proposed,
        "send-back": proposed,
        "hand-over": done,
    }
    by_kind: dict[str, dict[str, Any]] = {
        "application_id": {"application_id": draft.pk},
        "paper_id": {"paper_id": other_paper.pk},
        "item_id": {"item_id": item.pk},
    }
    world.arguments = {
        **{f"applications:{name}": by_kind["application_id"] for name in
           ("contact", "answer", "tell", "keep_form", "quantity", "drop", "receive", "papers")},
        **{f"applications:{name}": by_kind["paper_id"] for name in ("tick", "certify")},
        **{f"applications:{name}": by_kind["item_id"] for name in
           ("certification", "approve_certification", "drop_certification")},
        **{f"applications:{name}": {"pk": accepted.pk} for name in ("dossier", "receipt")},
        **{f"applications:{name}": token for name in
           ("ticket", "rate_visit", "hold", "back_again", "here_after_all", "give_back", "why")},
        **{f"applications:dossier_act@{key}": {"pk": row.pk, "key": key} for key, row in steps.items()},
        **{f"api_ticket_{name}": {"ticket_id": ticket.pk} for name in
           ("recall", "arrive", "park", "transfer", "no_show", "finish", "hold", "come_back", "return", "leave")},
        **{f"api_ticket_{name}": {"ticket_id": waiting.pk} for name in ("call", "priority")},
        "applications:public_receipt": {"token": accepted.token},
        "applications:use_held": {**by_kind["paper_id"], "held_id": held.pk},
        "applications:document": {"document_id": item.scan_id},
        "applications:dossier@draft": {"pk": draft.pk},
        "applications:bring_back": {"ticket_id": ticket.pk},
        "applications:sit_down": {"counter_id": free.pk},
        "centres:centre": {"code": here.code},
        "centres:kiosk_ground": label,
        "centres:kiosk_which": label,
        "centres:kiosk_question": label | procedure,
        "centres:kiosk_come_back": label | procedure | {"paper": missing},
        "centres:kiosk_reprint": {"token": waiting.token},
        "centres:kiosk_sms": {"token": waiting.token},
        **{f"applications:{name}": {"token": waiting.token} for name in
           ("tell_by_sms", "tell_by_push", "do_not_tell", "check_papers")},
        "applications:check_question": {"token": waiting.token, **procedure},
        "applications:check_come_back": {"token": waiting.token, **procedure, "paper": missing},
        "centres:kiosk_ticket": {"token": waiting.token},
        "centres:day_device_revoke": {"device_id": world.devices[DeviceKind.BOARD.value][0].pk},
        "centres:day_served": {"kind": "people"},
        "centres:day_counter": {"counter_id": free.pk},
        "centres:day_counter_change": {"counter_id": free.pk, "key": "skills"},
        "centres:day_device": {"device_id": world.devices[DeviceKind.BOARD.value][0].pk},
        "centres:day_announcement_stop": {"announcement_id": said.pk},
        "api_procedure": {"code": "1.001193"},
        "api_quote": {"code": "1.001193"},
        "api_centre": {"code": here.code},
        "api_ticket": {"ticket_id": ticket.pk},
        "api_ticket_unpark": {"ticket_id": ticket.pk},
        "api_application": {"pk": accepted.pk},
        "api_take": {"pk": accepted.pk},
        "api_propose": {"pk": taken.pk},
        "api_sign": {"pk": proposed.pk},
        "api_hand_over": {"pk": done.pk},
    }  # fmt: skip
    # Numbers of this letter were given by the factory, past the counter of numbers; those of the next were not.
    other_service = here.services.exclude(pk=ticket.service_id).order_by("order")[0]
    for number in (97, 98):
        here.counters.create(number=number).services.add(other_service)
    booked = AppointmentFactory(service=other_service, starts_at=MONDAY + timedelta(minutes=4), seat=9,
                                device=world.devices[DeviceKind.KIOSK.value][0])  # fmt: skip
    book = {"code": here.code, "letter": other_service.letter}
    slot, later = hanoi("2026-11-25 09:00"), hanoi("2026-11-26 09:00")
    world.arguments |= {
        "centres:book_service": {"code": here.code},
        "centres:book_matter": book,
        "centres:book_day": book,
        "centres:book_slot": {**book, "day": "2026-11-25"},
        "centres:book_details": {**book, "day": "2026-11-25", "hour": "0900"},
        **{
            f"centres:book_{name}": {"token": booked.token}
            for name in ("mine", "calendar", "check_in", "cancel", "move")
        },
        "centres:book_move_slot": {"token": booked.token, "day": "2026-11-26"},
        "centres:kiosk_book": {"letter": other_service.letter},
        "centres:kiosk_appointment": {"token": booked.token},
        "api_slots": book,
        **{f"api_appointment{name}": {"token": booked.token} for name in ("", "_cancel", "_move")},
    }
    person = {"full_name": "Nguyễn Thị Mẫu", "phone": "0987654321", "client_key": "khoa-1234567890abcdef"}
    world.bodies |= {
        "centres:kiosk_booked": {"code": booked.code},
        "centres:kiosk_booked_ordinary": {"token": booked.token},
        "centres:kiosk_book": person,
        "centres:book_details": {**person, "step": "book"},
        "centres:book_move_slot": {"hour": "0900", "client_key": "khoa-1234567890abcdef"},
        "centres:day_number": {"service": other_service.pk, "reason": "ở xa", "client_key": "khoa-1234567890abcdef"},
        "centres:day_hours": {"day": "2026-11-27", "opening": "", "reason": "tập huấn"},
        "centres:day_hours_remove": {"day": "2026-11-27"},
        "api_appointments": {**person, "service": other_service.pk, "starts_at": slot.isoformat()},
        "api_appointment_move": {"starts_at": later.isoformat(), "client_key": "khoa-1234567890abcdef"},
        "api_appointment_check_in": {"token": booked.token},
    }
    draw = {"service": other_service.letter, "client_key": "khoa-1234567890abcdef", "ground": ""}
    decision = {"paper": missing, "choice": "back", "client_key": "khoa-1234567890abcdef"}
    world.bodies |= {
        "centres:kiosk_question": decision,
        "centres:kiosk_reconcile": {"slips": [], "enough": ""},
        "applications:check_question": decision,
        "centres:kiosk_sms": {"phone": "0912 345 678", "consent": "on"},
        "applications:tell_by_sms": {"phone": "0912 345 678", "consent": "on"},
        "applications:tell_by_push": {"endpoint": "https://fcm.googleapis.com/x", "keys": GOOD},
        "set_language": {"language": "en", "next": "/"},
        "centres:kiosk_draw": draw,
        "centres:day_device": {"name": "Bảng mới"},
        "centres:day_announcements": {"text": "Nghỉ trưa", "until_at": "2026-11-23T11:30"},
        "centres:day_devices": {"name": "Bảng mới", "kind": "board"},
        "centres:day_counter_change": {"skills-services": [ticket.service_id], "skills-reason": "Đông người"},
        "applications:scan": {"payload": IDENTITY},
        "applications:add_person": {"identity_number": IDENTITY, "full_name": "Nguyễn Thị Ánh", "birth_text": "1990"},
        "applications:choose": {"procedure": "1.001193"},
        "applications:keep_form": FORMS["marriage"],
        "applications:quantity": {"pages": 2, "copies": 1},
        "applications:pass_on": {"service": other_service.pk},
        "applications:tick": {"there": "1"},
        "applications:certify": {"client_key": "khoa-1234567890abcdef", "title": "Bản sao", "pages": 2, "copies": 1},
        "applications:settle_unit": {"unit": "00229"},
        "applications:track": {"code": accepted.code, "phone_last4": LAST4},
        "applications:rate_visit": {"score": "3"},
        "applications:dossier_act@ask-supplement": {"ask-supplement-faults": "Thiếu giấy chứng sinh."},
        "applications:dossier_act@propose": {"propose-number": "2/TP"},
        "applications:dossier_act@send-back": {"send-back-reason": "Sai tên."},
        "applications:dossier_act@hand-over": {"hand-over-handed_to": "Ánh", "hand-over-on_paper": "on"},
        "api_propose": {"number": "2/TP"},
        "api_hand_over": {"handed_to": "Ánh"},
        "api_tracking": {"code": accepted.code, "last4": LAST4},
        "api_tickets": {"service": other_service.pk, "client_key": "khoa-1234567890abcdef"},
        "applications:call_one": {"number": waiting.label, "reason": "cháu bé sốt"},
        "applications:give_class": {"number": waiting.label, "ground": "child", "reason": "bế con nhỏ"},
        "applications:missed_back": {"number": waiting.label},
        "applications:hold_place": {"minutes": "15"},
        "applications:hold": {"minutes": "15"},
        "api_ticket_transfer": {"service": other_service.pk},
        "api_ticket_call": {"reason": "cháu bé sốt"},
        "api_ticket_priority": {"ground": "child", "reason": "bế con nhỏ"},
        "api_ticket_hold": {"back_by": "2026-11-23T10:50:00+07:00"},
        "api_id_card_parse": {"payload": f"{IDENTITY}||Nguyễn Thị Ánh|01021990|Nữ|Kim Liên, Hà Nội|01062021"},
    }
    return world


def sign_in(column: str, world: World) -> Client:
    """A client that is this column's person or screen."""
    who = COLUMNS[column]
    if who in world.devices:
        device, key = world.devices[who]
        client = Client(raise_request_exception=False, HTTP_AUTHORIZATION=f"Device {key}")
        answer = Client().get("/healthz")
        remember(answer, device)  # type: ignore[arg-type]
        client.cookies[cookie_name(device.kind)] = answer.cookies[cookie_name(device.kind)].value
        return client
    client = Client(raise_request_exception=False)
    if who == "signed in without a role":
        client.force_login(UserFactory())
    elif who != "nobody":
        centre = a_centre() if column.isupper() else a_centre("chi-nhanh-4", "H26.30.4")
        client.force_login(member_of(who, None if who == Role.CITY_ADMIN else centre))  # type: ignore[arg-type]
    return client


def ask(
    client: Client,
    world: World,
    method: str,
    name: str,
    which: str = "",
    before_undoing: Callable[[], None] = lambda: None,
) -> HttpResponseBase:
    """One request, undone afterwards; what was signed in stays so."""
    fresh = Client(raise_request_exception=False, **client.defaults)
    fresh.cookies = SimpleCookie({key: cookie.value for key, cookie in client.cookies.items()})
    body: Any = dict(world.bodies.get(name + which, world.bodies.get(name, {})))
    if name == "applications:certify":
        body["file"] = SimpleUploadedFile("scan.jpg", PICTURE)
    more = {}
    if (name.startswith("api_") or name in IN_JSON) and method != "GET":
        body, more = json.dumps(body), {"content_type": "application/json"}
    if method == "GET":
        body = {}
    if name in LIMITED:
        cache.clear()
    with transaction.atomic():
        answer = getattr(fresh, method.lower())(world.address(name, which), body, **more)
        b"".join(answer) if answer.streaming else answer.content
        before_undoing()
        transaction.set_rollback(True)
    return answer


def letter(answer: HttpResponseBase) -> str:
    """The answer as the table writes it; ``!`` is never foreseen."""
    status = answer.status_code
    if status in (301, 302):
        return "s" if "sign-in/" in answer["Location"] or "admin/login/" in answer["Location"] else "."
    if status < 400:
        return "."
    return {400: "r", 409: "r", 410: "r", 422: "r", 401: "s", 403: "f", 404: "0", 405: "-"}.get(status, "!")


def test_every_address_has_a_row() -> None:
    assert {name for _method, name, _which, _letters in rows()} == addresses()


@pytest.mark.parametrize("columns", ["NKBX", "OSLMA", "oslm"])
def test_everybody_gets_what_the_table_says(columns: str, world: World) -> None:
    wrong = []
    for place, column in enumerate(COLUMNS):
        if column not in columns:
            continue
        client = sign_in(column, world)
        for method, name, which, letters in rows():
            answer = ask(client, world, method, name, which)
            if letter(answer) != letters[place]:
                wrong.append(f"{column} {method} {name}{which}: {answer.status_code}, foreseen {letters[place]}")
            told = [f"{key}: {value}" for key, value in answer.headers.items()]
            assert not any(IDENTITY in line for line in told), f"an identity number in a header of {name}"
    assert not wrong, "\n".join(wrong)


def test_a_method_without_a_row_does_nothing(world: World) -> None:
    known = {(method, name) for method, name, _which, _letters in rows()}
    which = {name: which for _method, name, which, _letters in rows()}
    done = []
    for column in "NO":
        client = sign_in(column, world)
        for method, name in ((method, name) for name in sorted(which.keys() - LEADS_BACK) for method in METHODS):
            if (method, name) not in known:
                answer = ask(client, world, method, name, which[name])
                leads_back = method == "GET" and answer.status_code == 303
                if letter(answer) not in "-sf0" and not leads_back:
                    done.append(f"{column} {method} {name}: {answer.status_code}")
    assert not done, "\n".join(done)


def test_the_administration_is_for_city_administrators(world: World) -> None:
    models = [f"admin:{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]
    pages = [
        reverse("admin:index"),
        *(reverse(f"{model}_{page}") for model in models for page in ("changelist", "add")),
    ]
    city, others = sign_in("A", world), [sign_in(column, world) for column in "NXOSLMoslm"]
    for page in pages:
        assert letter(city.get(page)) in ".f", page
    for page in pages[:5]:
        assert {letter(other.get(page)) for other in others} == {"s"}, page


# Who is shown stands in the name of the person whom every dossier, and the ticket at the counter, is about.
# Another centre's people see none of it: that is the table's matter.
STAFF = "OSLMA"
# Says back what the request itself said, and looks nobody up.
SAYS_BACK = {"api_id_card_parse"}


def test_what_shows_the_persons_name_to_staff_writes_a_look(world: World) -> None:
    """Every address of the table as every role: whoever gets to read the name has left a Look of that person."""
    silent, shown = [], set()
    for column in STAFF:
        client = sign_in(column, world)
        for method, name, which in ((row[0], row[1], row[2]) for row in rows() if row[1] not in SAYS_BACK):
            cache.clear()
            answer, looks = ask_and_see(client, world, method, name, which)
            if answer.status_code == 200 and world.person.full_name in text_of(answer):
                shown.add(name)
                if not any(world.person.pk in [look.citizen_id, *look.subjects] for look in looks):
                    silent.append(f"{column} {method} {name}{which}")
                assert all(look.unit and look.role and look.reason for look in looks), name
    assert not silent, "\n".join(sorted(silent))
    # The test sees what it should see.
    assert shown >= {
        "applications:desk", "applications:dossier", "applications:worklist", "api_application", "api_applications",
        "api_take", "api_propose", "api_sign", "api_hand_over",
    }  # fmt: skip


def test_files_that_hold_the_name_write_a_look(world: World) -> None:
    """Nobody can read the name in a picture or a PDF as bytes."""
    client = sign_in("O", world)
    for name in ("applications:receipt", "applications:document"):
        answer, looks = ask_and_see(client, world, "GET", name)
        assert answer.status_code == 200
        assert [look.citizen for look in looks] == [world.person], name


def test_pages_of_the_administration_that_show_a_name_write_a_look(world: World) -> None:
    client, silent = sign_in("A", world), []
    for model in admin.site._registry:
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        pages = [reverse(f"{base}_changelist")]
        pages += [
            reverse(f"{base}_{page}", args=[pk])
            for pk in model._default_manager.values_list("pk", flat=True)[:40]
            for page in ("change", "history")
        ]
        for page in pages:
            before = Look.objects.count()
            answer = client.get(page)
            shows = answer.status_code == 200 and world.person.full_name in answer.content.decode()
            if shows and Look.objects.count() == before:
                silent.append(page)
    assert not silent, "\n".join(silent)


def ask_and_see(client: Client, world: World, method: str, name: str, which: str = "") -> tuple[Any, list[Look]]:
    """The answer, and the Looks it wrote before it was undone."""
    seen: list[Look] = []
    last = Look.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    answer = ask(
        client, world, method, name, which, before_undoing=lambda: seen.extend(Look.objects.filter(pk__gt=last))
    )
    return answer, seen


def text_of(answer: Any) -> str:
    content = b"" if answer.streaming else answer.content
    return (
        content.decode("utf-8", "replace") if answer["Content-Type"].startswith(("text/", "application/json")) else ""
    )


def test_what_another_centre_may_not_see_is_not_there_and_no_look(world: World) -> None:
    before = Look.objects.count()
    for column in "oslm":
        client = sign_in(column, world)
        for name in ("applications:dossier", "applications:receipt", "applications:document", "api_application"):
            assert client.get(world.address(name, "")).status_code == 404
        assert client.get(reverse("applications:document", args=[999_999])).status_code == 404
    assert Look.objects.count() == before
