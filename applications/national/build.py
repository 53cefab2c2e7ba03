"""A dossier in the national portal's words, as it was at one event of its history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import translation
from django.utils.dateparse import parse_datetime

from applications.enums import Channel, Delivery, DocumentSource, EventKind, PaperState, State, SupplementStage
from applications.national import shape
from applications.national.shape import written
from centres.enums import Role
from portal.text import pick
from procedures.catalogue_cache import version_by_id

if TYPE_CHECKING:
    from applications.models import Application, Document, Event, Result, SupplementRequest, SyncRules

VIETNAMESE = "vi"
PERSON, IDENTITY_CARD = "1", "1"
YES, NO = "1", "0"
SALT = "national-result"
# Ended: what comes after this moment in the dossier's life is not the office's any more.
_FINISHED = frozenset({State.DONE, State.RETURNED})
_ENDED = frozenset({State.REFUSED, State.WITHDRAWN, State.STOPPED})
_RESULTS = frozenset({DocumentSource.RESULT, DocumentSource.CERTIFIED})
# Who does such a step, where it is not the specialist who handles the dossier.
_ROLES: dict[str, Role] = {
    EventKind.RECEIVED: Role.COUNTER_OFFICER,
    EventKind.HANDED_OVER: Role.COUNTER_OFFICER,
    EventKind.POSTED: Role.COUNTER_OFFICER,
    EventKind.CAME_BACK: Role.COUNTER_OFFICER,
    EventKind.WITHDRAWN: Role.COUNTER_OFFICER,
    EventKind.REFUSED: Role.COUNTER_OFFICER,
    EventKind.REISSUED: Role.COUNTER_OFFICER,
    EventKind.FORWARDED: Role.COUNTER_OFFICER,
    EventKind.PAID: Role.COUNTER_OFFICER,
    EventKind.APPROVED: Role.LEADER,
    EventKind.FEE_LOWERED: Role.LEADER,
    EventKind.RECEIPT_UNDONE: Role.LEADER,
    EventKind.REPLACED: Role.LEADER,
    EventKind.EXTENDED: Role.LEADER,
    EventKind.STOPPED: Role.LEADER,
    EventKind.RETURNED_FOR_REWORK: Role.LEADER,
    EventKind.CERTIFIED: Role.LEADER,
    EventKind.SIGNER_CHANGED: Role.LEADER,
    EventKind.LINE_STRUCK: Role.LEADER,
}


class Unfit(Exception):
    """The message would be refused: what is wrong with it, as ``field: why``."""

    def __init__(self, faults: list[str], message: dict[str, Any]):
        super().__init__("; ".join(faults))
        self.message = message


class AtEvent:
    """The dossier as it stood when ``event`` was written."""

    def __init__(self, dossier: Application, event: Event, rules: SyncRules):
        self.dossier, self.event, self.rules = dossier, event, rules
        self.version = version_by_id(dossier.version_id)
        self.arrival = getattr(dossier, "arrival", None)

    @property
    def code(self) -> str:
        """The code it is known by there: the one it was filed under, if it was filed there."""
        return str(self.arrival.code if self.arrival else self.dossier.code or "")

    @cached_property
    def events(self) -> list[Event]:
        rows = self.dossier.events.filter(sequence__lte=self.event.sequence).select_related("actor")
        return list(rows.order_by("sequence"))

    @cached_property
    def due_at(self) -> datetime | None:
        return self._due_at(self.events) or self.dossier.due_at

    @property
    def moment(self) -> datetime:
        """When the step was made, as it is told: never before an earlier step, though who waited for the row looked at the
        clock before, and never the second of an equal one, since that is how two steps are told apart there."""
        told: set[tuple[str, int, str]] = set()
        moment = self.event.at
        for event in self.events:
            moment = max(moment if told else event.at, event.at)
            while (key := (written(moment), event.to_state, event.kind)) in told:
                moment += timedelta(seconds=1)
            told.add(key)
        return moment

    @property
    def _handed_over_at(self) -> datetime | None:
        """When the result of then was handed over, also where another has replaced it since."""
        found = [event.at for event in self.events if event.to_state == State.RETURNED != event.from_state]
        return found[-1] if found else self.dossier.handed_over_at

    @property
    def _by_post(self) -> bool:
        """Whether the result of then went by post and did not come back; before it is sent, whether it was wanted so."""
        ways = (EventKind.POSTED, EventKind.CAME_BACK, EventKind.REPLACED, EventKind.HANDED_OVER)
        last = next((event for event in reversed(self.events) if event.kind in ways), None)
        if last is None or last.kind == EventKind.REPLACED:
            return self._wanted == Delivery.POST
        return bool(last.details.get("letter")) and last.kind != EventKind.CAME_BACK

    @property
    def _wanted(self) -> str:
        """How the citizen of then wanted the result, as the history says it; as the draft does before it was received."""
        said = [event for event in self.events if event.kind == EventKind.RECEIVED or "delivery" in event.details]
        return str(said[-1].details.get("delivery", Delivery.COUNTER) if said else self.dossier.delivery)

    @staticmethod
    def _due_at(events: Sequence[Event]) -> datetime | None:
        found = [event.details["due_at"] for event in events if event.details.get("due_at")]
        return parse_datetime(found[-1]) if found else None

    # -- the dossier ---------------------------------------------------------------------------------------------------

    def hoso(self) -> dict[str, Any]:
        """One HoSo. Raises ``Unfit``."""
        with translation.override(VIETNAMESE):
            message = {**dict.fromkeys(shape.HOSO, ""), **self._what(), **self._who(), **self._when(), **self._with()}
        if faults := shape.faults_of_dossier(message):
            raise Unfit(faults, message)
        return message

    def _what(self) -> dict[str, Any]:
        dossier, procedure, rules = self.dossier, self.version.procedure, self.rules
        name = pick(procedure.name)
        return {
            "MaHoSo": self.code,
            "MaTTHC": procedure.code,
            "TenTTHC": name,
            "MaLinhVuc": rules.field_codes.get(procedure.field.code, ""),
            "TenLinhVuc": pick(procedure.field.name),
            "KenhThucHien": str(Channel(dossier.channel).value),
            "TrichYeuHoSo": name[: shape.MAX_LENGTH["TrichYeuHoSo"]],
            "TrangThaiHoSo": str(int(self.event.to_state)),
            "DonViXuLy": pick(dossier.competent.name),
            "HinhThuc": rules.by_post_code if self._by_post else rules.at_counter_code,
            "NoiNopHoSo": rules.filed_there_code if self.arrival else rules.filed_here_code,
            "DuocThanhToanTrucTuyen": rules.paid_online_code,
            "GhiChu": self.event.reason,
        }

    def _who(self) -> dict[str, Any]:
        """The applicant; where no number is known, none is made up."""
        person, said = self.dossier.applicant, (self.arrival.person if self.arrival else {})
        number = (person.identity_number or "") if person else ""
        return {
            "ChuHoSo": person.full_name if person else said.get("full_name", ""),
            "LoaiDoiTuong": PERSON,
            "SoGiayToChuHoSo": number,
            "DinhDanhCHS": [{"LoaiDinhDanh": IDENTITY_CARD, "SoDinhDanh": number}] if number else [],
            "Email": self.dossier.contact_email,
            "SoDienThoai": self.dossier.contact_phone,
            "TaiKhoanDuocXacThucVoiVNeID": YES if self.arrival and self.arrival.is_verified else NO,
        }

    def _when(self) -> dict[str, str]:
        dossier, state = self.dossier, self.event.to_state
        ended = dossier.released_at if state in _FINISHED else dossier.ended_at if state in _ENDED else None
        return {
            "NgayNopHoSo": written(self.arrival.filed_at if self.arrival else dossier.submitted_at),
            "NgayTiepNhan": written(dossier.received_at),
            "NgayHenTra": written(self.due_at),
            "NgayKetThucXuLy": written(ended),
            "NgayTra": written(self._handed_over_at) if state == State.RETURNED else "",
            "NgayTuChoi": written(dossier.ended_at) if state == State.REFUSED else "",
        }

    def _with(self) -> dict[str, Any]:
        papers = self._papers()
        return {
            "TaiLieuNop": papers,
            "HoSoCoThanhPhanSoHoa": YES if papers else NO,
            "DanhSachLePhi": self._fees(),
            "DanhSachTepDinhKemKhac": [],
            "DanhSachHoSoBoSung": self._supplements(),
            "DanhSachGiayToKetQua": self._results({row["TepDinhKemId"] for row in papers}),
            "DSKetNoiCSDL": [],
        }

    def _papers(self) -> list[dict[str, str]]:
        """Files that were handed in. No link: nobody outside reads what a citizen handed in here."""
        rows = self.dossier.papers.filter(document__isnull=False).select_related("kind", "document")
        found = [(paper, paper.document) for paper in rows if paper.document is not None]
        return [
            {
                "TepDinhKemId": str(document.pk),
                "TenTepDinhKem": document.name[: shape.MAX_LENGTH["TenTepDinhKem"]],
                "IsDeleted": "False",
                "MaThanhPhanHoSo": self.rules.paper_codes.get(paper.kind.key, paper.kind.key),
                "DuongDanTaiTepTin": "",
                "DuocSoHoa": YES,
                "DuocTaiSuDung": YES if paper.state == PaperState.ON_FILE else NO,
                "DuocLayTuKhoDMQG": NO,
                "MaKetQuaThayThe": "",
            }
            for paper, document in found
        ]

    def _fees(self) -> list[dict[str, str]]:
        return [
            {
                # What an officer typed of a document may name its person.
                "TenPhiLePhi": pick(line.name).removesuffix(f": {line.item.title}" if line.item else ""),
                "MaPhiLePhi": "",
                "HinhThucThu": self.rules.fee_way_code,
                "Gia": str(line.amount),
                "LoaiPhiLePhi": self.rules.fee_kind_code,
            }
            for line in self.dossier.fee_lines.all()
            if line.is_due
        ]

    def _supplements(self) -> list[dict[str, Any]]:
        """Every request so far, with the answer where it had come by then; what was asked for before receipt is none.

        They go by the order of the history: two steps may bear one moment, and a later one an earlier. Each of linked services
        asks, and is answered, by itself.
        """
        asked = [one for one in self.events if one.kind == EventKind.SUPPLEMENT_ASKED and not one.details.get("intake")]
        requests = self._requests_by_part()
        answers = [one for one in self.events if one.kind == EventKind.SUPPLEMENTED]
        found = []
        for question in asked:
            # The history writes as many as there are requests of each part, in their order.
            request = next(requests.get(_part_of(question), iter(())), None)
            if request is None:
                continue
            again = (one for one in asked if one.sequence > question.sequence and _part_of(one) == _part_of(question))
            until = next((one.sequence for one in again), self.event.sequence + 1)
            between = (one for one in answers if question.sequence < one.sequence < until)
            answer = next((one for one in between if _part_of(one) == _part_of(question)), None)
            before = [one for one in self.events if one.sequence <= question.sequence]
            found.append(
                {
                    "HoSoBoSungId": str(request.pk),
                    "NguoiYeuCauBoSung": str(request.asked_by),
                    "NoiDungBoSung": request.faults,
                    "NgayBoSung": written(request.asked_at),
                    "NguoiTiepNhanBoSung": str(answer.actor or "") if answer else "",
                    "ThongTinTiepNhan": "",
                    "NgayTiepNhanBoSung": written(answer.at) if answer else "",
                    "TrangThaiBoSung": YES if answer else NO,
                    "DanhSachGiayToBoSung": [],
                    "DanhSachLePhiBoSung": [],
                    "NgayHenTraTruoc": written(self._due_at(before)),
                    "NgayHenTraMoi": written(self._due_at([answer])) if answer else "",
                }
            )
        return found

    def _requests_by_part(self) -> dict[str, Iterator[SupplementRequest]]:
        """The requests of each of the linked services in their order; those of a dossier as a whole under an empty key."""
        rows = self.dossier.supplements.filter(stage=SupplementStage.APPRAISAL).select_related("asked_by", "part")
        found: dict[str, list[SupplementRequest]] = defaultdict(list)
        for row in rows.order_by("sequence", "pk"):
            found[row.part.key if row.part else ""].append(row)
        return {key: iter(requests) for key, requests in found.items()}

    def _results(self, handed_in: set[str]) -> list[dict[str, str]]:
        """Each file of the e-result with code and link; nothing where there is none, and never a file that was handed in."""
        if self.event.to_state in _FINISHED and self.version.parts:
            return self._results_of_parts(handed_in)
        result = getattr(self.dossier, "result", None) if self.event.to_state in _FINISHED else None
        procedure = self.version.procedure
        return [
            {
                "TenGiayTo": pick(procedure.short_name),
                "MaThanhPhanHoSo": "",
                "GiayToId": str(document.pk),
                "DuongDanTepTinKetQua": link_to(document),
                "MaGiayToKetQua": self.rules.result_codes.get(procedure.code, number),
            }
            for document, number in (_files_of(result) if result else [])
            if document.source in _RESULTS and str(document.pk) not in handed_in
        ]

    def _results_of_parts(self, handed_in: set[str]) -> list[dict[str, str]]:
        """Those of the linked services, each under its own number; the contract has no place for their dates."""
        named = {part["key"]: pick(part["result"]) for part in self.version.parts}
        rows = self.dossier.parts.filter(document__isnull=False).select_related("document")
        return [
            {
                "TenGiayTo": named[row.key],
                "MaThanhPhanHoSo": "",
                "GiayToId": str(document.pk),
                "DuongDanTepTinKetQua": link_to(document),
                "MaGiayToKetQua": row.number,
            }
            for row in rows
            if (document := row.document) is not None and str(document.pk) not in handed_in
        ]

    # -- the step ------------------------------------------------------------------------------------------------------

    def tiendo(self) -> dict[str, str]:
        """One TienDo. Raises ``Unfit``."""
        event = self.event
        with translation.override(VIETNAMESE):
            centre = event.centre or self.dossier.competent
            message = {
                "MaHoSo": self.code,
                "NguoiXuLy": str(event.actor or centre)[: shape.MAX_LENGTH["NguoiXuLy"]],
                "ChucDanh": str(_ROLES.get(event.kind, Role.SPECIALIST).label),
                "ThoiDiemXuLy": written(self.moment),
                "PhongBanXuLy": self._part_said("office") or pick(centre.name),
                "NoiDungXuLy": ": ".join(filter(None, [str(EventKind(event.kind).label), self._part_said("name")])),
                "TrangThai": str(int(event.to_state)),
                "NgayBatDau": written(self.moment),
                "NgayKetThucTheoQuyDinh": written(self.due_at),
            }
        if faults := shape.faults_of_progress(message):
            raise Unfit(faults, message)
        return message

    def _part_said(self, name: str) -> str:
        """What the law calls the linked service that this step is about, or its office; empty where it is about the whole."""
        law = {part["key"]: part for part in self.version.parts}
        keys = [key for key in str(self.event.details.get("part", "")).split(",") if key in law]
        return ", ".join(dict.fromkeys(pick(law[key][name]) for key in keys))


def _part_of(event: Event) -> str:
    return str(event.details.get("part", ""))


def _files_of(result: Result) -> list[tuple[Document, str]]:
    """The files of a result with the number of each: one, or every copy of a request for certification."""
    request = getattr(result.application, "certification", None)
    if request is None:
        return [(result.document, result.number)] if result.document else []
    copies = request.items.filter(output__isnull=False).select_related("output", "entry__register").order_by("pk")
    return [(one.output, str(one.entry)) for one in copies]


def link_to(document: Document) -> str:
    """Where the national portal and whoever it shows the result to can read it; signed, so that none can be guessed."""
    signed = signing.Signer(salt=SALT, sep=".").sign(str(document.pk))
    return settings.PUBLIC_URL + reverse("applications:national_result", args=[signed])


def document_of_link(signed: str) -> int | None:
    """The document that a link of ours names, or ``None`` where it is not ours."""
    try:
        return int(signing.Signer(salt=SALT, sep=".").unsign(signed))
    except (signing.BadSignature, ValueError):
        return None
