"""A centre in the middle of its morning, and everybody who may ask it for something (``test_role_matrix``)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

from django.core import signing
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from applications.actions.close_till import Counted, close_till
from applications.actions.consult import consult
from applications.actions.correct import propose_correction
from applications.actions.ending import ask_to_withdraw
from applications.actions.file_online import take_in_filing
from applications.actions.handle import proposal_of, propose, take
from applications.actions.issue_form import issue
from applications.actions.keep_closing_paper import keep_closing_paper
from applications.actions.letters import write_to_citizen
from applications.actions.linked import finish_part
from applications.actions.merge_people import merge_people
from applications.actions.pay import take_fee
from applications.actions.people import note_absence
from applications.actions.print_book import print_book
from applications.actions.refuse_certification import refuse_certification
from applications.actions.take_statement import take_statement
from applications.actions.transfer_originals import send
from applications.documents_kept import keep_bytes
from applications.enums import DocumentSource, State
from applications.enums_national import ItemKind, ItemState, Trouble
from applications.ledger import outstanding
from applications.models import Application, DayClosing, Document, Paper, Payment, RetentionList, SyncItem
from applications.notarisation.enums import RegisterKind
from applications.notarisation.grounds import FINE, grounds_for
from applications.serving import link_to
from applications.till import open_payments
from centres.actions.announce_hall import announce
from centres.device_access import cookie_name, remember
from centres.enums import DeviceKind, Role
from centres.models import Centre, Device
from citizens.models import Citizen, HeldDocument, Look, User
from portal import clock
from portal.files import store
from portal.uploads import inspect_upload
from procedures.models import ProcedureVersion
from support.actions.announce import announce as tell_staff
from support.actions.known import keep_known
from support.actions.plan_outage import plan_outage
from support.actions.print_elsewhere import print_elsewhere
from support.actions.review import agree_follow_up
from support.actions.video_call import ask as call_support
from support.actions.write_course import begin_version
from support.asking import at_point
from support.models import (
    Attempt,
    Course,
    Equipment,
    Incident,
    IncidentPicture,
    OnCallShift,
    PrintElsewhere,
    Question,
    SurveyGap,
    SurveyPhoto,
)
from support.session_codes import code_at
from tests.factories.applications import (
    FORMS,
    LAST4,
    MONDAY,
    a_centre,
    a_counter,
    a_dossier,
    a_dossier_for_elsewhere,
    a_draft,
    a_linked_dossier,
    a_member,
    a_ticket_at_counter,
    member_of,
)
from tests.factories.bank import STATEMENT, a_transfer, an_account, reference_of
from tests.factories.centres import AppointmentFactory, BookingRulesFactory, DeviceFactory, TicketFactory
from tests.factories.certifications import (
    a_document,
    a_missing_paper,
    a_picture,
    a_submitted_item,
    an_approved_item,
    an_item,
    checked,
)
from tests.factories.citizens import PASSWORD, CitizenFactory, UserFactory
from tests.factories.declarations import a_declaration
from tests.factories.equipment import a_thing
from tests.factories.help import a_point, an_ask
from tests.factories.national import a_filing
from tests.factories.registers import a_line, close_days
from tests.factories.scans import a_link, a_scan
from tests.factories.signing import a_delegation, a_key
from tests.factories.support import an_incident
from tests.factories.survey import a_checklist, a_survey
from tests.factories.training import a_course, a_rule, a_session, a_teacher, passed
from tests.moments import hanoi
from tests.notifications.test_push import GOOD

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
    # No column of the table: ``test_support_role`` says what support may open.
    "P": Role.SUPPORT,
}
# Tries are counted by address, and here everybody has the same one.
LIMITED = {
    "applications:tell_by_sms",
    "centres:kiosk_sms",
    "applications:tell_by_push",
    "centres:kiosk_sign_in",
    "centres:board_sign_in",
    "centres:screen_sign_in",
    "applications:track",
    "me_sign_in",
    "me_code",
    "applications:bind_phone",
    "applications:withdraw",
    "applications:answer_letter",
    "applications:declare_start",
    "applications:declare_form",
    "applications:verify_file",
    "applications:check_file",
    "applications:verify_paper",
    "applications:verify_code",
    "api_tracking",
    "api_tickets",
    "centres:kiosk_booked",
    "centres:book_details",
    "api_appointments",
    "applications:signing_sign",
    "applications:signing_factor_act",
    "support:tell",
    "support:kiosk_help",
    "support:ticket_help",
    "support:point",
    "support:desk_help",
    "support:ticket_video",
    "support:video",
    "support:certificate",
}
# Sent by scripts of our own pages.
IN_JSON = {"centres:kiosk_reconcile", "applications:tell_by_push", "support:on_call_browser"}

WITH_TABLE = {"support:equipment_import"}
WITH_STATEMENT = {"applications:bank_statements"}
WITH_FILE = {"applications:certify", "applications:add_document", "applications:scan_add", "applications:capture"}


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


def a_world(at_hanoi: Any) -> World:
    """As it is at 10:26; each request on it is undone by ``ask``."""
    at_hanoi("2026-11-23 10:26")
    BookingRulesFactory()
    here, there = a_centre(), a_centre("chi-nhanh-4", "H26.30.4")
    for role in (Role.COUNTER_OFFICER, Role.SPECIALIST, Role.LEADER, Role.MANAGER):
        member_of(role, there)
        member_of(role, here)
    a_member(Role.CITY_ADMIN, is_staff=True, is_superuser=True)
    person = CitizenFactory(identity_number=IDENTITY, address="12 ngõ 5 phố Chùa Bộc, phường Kim Liên, Hà Nội")
    accepted = a_dossier(citizen=person, at=MONDAY - timedelta(hours=1))
    for_elsewhere = a_dossier_for_elsewhere(
        office=a_centre("chi-nhanh-5", "H26.30.5"), citizen=person, at=MONDAY - timedelta(hours=1)
    )
    taken = a_dossier(citizen=person, at=MONDAY - timedelta(hours=2), state=State.PROCESSING)
    write_to_citizen(application=taken, text="Xin cho biết thêm.", at=MONDAY, acting_user=taken.handler)
    proposed = take(
        application=a_dossier(citizen=person, at=MONDAY - timedelta(hours=2)),
        at=MONDAY,
        acting_user=member_of(Role.SPECIALIST, here),
    )
    propose(application=proposed, number="1/TP", document=None, at=MONDAY, acting_user=proposed.handler)
    waiting_for_paper = a_dossier(citizen=person, at=MONDAY - timedelta(hours=3), state=State.SUPPLEMENT)
    an_account(here)
    transferred = a_dossier(procedure="land_change_info", citizen=person, at=MONDAY - timedelta(hours=2))
    a_transfer(reference_of(transferred), outstanding(transferred), at=MONDAY)
    unknown = a_transfer("dong phi", 5_000, at=MONDAY)
    statement, _is_new = take_statement(content=STATEMENT, name="sao-ke.csv", at=MONDAY,
                                        acting_user=member_of(Role.MANAGER, here))  # fmt: skip
    owing = a_dossier(procedure="certified_copy", citizen=person, at=MONDAY - timedelta(hours=2))
    paid = a_dossier(procedure="certified_copy", citizen=person, at=MONDAY - timedelta(hours=2))
    take_fee(application=paid, amount=outstanding(paid), method="cash", receipt_number="BL1", at=MONDAY,
             acting_user=paid.received_by)  # fmt: skip
    cashier = member_of(Role.COUNTER_OFFICER, here)
    to_erase = RetentionList.objects.create(made_at=MONDAY, made_by=cashier, day=MONDAY.date(), digest="0" * 64)
    till = _closed_till(here, cashier)
    open_payment = _fee_taken(cashier, "BL92")
    asking = consult(
        application=a_dossier(citizen=person, at=MONDAY - timedelta(hours=3), state=State.PROCESSING),
        office="Công an phường", email="", question="Nơi ở?", until=hanoi("2026-11-27 00:00").date(), at=MONDAY,
        acting_user=member_of(Role.SPECIALIST, here),
    )  # fmt: skip
    colleague = a_member(Role.SPECIALIST, here, full_name="Đồng nghiệp")
    away = note_absence(
        centre=here, person=member_of(Role.SPECIALIST, here), substitute=colleague,
        from_day=hanoi("2026-12-01 00:00").date(), to_day=hanoi("2026-12-02 00:00").date(), at=MONDAY,
        acting_user=member_of(Role.LEADER, here),
    )  # fmt: skip
    wrong = propose_correction(
        application=a_dossier(citizen=person, at=MONDAY - timedelta(hours=4), state=State.DONE),
        number="9/TP", reason="Sai tên", document=None, at=MONDAY, acting_user=member_of(Role.SPECIALIST, here),
    )  # fmt: skip
    wished = a_dossier(citizen=person, at=MONDAY - timedelta(hours=3), state=State.PROCESSING)
    ask_to_withdraw(application=wished, reason="Không cần nữa", at=MONDAY)
    done = a_dossier(citizen=person, at=MONDAY - timedelta(hours=4), state=State.DONE)
    of_services = a_linked_dossier(citizen=person, at=MONDAY - timedelta(hours=2))
    of_services = finish_part(
        application=of_services, part="birth", number="1/KS", document=None, at=MONDAY, acting_user=of_services.handler
    )
    stranger = {"full_name": "Trần Thị Thử", "address": person.address}
    twin, once = (a_dossier(citizen=CitizenFactory(**stranger), at=MONDAY).applicant for _one in range(2))
    merged = merge_people(
        merged=once, survivor=person, reason="Đã xem thẻ", at=MONDAY, acting_user=member_of(Role.MANAGER, here)
    )
    land, on_way = (
        a_dossier(procedure="land_change_info", citizen=person, at=MONDAY - timedelta(hours=hours)).originals.get()
        for hours in (3, 2)
    )
    (list_out,) = send(
        originals=[on_way.pk], direction="out", at=MONDAY, acting_user=member_of(Role.COUNTER_OFFICER, here)
    )
    a_line(here, at=MONDAY - timedelta(days=1))
    (closing,) = close_days(MONDAY)
    keep_closing_paper(closing=closing, at=MONDAY)
    certified = an_approved_item(a_missing_paper(a_draft(procedure="marriage", citizen=person)))
    at_signer = {"item_id": a_submitted_item(a_missing_paper(a_draft(procedure="marriage", citizen=person))).pk}
    assert certified.entry is not None
    register = {"pk": certified.entry.register_id}
    filed, _is_new = take_in_filing(hoso=a_filing(), at=MONDAY)
    refused = SyncItem.objects.create(
        application=accepted,
        kind=ItemKind.AGAIN,
        state=ItemState.DEAD,
        trouble=Trouble.REFUSED,
        created_at=MONDAY,
        not_before=MONDAY,
    )
    ticket = a_ticket_at_counter(citizen=person)
    draft = a_draft(procedure="marriage", ticket=ticket, citizen=person)
    paper = a_missing_paper(draft)
    item = checked(an_item(paper))
    asked = a_draft(procedure="certified_copy", ticket=ticket, citizen=person, complete=False)
    document, forbidden = a_document(asked), a_document(asked, "Giấy vay tiền")
    forbidden = refuse_certification(
        item=forbidden, ground="private", at=MONDAY, acting_user=forbidden.certification.requested_by
    )
    other_paper = Paper.objects.filter(application=draft).exclude(pk=paper.pk).first()
    assert other_paper is not None and ticket.counter is not None
    scan = a_scan(other_paper)
    _link, capture_token = a_link(scan)
    scanned = {"application_id": draft.pk, "slot": scan.slot}
    scanned_page = {"page_id": scan.pages.get().pk}
    at_counter = issue(application=draft, number="02", at=MONDAY, by=member_of(Role.COUNTER_OFFICER, here))
    (printed,) = print_book(centre=here, day=MONDAY.date(), at=MONDAY, acting_user=member_of(Role.LEADER, here))
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
    delegate = member_of(Role.SPECIALIST, here)
    world = World(person=person, queries=missing_one)
    for kind in DeviceKind.values:
        key = f"key of the {kind}"
        world.devices[kind] = DeviceFactory(centre=here, kind=kind, key_hash=Device.hash_of(key)), key
    Device.objects.filter(kind=DeviceKind.SCREEN).update(counter=ticket.counter)
    steps = {
        "take": accepted,
        "forward": for_elsewhere,
        "propose": taken,
        "take-fee": owing,
        "ask-payment": taken,
        "refund": paid,
        "lower-fee": paid,
        "cancel-receipt": transferred,
        "consult": taken,
        "note-answer": asking,
        "hand-on": taken,
        "keep-original": land.application,
        "give-originals-back": land.application,
        "new-receipt": accepted,
        "correct-result": done,
        "sign-correction": wrong,
        "drop-correction": wrong,
        "prepare-apology": taken,
        "sign-apology": taken,
        "withdraw": taken,
        "decline-withdrawal": wished,
        "stop": taken,
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
           ("contact", "answer", "tell", "keep_form", "office", "quantity", "drop", "receive", "papers", "declaration", "other_matter",
            "second_screen", "show_to_citizen")},
        **{f"applications:receipt_{name}": {"application_id": accepted.pk} for name in ("ways", "elsewhere", "to_phone")},
        **{f"applications:{name}": by_kind["paper_id"] for name in ("tick", "certify", "keep_original")},
        **{f"applications:{name}": by_kind["item_id"] for name in
           ("certification", "submit_certification", "approve_certification", "drop_certification", "two_up")},
        **{f"applications:signing_{name}": at_signer for name in ("document", "tick", "send_back", "refuse")},
        "applications:signing_page": {**at_signer, "number": 1},
        # Nobody's key ended here: whoever certifies finds nothing to take over.
        "applications:signing_take_over": {"entry_id": 1},
        "applications:signing_factor_act": {"key": "begin"},
        "applications:signing_delegation_end": {"delegation_id": a_delegation(
            delegate, first_day=date(2027, 1, 1), last_day=date(2027, 2, 1)).pk},
        "applications:signing_key_end": {"key_id": a_key(delegate).pk},
        **{f"applications:{name}": {"user_id": delegate.pk} for name in
           ("signing_factor_away", "staff_person", "staff_link", "staff_leave")},
        "applications:staff_move": {"user_id": delegate.pk, "code": here.code},
        "first_sign_in": {"token": "ngoai-lai", "uidb64": "MQ"},
        **{f"applications:{name}": {"application_id": asked.pk} for name in
           ("add_document", "end_request", "finish_request")},
        **{f"applications:{name}": {"item_id": document.pk} for name in
           ("change_document", "check_document", "refuse_document")},
        "applications:refusal": {"form_id": forbidden.refusal_id},
        **{f"applications:{name}": {"pk": accepted.pk} for name in ("dossier", "receipt")},
        **{f"applications:{name}": token for name in
           ("ticket", "rate_visit", "hold", "back_again", "here_after_all", "give_back", "why")},
        **{f"applications:dossier_act@{key}": {"pk": row.pk, "key": key} for key, row in steps.items()},
        **{f"api_ticket_{name}": {"ticket_id": ticket.pk} for name in
           ("recall", "arrive", "park", "transfer", "no_show", "finish", "hold", "come_back", "return", "leave")},
        **{f"api_ticket_{name}": {"ticket_id": waiting.pk} for name in ("call", "priority")},
        "applications:verify_code": {"code": "ZZZZZZZZZZZZ"},
        **{f"applications:{name}": register for name in ("register", "hand_over_register", "close_register")},
        "applications:strike_entry": {**register, "number": 1},
        "applications:register_month": {**register, "month": "2026-11"},
        **{f"applications:{name}": {"day": closing.day} for name in ("closing", "closing_json", "closing_pdf")},
        **{f"applications:national_{name}": {"pk": refused.pk} for name in ("row", "push", "skip")},
        "applications:national_result": {"signed": "1.ngoai-lai"},
        "applications:open_filed": {"pk": filed.application_id},
        "applications:end_filed": {"pk": filed.application_id},
        "applications:public_receipt": {"token": accepted.token},
        **{f"applications:{name}": {"token": owing.token} for name in ("ask_pay_code", "pay_picture")},
        **{f"applications:{name}": {"pk": owing.pk} for name in ("paying", "pay_code")},
        **{f"applications:bank_{name}": {"pk": unknown.pk} for name in ("match", "aside")},
        "applications:bank_statement": {"pk": statement.pk},
        "applications:public_copy": {"token": accepted.token, "item_id": item.pk},
        "applications:withdraw": {"token": accepted.token},
        "applications:back_again_at_work": {"absence_id": away.pk},
        "applications:control_slip": {"pk": taken.pk},
        **{f"applications:transfer_list{name}": {"pk": list_out.pk} for name in ("", "_print")},
        "applications:book_print": {"print_id": printed.pk},
        **{f"applications:{name}": {"pk": till.pk} for name in
           ("day_closing", "day_closing_paper", "correct_day_closing", "countersign_day_closing")},
        "applications:ask_supplement": {"pk": taken.pk},
        **{f"applications:{name}": {"pk": taken.pk} for name in ("add_note", "write_letter", "correct_form")},
        **{f"applications:{name}": {"pk": taken.pk, "document_id": a_file_of(taken).pk, "number": 1}
           for name in ("preview", "page_picture")},
        "applications:answer_letter": {"token": taken.token},
        "applications:issued_form": {"pk": waiting_for_paper.pk, "form_id": _form_of(waiting_for_paper, "02")},
        "applications:public_form": {"token": waiting_for_paper.token, "form_id": _form_of(waiting_for_paper, "02")},
        "applications:ask_at_counter": by_kind["application_id"],
        "applications:refuse": by_kind["application_id"],
        "applications:form_at_counter": {**by_kind["application_id"], "form_id": at_counter.pk},
        "applications:use_held": {**by_kind["paper_id"], "held_id": held.pk},
        "applications:document": {"document_id": item.scan_id},
        "applications:retention_list": {"pk": to_erase.pk},
        "applications:retention_approve": {"pk": to_erase.pk},
        "applications:document_file": {"link": link_to(item.scan_id, cashier)},
        **{f"applications:scan_{name}": scanned for name in ("field", "add", "phone", "phone_stop")},
        **{f"applications:scan_{name}": scanned | scanned_page for name in ("page", "mend", "picture")},
        "applications:capture": {"token": capture_token},
        "applications:capture_picture": {"token": capture_token, **scanned_page},
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
        "procedures:event": {"key": "child_born"},
        "procedures:field": {"code": "land"},
        "procedures:detail": {"code": "1.001193"},
        "procedures:form": {"code": "1.001193"},
        "api_procedure": {"code": "1.001193"},
        "api_quote": {"code": "1.001193"},
        "api_centre": {"code": here.code},
        "api_ticket": {"ticket_id": ticket.pk},
        "api_ticket_unpark": {"ticket_id": ticket.pk},
        "api_application": {"pk": accepted.pk},
        "api_forward": {"pk": for_elsewhere.pk},
        "api_take": {"pk": accepted.pk},
        "api_propose": {"pk": taken.pk},
        "api_sign": {"pk": proposed.pk},
        "api_hand_over": {"pk": done.pk},
        **{f"api_part_{name}": {"pk": of_services.pk} for name in ("done", "refused")},
        **{
            f"applications:dossier_act@{key}": {"pk": of_services.pk, "key": key}
            for key in ("part-done", "part-refused", "hand-over-parts")
        },
        "applications:found": {"key": "khoa-tim-ho-so"},
        "applications:same_person": {"one": person.pk, "other": twin.pk},
        "applications:merged_record": {"pk": merged.pk},
    }  # fmt: skip
    named = {"applicant_name": "Trần Thị Thử", "mother_name": "Trần Thị Thử"}  # not the person of the dossiers
    declared = {"token": a_declaration(answers=named).token}
    world.arguments |= {
        "applications:declare_start": {"code": "1.001193"},
        "applications:declare_ask": {**declared, "key": "authorised"},
        "applications:declare_fill": {**declared, "key": "birth_place"},
        **{f"applications:declare{name}": declared for name in
           ("", "_papers", "_check", "_done", "_form", "_later", "_delete", "_rules")},
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
    shown = {"ticket": ticket.pk}  # what the desk's page carries: whose it is
    world.bodies |= {
        "centres:kiosk_question": decision,
        "centres:kiosk_reconcile": {"slips": [], "enough": ""},
        "applications:check_question": decision,
        "centres:kiosk_sms": {"phone": "0912 345 678", "consent": "on"},
        "applications:tell_by_sms": {"phone": "0912 345 678", "consent": "on"},
        "applications:tell_by_push": {"endpoint": "https://fcm.googleapis.com/x", "keys": GOOD},
        "set_language": {"language": "en", "next": "/"},
        "applications:national_skip": {"reason": "đã báo bằng công văn"},
        "applications:end_filed": {"how": "withdrawn"},
        "centres:kiosk_draw": draw,
        "centres:day_device": {"name": "Bảng mới"},
        "centres:day_announcements": {"text": "Nghỉ trưa", "until_at": "2026-11-23T11:30"},
        "centres:day_devices": {"name": "Bảng mới", "kind": "board"},
        "centres:day_counter_change": {"skills-services": [ticket.service_id], "skills-reason": "Đông người"},
        "applications:scan": {**shown, "payload": IDENTITY},
        "applications:add_person": {
            **shown,
            "identity_number": IDENTITY,
            "full_name": "Nguyễn Thị Ánh",
            "birth_text": "1990",
        },
        "applications:choose": {**shown, "procedure": "1.001193"},
        "applications:keep_form": FORMS["marriage"],
        "applications:declare_ask": {"answer": "no"},
        "applications:declare_fill": {"birth_place": "Bệnh viện E"},
        "applications:office": {"office": str(there)},
        "applications:quantity": {"pages": 2, "copies": 1},
        "applications:pass_on": {**shown, "service": other_service.pk},
        "applications:tick": {"there": "1"},
        "applications:certify": {"client_key": "khoa-1234567890abcdef", "title": "Bản sao", "pages": 2, "copies": 1},
        "applications:scan_mend": {"do": "left"},
        **{
            f"applications:{name}": {"client_key": "khoa-1234567890abcdef", "title": "Học bạ", "copies": 1}
            for name in ("add_document", "change_document")
        },
        "applications:check_document": {
            f"ground-{ground.key}": FINE for ground in grounds_for(RegisterKind.COPIES, MONDAY.date())
        },
        "applications:refuse_document": {"ground": "secret"},
        "applications:settle_unit": {**shown, "unit": "00229"},
        "applications:lives_at": {**shown, "address": "12 ngõ 5, phường Kim Liên, Hà Nội"},
        "procedures:units": {"address": "12 ngõ 5, Nam Đồng, Đống Đa"},
        "me_sign_in": {"phone": "0987 654 321"},
        "me_code": {"otp": "000000"},
        "applications:bind_phone": {**shown, "number": "00000000", "phone_last4": "0000", "seen": "on"},
        "applications:track": {"code": accepted.code, "phone_last4": LAST4},
        "applications:verify_paper": {"number": "0001", "day": "23/11/2026", "code": "ZZZZ-ZZZZ-ZZZZ"},
        "applications:rate_visit": {"score": "3"},
        "applications:hand_over_register": {"to": member_of(Role.LEADER, here).pk, "reason": "nghỉ phép"},
        "applications:close_register": {"last_number": 2},
        "applications:note_finding": {
            "token": signing.dumps({"paper": other_paper.pk, "finding": "tin cậy"}, salt="checked-file")
        },
        "applications:strike_entry": {"reason": "ghi nhầm tên"},
        "applications:signing_sign": {"item": at_signer["item_id"], "otp": "000000"},
        "applications:signing_take_over": {"reason": "đã nghỉ việc", "otp": "000000"},
        "applications:signing_send_back": {"reason": "trang 2 mờ"},
        "applications:signing_refuse": {"ground": "altered", "reason": "tẩy xóa"},
        "applications:signing_factor_act": {"password": PASSWORD},
        "applications:signing_delegation_end": {"reason": "nghỉ phép"},
        "applications:signing_key_end": {"reason": "mất thẻ"},
        "applications:signing_keys": {"person": delegate.pk, "url": "file:///etc/passwd", "secret": "password"},
        "applications:signing_delegations": {
            "person": delegate.pk,
            "kinds": ["SCT/BS"],
            "basis": "assigned",
            "title": "Được phân công",
            "deed_number": "12/QĐ",
            "deed_day": "2026-11-20",
            "first_day": "2026-11-23",
            "last_day": "2026-12-31",
        },
        "applications:ask_supplement": {
            "what-0": "Thiếu giấy chứng sinh.",
            "todo-0": "Mang đến.",
            "until": "2026-12-04",
            "free": "3",
        },
        "applications:add_note": {"note": "Gọi lại chiều nay"},
        "applications:write_letter": {"letter": "Xin đến chi nhánh."},
        "applications:answer_letter": {"letter": "Mai tôi đến.", "phone_last4": LAST4},
        "applications:declare_start": {"agreed": "on"},  # asked of whoever helps in the hall
        "applications:correct_form": {"child_name": "Nguyễn Gia Bách", "correction-reason": "Gõ nhầm"},
        "applications:ask_at_counter": {
            "what-0": "Thiếu giấy chứng sinh.",
            "todo-0": "Mang đến.",
            "until": "2026-12-04",
            "free": "3",
        },
        "applications:refuse": {"reason": "Không đúng thẩm quyền", "ground": "Điều 3"},
        "applications:withdraw": {"reason": "Không cần nữa", "phone_last4": LAST4, "sure": "on"},
        "applications:dossier_act@consult": {
            "consult-office": "Chi cục thuế",
            "consult-question": "Đã nộp chưa?",
            "consult-until": "2026-11-30",
        },
        "applications:dossier_act@note-answer": {
            "note-answer-consultation": asking.consultations.get().pk,
            "note-answer-answer": "Đúng",
        },
        "applications:dossier_act@hand-on": {"hand-on-to": colleague.pk, "hand-on-reason": "Nghỉ phép"},
        "applications:people": {"do": "absence"},
        "applications:keep_original": {"number": "CT 1", "pages": "2"},
        "applications:other_matter": {"reason": "con thứ hai"},
        "applications:originals": {"do": "safe", "original": land.pk},
        "applications:transfer_list": {f"item-{list_out.items.get().pk}": "here"},
        "applications:dossier_act@keep-original": {
            "keep-original-paper": land.paper_id,
            "keep-original-number": "CT 2",
            "keep-original-pages": "2",
        },
        "applications:dossier_act@give-originals-back": {
            "give-originals-back-given_to": world.person.full_name,
            "give-originals-back-reason": "cần dùng",
            "give-originals-back-signed": "on",
        },
        "applications:dossier_act@new-receipt": {"new-receipt-reason": "Sai số điện thoại"},
        "applications:dossier_act@correct-result": {
            "correct-result-reason": "Sai tên",
            "correct-result-number": "8/TP",
        },
        "applications:dossier_act@drop-correction": {"drop-correction-reason": "Kết quả đúng"},
        "applications:dossier_act@take-fee": {
            "take-fee-amount": outstanding(owing),
            "take-fee-method": "cash",
            "take-fee-receipt_number": "BL2",
        },
        "applications:dossier_act@ask-payment": {"ask-payment-name": "Thuế", "ask-payment-amount": "50000"},
        "applications:dossier_act@refund": {
            "refund-surplus": "0",
            "refund-fallen": [line.pk for line in paid.fee_lines.all()],
            "refund-cashier": cashier.pk,
            "refund-reason": "Thu nhầm",
            "refund-method": "cash",
            "refund-receipt_number": "HT1",
        },
        "applications:dossier_act@lower-fee": {
            "lower-fee-line": paid.fee_lines.get().pk,
            "lower-fee-lowered": "0",
            "lower-fee-reason": "Được miễn",
        },
        "applications:dossier_act@cancel-receipt": {
            "cancel-receipt-payment": transferred.payments.get().pk,
            "cancel-receipt-reason": "Nhầm hồ sơ",
        },
        "applications:bank_match": {"code": owing.code},
        "applications:bank_aside": {"note": "Ngân hàng đã chuyển trả"},
        "applications:till": {"cash": "28000", "card": "0", "transfer": "0", "last": open_payment.pk},
        "applications:correct_day_closing": {"cash": "28000", "card": "0", "transfer": "0", "note": "Ghi nhầm"},
        "applications:dossier_act@prepare-apology": {
            "prepare-apology-reason": "Chờ xác minh",
            "prepare-apology-until": "2026-12-15",
        },
        "applications:dossier_act@sign-apology": {
            "sign-apology-reason": "Chờ xác minh",
            "sign-apology-until": "2026-12-15",
        },
        "applications:dossier_act@withdraw": {"withdraw-reason": "Không cần nữa"},
        "applications:dossier_act@decline-withdrawal": {"decline-withdrawal-answer": "Đã ký"},
        "applications:dossier_act@stop": {"stop-reason": "Trùng hồ sơ"},
        "applications:several": {
            "list": "to-take",
            "dossier": [taken.pk],
            "to": colleague.pk,
            "reason": "Nghỉ phép",
        },
        "applications:dossier_act@propose": {"propose-number": "2/TP"},
        "applications:dossier_act@sign": {"sign-proposal": proposal_of(proposed)},
        "applications:dossier_act@sign-correction": {"sign-correction-proposal": wrong.corrections.get().pk},
        "applications:dossier_act@send-back": {"send-back-reason": "Sai tên."},
        "applications:dossier_act@hand-over": {
            "hand-over-handed_to": "Ánh",
            "hand-over-authorisation": "UQ 12",
            "hand-over-on_paper": "on",
        },
        "applications:dossier_act@part-done": {"part-done-part": "residence", "part-done-number": "1/CT"},
        "applications:dossier_act@part-refused": {"part-refused-part": "residence", "part-refused-ground": "Điều 20"},
        "applications:dossier_act@hand-over-parts": {
            "hand-over-parts-parts": "birth",
            "hand-over-parts-handed_to": "Ánh",
            "hand-over-parts-authorisation": "UQ 12",
            "hand-over-parts-on_paper": "on",
        },
        "api_part_done": {"part": "residence", "number": "1/CT"},
        "api_part_refused": {"part": "residence", "ground": "Điều 20"},
        "applications:people_records": {"number": IDENTITY},
        "applications:search": {"q": IDENTITY},
        "applications:same_person": {"survivor": merged.survivor_id, "reason": "Đã xem thẻ"},
        "applications:merged_record": {"reason": "Nhầm người"},
        "api_propose": {"number": "2/TP"},
        "api_hand_over": {"handed_to": "Ánh", "authorisation": "UQ 12"},
        "api_tracking": {"code": accepted.code, "last4": LAST4},
        "api_tickets": {"service": other_service.pk, "client_key": "khoa-1234567890abcdef"},
        **{f"applications:{key}": shown for key in ("set_aside", "not_here", "call_again", "end_visit", "applicant")},
        "applications:call_one": {"number": waiting.label, "reason": "cháu bé sốt"},
        "applications:give_class": {"number": waiting.label, "ground": "child", "reason": "bế con nhỏ"},
        "applications:missed_back": {"number": waiting.label},
        "applications:hold_place": {**shown, "minutes": "15"},
        "applications:hold": {"minutes": "15"},
        "api_ticket_transfer": {"service": other_service.pk},
        "api_ticket_call": {"reason": "cháu bé sốt"},
        "api_ticket_priority": {"ground": "child", "reason": "bế con nhỏ"},
        "api_ticket_hold": {"back_by": "2026-11-23T10:50:00+07:00"},
        **_support(world, here),
        "api_id_card_parse": {"payload": f"{IDENTITY}||Nguyễn Thị Ánh|01021990|Nữ|Kim Liên, Hà Nội|01062021"},
    }
    return world


def _fee_taken(cashier: User, number: str) -> Payment:
    dossier = a_dossier(procedure="land_change_info", at=MONDAY - timedelta(hours=2))
    take_fee(application=dossier, amount=outstanding(dossier), method="cash", receipt_number=number, at=MONDAY,
             acting_user=cashier)  # fmt: skip
    return dossier.payments.get()


def _closed_till(centre: Centre, cashier: User) -> DayClosing:
    last = _fee_taken(cashier, "BL91")
    taken = sum(row.amount for row in open_payments(centre, cashier))
    counted = Counted(cash=taken, card=0, transfer=0)
    return close_till(centre=centre, counted=counted, last=last.pk, at=MONDAY, acting_user=cashier)


def a_file_of(dossier: Application) -> Document:
    """A picture that was handed in for it."""
    kept = keep_bytes(inspect_upload(SimpleUploadedFile("scan.jpg", PICTURE)))
    assert kept is not None
    return kept.note(dossier, DocumentSource.UPLOAD, MONDAY, dossier.received_by)


def _form_of(dossier: Application, number: str) -> int:
    return dossier.issued_forms.get(number=number).pk


def _support(world: World, here: Centre) -> dict[str, dict[str, Any]]:
    """What support has to do at this centre; the arguments go into the world, the bodies come back."""
    by, city, later = member_of(Role.SUPPORT, here), member_of(Role.CITY_ADMIN, None), MONDAY + timedelta(hours=6)  # type: ignore[arg-type]
    incident, report = an_incident(here, at=MONDAY), {"kind": "network", "severity": 2, "what": "Mạng chậm"}
    follow_up = agree_follow_up(
        incident=incident, what="Thay mực", owner=by, due_on=MONDAY.date(), at=MONDAY, acting_user=by
    )
    shift = OnCallShift.objects.create(user=by, centre=here, from_at=MONDAY, until_at=later)
    outage = plan_outage(
        centre=here, what={"vi": "Nâng cấp"}, from_at=hanoi("2026-12-10 18:00"), until_at=hanoi("2026-12-10 20:00"),
        at=MONDAY, acting_user=city,
    )  # fmt: skip
    said = tell_staff(centre=here, title="Họp", must_confirm=True, until_at=later, at=MONDAY, acting_user=city)
    problem = {"kind": "printer", "title": "Kẹt giấy", "symptoms": "Đèn đỏ", "remedy": "Rút giấy"}
    known = keep_known(**problem, at=MONDAY, acting_user=by)
    told, row = {"pk": said.pk}, {"pk": incident.pk}
    printer, paper = _printers(here)
    number = TicketFactory(service=here.services.first(), number=901, issued_at=MONDAY)
    called = call_support(place=at_point(a_point(here)), language="vi", at=MONDAY, acting_user=None)
    photo, gap, picture = _survey(here, incident)
    thing = {"kind": "printer", "name": "Máy in"}
    world.queries["support:equipment_labels"] = f"?tag={printer.tag}"
    world.arguments |= {
        "openid_connect_callback": {"provider_id": "vneid"},
        "support:status_of": {"code": here.code},
        "support:ticket_help": {"token": number.token},
        "support:point": {"token": a_point(here).token},
        "support:help_point_away": {"pk": a_point(here).pk},
        "support:help_act": {"pk": an_ask(here, "Ghế 1", at=MONDAY).pk, "key": "accept"},
        "support:ticket_video": {"token": number.token},
        "support:ticket_video_enter": {"token": number.token},
        "support:video_enter": {"pk": called.pk},
        "support:video_act": {"pk": called.pk, "key": "answer"},
        "support:incident": row,
        "support:review": row,
        "support:act@acknowledge": {**row, "key": "acknowledge"},
        "support:follow_up_done": {"follow_up_id": follow_up.pk},
        "support:on_call_remove": {"shift_id": shift.pk},
        "support:outage_end": {"outage_id": outage.pk},
        **{f"support:announcement{name}": told for name in ("", "_confirm", "_withdraw")},
        "support:known_edit": {"pk": known.pk},
        **{f"support:{key}": {"tag": printer.tag} for key in ("thing", "thing_edit")},
        "support:thing_act": {"tag": printer.tag, "key": "note"},
        **{f"support:{key}": {"code": here.code} for key in ("readiness_of", "survey_fill", "survey_state")},
        "support:readiness_act": {"code": here.code, "key": "close"},
        "support:survey_photo": {"pk": photo.pk},
        "support:incident_picture": {"pk": picture.pk},
        "support:print_done": {"pk": paper.pk},
        **_training_arguments(here),
        "applications:outage": {"outage_id": outage.pk},
    }
    when = {"centre": here.pk, "from_at": "2026-12-14T18:00", "until_at": "2026-12-14T20:00"}
    return {
        "support:report": report,
        "support:tell": {"what": "Kiosk không in số"},
        **{
            f"support:{key}": {"do": "ask"}
            for key in ("kiosk_help", "ticket_help", "point", "desk_help", "ticket_video", "video")
        },
        "support:helping": {"do": "end"},
        "support:help_points": {"name": "Ghế 9"},
        "support:review": {"step": "causes", "causes": "Cáp cũ"},
        "support:on_call": {**when, "user": by.pk, "level": 1},
        "support:on_call_contact": {"phone": "0912 345 678"},
        "support:on_call_browser": {"endpoint": "https://fcm.googleapis.com/x", "keys": GOOD},
        "support:outages": {**when, "what_vi": "Nâng cấp"},
        "support:announcements": {**when, "title": "Họp"},
        **dict.fromkeys(("support:known_new", "support:known_edit"), problem),
        **{f"support:{key}": thing for key in ("thing_new", "thing_edit")},
        "support:thing_act": {"note": "Đã lau"},
        **_training_bodies(here),
        "support:readiness_act": {"gap": gap.pk, "how": "Đã lắp"},
        "support:survey_send": {
            "centre": here.code,
            "what": "answer",
            "key": str(uuid4()),
            "question": "line",
            "value": "yes",
        },
        "applications:receipt_elsewhere": {"printer": printer.pk},
        "api_incidents": report,
    }


def _training_arguments(here: Centre) -> dict[str, dict[str, Any]]:
    """A course of this centre that is taught, a draft of its next version, new law, a session, and what counters ask for."""
    course = a_course(centre=here)
    taught = course.versions.get()
    draft = begin_version(course=course, acting_user=a_teacher())
    session = a_session(course, here, from_at=MONDAY + timedelta(minutes=30))
    officer = member_of(Role.COUNTER_OFFICER, here)
    certificate = passed(officer, course, MONDAY)
    law = ProcedureVersion.objects.get(procedure__key="land_change_info")
    ProcedureVersion.objects.filter(pk=law.pk).update(effective_from=MONDAY.date() - timedelta(days=1))
    ProcedureVersion.objects.create(
        procedure=law.procedure, number=90, effective_from=date(2020, 1, 1), effective_to=date(2020, 12, 31),
        confidence=law.confidence, published_at=MONDAY,
    )  # fmt: skip
    rule, one = a_rule(course, here, warns=date(2027, 1, 1)), {"pk": course.pk}
    row, seen = {"pk": draft.pk}, {"pk": session.pk}
    return {
        "support:training_rule_end": {"pk": rule.pk},
        **{f"support:{name}": one for name in ("course", "quiz", "course_edit")},
        "support:course_act": {**one, "key": "begin"},
        **{f"support:{name}": row for name in ("course_version", "lesson_new", "question_new")},
        "support:course_people": {"pk": taught.pk},
        "support:lesson_edit": {**row, "lesson_id": draft.lessons.earliest("pk").pk},
        "support:question_edit": {**row, "question_id": draft.questions.earliest("pk").pk},
        "support:lesson": {"pk": taught.lessons.earliest("pk").pk},
        "support:lesson_picture": {"pk": taught.lessons.earliest("pk").pk},
        "support:attempt": {"pk": Attempt.objects.get(user=officer).pk},
        "support:law_lesson": {"pk": law.pk},
        **{f"support:session{name}": seen for name in ("", "_screen", "_code")},
        "support:session_act": {**seen, "key": "take"},
        "support:session_here": {**seen, "code": code_at(session, clock.now())},
        **{f"support:certificate{name}": {"code": certificate.code} for name in ("", "_paper", "_withdraw")},
    }


def _training_bodies(here: Centre) -> dict[str, dict[str, Any]]:
    course = Course.objects.get()
    question = {"text": "Gì?", "explanation": "Vì thế.", "option_0": "một", "option_1": "hai", "right_0": "on"}
    by = a_teacher().pk
    return {
        "support:training_staff": {"person": by, "last_day": "2026-11-23", "reason": "ốm"},
        "support:training_rules": {
            "centre": here.pk, "role": "manager", "course": course.pk, "warns_from": "2026-11-24",
        },
        "support:courses": {"title": "Cháy nổ", "centre": here.pk},
        "support:course_edit": {"title": "Cháy nổ"},
        "support:course_version": {"minutes": 20, "pass_mark": 80, "tries": 3, "do": "save"},
        **{f"support:lesson_{name}": {"title": "Bài", "text": "Chữ"} for name in ("new", "edit")},
        **{f"support:question_{name}": question for name in ("new", "edit")},
        "support:quiz": {
            f"q{row.pk}": [str(place) for place in row.right]
            for row in Question.objects.filter(version__course=course, version__published_at__isnull=False)
        },
        "support:sessions": {
            "course": course.pk, "centre": here.pk, "trainer": by, "place": "Phòng họp", "seats": 9,
            "from_at": "2026-11-24T08:00", "until_at": "2026-11-24T10:00",
        },
        "support:session_here": {"scanned": "ngoai-lai"},
        "support:certificate_withdraw": {"reason": "Thi hộ"},
    }  # fmt: skip


def _survey(here: Centre, incident: Incident) -> tuple[SurveyPhoto, SurveyGap, IncidentPicture]:
    """The centre surveyed, with a picture and something missing; and a covered picture of a page with a fault."""
    by = member_of(Role.CITY_ADMIN, None)  # type: ignore[arg-type]
    question = a_checklist()[0]
    survey = a_survey(here, by, at=MONDAY - timedelta(hours=1), line="no")
    kept = store([PICTURE])
    photo = SurveyPhoto.objects.create(survey=survey, question=question, client_key=str(uuid4()), sha256=kept.sha256,
                                       size=kept.size, by=by, given_at=MONDAY, received_at=MONDAY)  # fmt: skip
    picture = IncidentPicture.objects.create(incident=incident, sha256=kept.sha256, size=kept.size, at=MONDAY, by=by)
    return photo, SurveyGap.objects.get(), picture


def _printers(here: Centre) -> tuple[Equipment, PrintElsewhere]:
    """A printer at a counter beside that of the officer, who has asked for a paper there."""
    mine = a_counter(here, member_of(Role.COUNTER_OFFICER, here))
    printer = a_thing(here, a_counter(here, a_member(Role.COUNTER_OFFICER, here, full_name="Quầy bên")), at=MONDAY)
    paper = print_elsewhere(
        counter=mine, printer=printer, what="Giấy tiếp nhận", path="/", reference="x", at=MONDAY,
        acting_user=mine.officer,
    )  # fmt: skip
    return printer, paper


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
    if name in WITH_FILE:
        body["file"] = SimpleUploadedFile("scan.jpg", PICTURE)
    if name in WITH_STATEMENT:
        body["file"] = SimpleUploadedFile("statement.csv", STATEMENT)
    if name in WITH_TABLE:
        body["file"] = SimpleUploadedFile("table.csv", b"centre,kind,name\n")
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
