"""What was filed at the national portal becomes a draft here, and an officer takes it up."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from applications import messages
from applications.actions.edit_draft import set_applicant, suggest_facts
from applications.actions.end_filing import withdrawn_there
from applications.actions.locking import locked, wrong_state
from applications.actions.papers_asked import refresh_papers
from applications.catalogue import version_of
from applications.enums import Channel, Delivery, State
from applications.models import Application, Arrival, SyncRules
from applications.national import shape
from applications.notarisation.requests import is_request
from applications.permissions import check_receiver
from centres.actions.matters import add_matter
from centres.models import Centre, Ticket
from citizens.actions.identify import IN_DOUBT, identify
from citizens.actions.record_look import record_look
from citizens.actions.settle_unit import settle_unit_if_certain
from citizens.enums import IdentitySource
from citizens.models import Citizen, User
from portal import clock, live
from portal.errors import BadInput, RuleBroken
from portal.vn.phones import InvalidPhone, parse_phone
from procedures.catalogue_cache import version_in_force
from procedures.models import ProcedureVersion

YES = "1"
LONGEST_VALUE = 2000


class NotTakenIn(RuleBroken):
    """The national portal handed in what nobody here can work on; ``code`` says why."""


def take_in_filing(*, hoso: Any, at: datetime) -> tuple[Arrival, bool]:
    """The application that was filed under this code, made a draft of its centre; whether it is new.

    The same code again is the same application, whatever else it says but that it was withdrawn there. Nobody is named on the draft yet: an officer opens it.
    Raises ``NotTakenIn``: wrongly shaped, of a state that nothing is filed in, or for no centre or procedure of ours.
    """
    code = hoso.get("MaHoSo") if isinstance(hoso, dict) else None
    rows = Arrival.objects.select_related("application")
    known = rows.filter(code=code).first() if isinstance(code, str) else None
    if known is not None:
        if hoso.get("TrangThaiHoSo") == str(int(State.WITHDRAWN)):
            withdrawn_there(arrival=known, at=at)
        return known, False
    if faults := shape.faults_of_dossier(hoso):
        raise NotTakenIn("; ".join(faults)[:500], code="bad_shape")
    try:
        with transaction.atomic():
            return _take_in(hoso, at), True
    except IntegrityError:
        # The same code at the same moment: that one stands.
        return Arrival.objects.get(code=code), False


def _take_in(hoso: dict[str, Any], at: datetime) -> Arrival:
    if int(hoso["TrangThaiHoSo"]) != State.SUBMITTED:
        raise NotTakenIn(_("Only what is newly filed is taken in."), code="bad_order")
    centre = Centre.objects.filter(agency_code=hoso["MaHoSo"].rsplit("-", 2)[0], is_active=True).first()
    if centre is None:
        raise NotTakenIn(_("No centre of ours has this agency's code."), code="no_centre")
    version = version_in_force(hoso["MaTTHC"][: len("1.001193")], clock.local_day(at))
    # The linked services are filed there alone, and come in here; what else is only listed is nobody's here.
    if version is None or (version.procedure.is_listed_only and not version.parts):
        raise NotTakenIn(_("This procedure is not taken in here."), code="no_procedure")
    filed_at = min(shape.read(hoso["NgayNopHoSo"]), at)
    application = Application.objects.create(
        version=version,
        helped_at=centre,
        competent=centre,
        channel=Channel.ONLINE,
        contact_phone=_phone(hoso["SoDienThoai"]),
        contact_email=_email(hoso["Email"]),
        delivery=_delivery(hoso["HinhThuc"], version, at),
        form_data=_form(version, hoso["ThongTinKhac"]),
        started_at=at,
        changed_at=at,
        submitted_at=filed_at,
    )
    refresh_papers(application, at, new=True)
    numbers = [row["SoDinhDanh"] for row in hoso["DinhDanhCHS"] if row["LoaiDinhDanh"] == "1"]
    arrival = Arrival.objects.create(
        code=hoso["MaHoSo"],
        application=application,
        filed_at=filed_at,
        arrived_at=at,
        is_verified=hoso["TaiKhoanDuocXacThucVoiVNeID"] == YES,
        person={"full_name": hoso["ChuHoSo"], "identity_number": numbers[0] if numbers else ""},
        files=[
            {"kind": row["MaThanhPhanHoSo"], "name": row["TenTepDinhKem"][:200]}
            for row in hoso["TaiLieuNop"]
            if row["IsDeleted"].lower() not in ("true", YES)
        ],
    )
    messages.tell(messages.FiledOnline, application, at=at)
    live.bump(f"dossiers:{centre.pk}")
    return arrival


@transaction.atomic
def open_filing(
    *, arrival: Arrival, ticket: Ticket | None, at: datetime, acting_user: User
) -> tuple[Application, list[Any]]:
    """The officer takes the application up; the draft, and what they should look at.

    Who signed in with VNeID is the applicant. Of anybody else, and of a number that is known under another name here, the
    card has to be seen first. With a ticket it becomes a matter of that visit.
    """
    draft = locked(arrival.application)
    check_receiver(acting_user, draft)
    if draft.state != State.DRAFT:
        raise wrong_state(draft)
    row = Arrival.objects.select_for_update().get(pk=arrival.pk)
    row.opened_at, row.opened_by = at, acting_user
    row.save(update_fields=["opened_at", "opened_by"])
    draft.opened_by = draft.opened_by or acting_user
    if ticket is not None and draft.matter is None:
        draft.matter = add_matter(ticket=ticket, procedure=version_of(draft).procedure, at=at, acting_user=acting_user)
    draft.save(update_fields=["opened_by", "matter"])
    person, warnings = _person(row, at, acting_user) if draft.applicant is None else (None, [])
    if person is None and draft.applicant is None and ticket is not None:
        person = ticket.citizen
    if shown := person or draft.applicant:
        _look(draft, shown, at, acting_user)
    if person is not None:
        draft = set_applicant(application=draft, citizen=person, at=at, acting_user=acting_user)
        draft = suggest_facts(application=draft, at=at, acting_user=acting_user)
    if draft.applicant is not None:
        row.person = {}  # the draft has it now
        row.save(update_fields=["person"])
    live.bump(f"dossiers:{draft.helped_at_id}")
    return draft, warnings


def _person(arrival: Arrival, at: datetime, user: User) -> tuple[Citizen | None, list[Any]]:
    number, name = arrival.person.get("identity_number", ""), arrival.person.get("full_name", "")
    if not arrival.is_verified or not number:
        return None, [_("Who filed this has not shown who they are. Have the person come and scan their card.")]
    try:
        with transaction.atomic():
            found = identify(number=number, full_name=name, source=IdentitySource.VNEID, at=at, acting_user=user)
    except BadInput as error:
        return None, [error.message]
    if any(warning.code in IN_DOUBT for warning in found.warnings):
        return None, [warning.message for warning in found.warnings]
    settle_unit_if_certain(citizen=found.citizen, at=at, acting_user=user)
    return found.citizen, [warning.message for warning in found.warnings]


def _look(draft: Application, person: Citizen, at: datetime, user: User) -> None:
    record_look(
        citizen=person,
        reason=str(_("opened an application filed online")),
        unit=str(draft.helped_at),
        role=str(_("counter officer")),
        at=at,
        acting_user=user,
    )


def _delivery(said: str, version: ProcedureVersion, at: datetime) -> str:
    """By post where it was asked for so; the officer asks for the address."""
    is_by_post = said == SyncRules.on(clock.local_day(at)).by_post_code
    return Delivery.POST if is_by_post and not is_request(version) else Delivery.COUNTER


def _phone(raw: str) -> str:
    try:
        return parse_phone(raw) if raw.strip() else ""
    except InvalidPhone:
        return ""


def _email(raw: str) -> str:
    email = raw.strip()[:254]
    try:
        validate_email(email)
    except ValidationError:
        return ""
    return email


def _form(version: ProcedureVersion, said: str) -> dict[str, str]:
    """Answers to the form, where the national portal sends them as an object of texts under our fields' names."""
    try:
        answers = json.loads(said) if said.startswith("{") else {}
    except ValueError:
        return {}
    asked = version.form_schema.get("properties", {})
    return {key: value[:LONGEST_VALUE] for key, value in answers.items() if key in asked and isinstance(value, str)}
