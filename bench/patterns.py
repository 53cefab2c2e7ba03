"""Real dossiers, one of each kind and fate, made by the real actions: what a generated year is copied from.

Imported only after Django is set up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from applications.actions.ending import stop, withdraw
from applications.actions.hand_over import hand_over
from applications.actions.handle import propose, send_back, sign, take
from applications.actions.pay import take_fee
from applications.actions.supplement import accept_supplement, ask_supplement
from applications.enums import Method, PaymentState, State
from applications.ledger import outstanding
from applications.models import Application
from bench.program import InProcess
from bench.scene import FORM, Scene, person
from citizens.models import User
from portal import clock, jobs
from procedures.catalogue_cache import version_in_force

# What is copied into every dossier is named once here, so that a copy can put something else in its place.
APPLICANT, NUMBER, PHONE, MAIL = "Nguyễn Thị Mẫu", "001190999999", "+84912345678", "anh@example.vn"
RESULT, RECEIPT = "88/QĐ-MAU", "BL-MAU"
LAND = {
    "certificate_serial": "AB 123456",
    "parcel_number": "45",
    "map_sheet": "12",
    "parcel_unit": "00229",
    "old_address": "12 ngõ 5, phường Kim Liên, quận Đống Đa, Hà Nội",
    "new_address": "12 ngõ 5, phường Kim Liên, Hà Nội",
}
WEDDING = {
    "husband_name": "Phạm Văn Nam",
    "husband_born": "1992-05-06",
    "husband_identity": "001092000123",
    "husband_residence": "Phường Kim Liên, Hà Nội",
    "husband_times": "1",
    "wife_name": "Trịnh Thu Mẫu",
    "wife_born": "1990-02-01",
    "wife_identity": "001190000321",
    "wife_residence": "Phường Kim Liên, Hà Nội",
    "wife_times": "1",
}
# Of a hundred dossiers so many are of this kind.
KINDS = {"birth": 45, "marriage": 25, "land_change_info": 30}
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Pattern:
    """One dossier of this kind that has come so far; ``share`` says how often it comes, of all of that fate."""

    fate: str
    share: int
    pk: int


def build(scene: Scene, specialist: User, leader: User) -> list[Pattern]:
    """Every kind with every fate."""
    return list(_Maker(scene, specialist, leader).patterns())


class _Maker:
    def __init__(self, scene: Scene, specialist: User, leader: User) -> None:
        self.program, self.specialist, self.leader = InProcess(scene), specialist, leader
        self.officer = scene.officers[0].user
        self.number = 0

    def patterns(self) -> Iterator[Pattern]:
        with jobs.left_to_sweeps():
            for kind, share in KINDS.items():
                for fate in FATES:
                    dossier = self._received(kind)
                    at = dossier.received_at
                    assert at is not None
                    FATES[fate](self, dossier, at)
                    yield Pattern(fate, share, dossier.pk)

    def _received(self, kind: str) -> Application:
        """Everything that it asks for is handed in, and every notice was given."""
        self.number += 1
        version = version_in_force(kind, clock.today())
        assert version is not None
        form = {"birth": {**FORM, "child_born": (clock.today() - timedelta(days=20)).isoformat()}, "marriage": WEDDING}
        handed = {
            "ticket": self._at_counter(),
            "procedure": kind,
            "citizen": {**person(0, self.program.chance), "identity_number": NUMBER, "full_name": APPLICANT},
            "papers": [{"kind": row.kind.key} for row in version.requirements.all()],
            "acknowledged": [notice["key"] for notice in version.notices],
            "form": form.get(kind, LAND),
            "contact_phone": PHONE,
            "contact_email": MAIL,
            "other_matter": "mẫu",
            "finish_ticket": True,
        }
        answer = self.program._post("applications/receive/", self.program.officer, handed)
        return Application.objects.get(code=answer["code"])

    def _at_counter(self) -> int:
        self.program.draw()
        return self.program.call_next()

    # -- how far they come ------------------------------------------------------------------------------------------------

    def accepted(self, dossier: Application, at: datetime) -> None:
        pass

    def taken(self, dossier: Application, at: datetime) -> None:
        take(application=dossier, at=at + 3 * HOUR, acting_user=self.specialist)

    def proposed(self, dossier: Application, at: datetime) -> None:
        self.taken(dossier, at)
        self._propose(dossier, at + 26 * HOUR)

    def asked(self, dossier: Application, at: datetime) -> None:
        self.taken(dossier, at)
        ask_supplement(
            application=dossier,
            faults="Bản chụp mờ, xin nộp bản rõ hơn.",
            at=at + 5 * HOUR,
            acting_user=self.specialist,
        )

    def done(self, dossier: Application, at: datetime) -> None:
        self.proposed(dossier, at)
        sign(application=dossier, at=at + 30 * HOUR, acting_user=self.leader)

    def returned(self, dossier: Application, at: datetime) -> None:
        self._pay(dossier, at)
        self.done(dossier, at)
        self._hand_over(dossier, at + 50 * HOUR)

    def returned_late(self, dossier: Application, at: datetime) -> None:
        """Asked for a supplement, and sent back once by the leader."""
        self._pay(dossier, at)
        self.asked(dossier, at)
        accept_supplement(application=dossier, note="Bản mới.", at=at + 53 * HOUR, acting_user=self.officer)
        self._propose(dossier, at + 75 * HOUR)
        send_back(application=dossier, reason="Sai tên, xem lại tờ khai.", at=at + 76 * HOUR, acting_user=self.leader)
        self._propose(dossier, at + 78 * HOUR)
        sign(application=dossier, at=at + 80 * HOUR, acting_user=self.leader)
        self._hand_over(dossier, at + 100 * HOUR)

    def withdrawn(self, dossier: Application, at: datetime) -> None:
        self.taken(dossier, at)
        withdraw(application=dossier, reason="Tôi nộp lại sau.", at=at + 6 * HOUR, acting_user=self.officer)

    def stopped(self, dossier: Application, at: datetime) -> None:
        self.taken(dossier, at)
        stop(application=dossier, reason="Không đủ điều kiện.", at=at + 27 * HOUR, acting_user=self.leader)

    def _pay(self, dossier: Application, at: datetime) -> None:
        dossier.refresh_from_db()
        if dossier.payment_state == PaymentState.DUE:
            take_fee(
                application=dossier,
                amount=outstanding(dossier),
                method=Method.CASH,
                receipt_number=f"{RECEIPT}-{self.number}",
                at=at,
                acting_user=self.officer,
            )

    def _propose(self, dossier: Application, at: datetime) -> None:
        propose(application=dossier, number=RESULT, document=None, at=at, acting_user=self.specialist)

    def _hand_over(self, dossier: Application, at: datetime) -> None:
        hand_over(
            application=dossier,
            handed_to=APPLICANT,
            signature=None,
            unpaid_reason="Nộp sau.",
            at=at,
            acting_user=self.officer,
        )


FATES = {
    "accepted": _Maker.accepted,
    "taken": _Maker.taken,
    "proposed": _Maker.proposed,
    "asked": _Maker.asked,
    "done": _Maker.done,
    "returned": _Maker.returned,
    "returned_late": _Maker.returned_late,
    "withdrawn": _Maker.withdrawn,
    "stopped": _Maker.stopped,
}
IN_HAND = [State.ACCEPTED, State.PROCESSING, State.SUPPLEMENT]
