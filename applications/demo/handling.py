"""What becomes of the demo's dossiers after the counter, through the real actions of specialist and leader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import IntEnum

from applications.accounts import open_request
from applications.actions.hand_over import hand_over
from applications.actions.handle import propose, sign, take
from applications.actions.pay import take_fee
from applications.actions.supplement import ask_supplement
from applications.demo.bank import transfer
from applications.demo.centres import Place
from applications.demo.certify import sign_all
from applications.demo.originals import bring_home
from applications.enums import Method, State, StepKind
from applications.ledger import dues_of
from applications.models import Application
from applications.notarisation.requests import is_request

_FAULTS = {
    "land_change_info": "Bản chính giấy chứng nhận thiếu trang bổ sung. Mời bác mang trang bổ sung đến bất kỳ quầy nào.",
    "birth": "Giấy chứng sinh bị mờ số. Mời anh chị xin lại bản rõ ở bệnh viện và nộp tại bất kỳ quầy nào.",
}
# Why a result goes out before its fee, where one does.
PAID_LATER = "Người nhận nộp phí bằng chuyển khoản sau."
_FAULTS_OTHERWISE = "Tờ khai thiếu chữ ký. Mời ông bà đến ký tại bất kỳ quầy nào."
_NUMBERS = {"land_change_info": "{}/CNVP-ĐĐ", "birth": "KS {}", "marriage": "KH {}"}
# How many dossiers of earlier demo days stay overdue, and how long each step takes for the others.
_STAY_OVERDUE = 2
_STEP = timedelta(minutes=20)


class Fate(IntEnum):
    """How far a dossier has come."""

    ACCEPTED = 0
    TAKEN = 1
    PROPOSED = 2
    SIGNED = 3
    RETURNED = 4
    # Apart from the road: asked to bring something, after it was taken.
    SUPPLEMENT = 9


def carry_on(dossier: Application, fate: Fate, moments: Sequence[datetime], place: Place) -> Application:
    """Bring a dossier that was just received to its fate; ``moments``, in order: taken, decided, signed, handed over."""
    if is_request(dossier.version):
        return _certify(dossier, fate, moments, place)
    key = dossier.version.procedure.key
    specialist = place.specialists[0 if key == "land_change_info" else 1]
    if fate == Fate.ACCEPTED:
        return dossier
    dossier = _paid(dossier)
    dossier = take(application=dossier, at=moments[0], acting_user=specialist)
    if fate == Fate.SUPPLEMENT:
        faults = _FAULTS.get(key, _FAULTS_OTHERWISE)
        return ask_supplement(application=dossier, faults=faults, at=moments[1], acting_user=specialist)
    if fate == Fate.TAKEN:
        return dossier
    return _decide(dossier, fate, moments, place)


def _certify(dossier: Application, fate: Fate, moments: Sequence[datetime], place: Place) -> Application:
    """A request for certification lies before its signer, is signed, and is fetched."""
    if fate < Fate.SIGNED:
        return dossier
    dossier = _paid(dossier)
    sign_all(dossier, moments[2])
    dossier = Application.objects.select_related("version__procedure", "applicant").get(pk=dossier.pk)
    if fate == Fate.SIGNED or dossier.state != State.DONE:
        return dossier
    name = dossier.applicant.full_name if dossier.applicant else ""
    return hand_over(
        application=dossier,
        handed_to=name,
        signature=None,
        unpaid_reason=PAID_LATER,
        at=moments[3],
        acting_user=place.officers[3],
    )


def _paid(dossier: Application) -> Application:
    """The fee is taken where the dossier was received, right after it, or comes by the code; with it those of the copies made
    for it."""
    for row, due in dues_of(dossier):
        request = open_request(row) if dossier.pk % 3 == 0 else None
        if request is not None:
            transfer(request, dossier.received_at or dossier.changed_at)
        elif row.received_by is not None:
            take_fee(
                application=row,
                amount=due,
                method=Method.CASH,
                receipt_number=f"BL{row.pk:07}",
                at=dossier.received_at or dossier.changed_at,
                acting_user=row.received_by,
            )
    return Application.objects.select_related("version__procedure", "applicant").get(pk=dossier.pk)


def _decide(
    dossier: Application, fate: Fate, moments: Sequence[datetime], place: Place, *, proposed: bool = False
) -> Application:
    """From the specialist's desk on, or from the leader's when it was proposed already."""
    if not proposed and dossier.handler is not None:
        number = _NUMBERS.get(dossier.version.procedure.key, "CT {}").format(f"{dossier.pk:04}")
        dossier = propose(application=dossier, number=number, document=None, at=moments[1], acting_user=dossier.handler)
    if fate == Fate.PROPOSED:
        return dossier
    dossier = sign(application=dossier, at=moments[2], acting_user=place.leader)
    if fate == Fate.SIGNED:
        return dossier
    bring_home(dossier, moments[3], place)
    name = dossier.applicant.full_name if dossier.applicant else ""
    return hand_over(
        application=dossier,
        handed_to=name,
        signature=None,
        unpaid_reason=PAID_LATER,
        at=moments[3],
        acting_user=place.officers[3],
    )


def finish_earlier(place: Place, at: datetime) -> None:
    """Bring to an end what earlier demo days left overdue, or it would pile up; a visitor's own dossiers stay."""
    made_here = Application.objects.filter(competent=place.centre, matter__ticket__client_key__startswith="demo-")
    overdue = made_here.overdue(at).order_by("-due_at", "id").select_related("version__procedure", "applicant")
    for dossier in overdue[_STAY_OVERDUE:]:
        moments = [dossier.changed_at + _STEP * number for number in (1, 2, 3, 4)]
        if moments[-1] > at:
            continue
        if is_request(dossier.version):
            _certify(dossier, Fate.RETURNED, moments, place)
        elif dossier.state == State.ACCEPTED:
            carry_on(dossier, Fate.RETURNED, moments, place)
        elif dossier.steps.filter(kind=StepKind.SIGN, to_at__isnull=True).exists():
            _decide(dossier, Fate.RETURNED, moments, place, proposed=True)
        elif dossier.handler in place.specialists:
            _decide(dossier, Fate.RETURNED, moments, place)
