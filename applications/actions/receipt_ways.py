"""A receipt that the counter cannot print: printed at another counter, or sent to the citizen's phone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from applications.looks import looked_at
from applications.messages import ReceiptHere
from applications.models import Application
from applications.permissions import check, may_receive
from centres.models import Counter
from citizens.models import User
from notifications.actions.queue import queue_notice
from notifications.message import Recipient
from portal.errors import BadInput, RuleBroken
from portal.vn.phones import is_mobile, parse_phone
from portal.vn.problems import InvalidValue
from support.actions.print_elsewhere import print_elsewhere, take_print_back
from support.models import Equipment, PrintElsewhere
from support.printing import last_of


def reference_of(application: Application) -> str:
    """What names the receipt of this dossier among the papers that other counters print."""
    return f"receipt:{application.pk}"


@transaction.atomic
def print_receipt_elsewhere(
    *, application: Application, counter: Counter, printer: Equipment, at: datetime, acting_user: User
) -> PrintElsewhere:
    """The officer at that printer is asked. Raises ``NotAllowed``, ``RuleBroken``."""
    _guard(application, acting_user)
    with translation.override("vi"):
        what = gettext("Receipt %(code)s") % {"code": application.code}
    return print_elsewhere(
        counter=counter,
        printer=printer,
        what=what,
        path=reverse("applications:receipt", args=[application.pk]),
        reference=reference_of(application),
        at=at,
        acting_user=acting_user,
    )


@transaction.atomic
def send_receipt_to_phone(*, application: Application, phone: str = "", at: datetime, acting_user: User) -> None:
    """To the phone given with the dossier, else to this one, which is kept for nothing else; nobody prints it then.

    The same phone is told once a minute at most. Raises ``NotAllowed``, ``BadInput``, ``RuleBroken``.
    """
    _guard(application, acting_user)
    number = application.contact_phone or _mobile(phone)
    queue_notice(
        notice=ReceiptHere(application=application, reference=application.code or ""),
        recipient=Recipient(phone=number, language=application.language),
        dedup_key=f"dossier:{application.pk}:{ReceiptHere.kind}:{at:%y%m%d%H%M}",
        at=at,
    )
    looked_at(application=application, reason=str(_("receipt sent to the phone")), at=at, user=acting_user)
    paper = last_of(reference_of(application), at)
    if paper is not None:
        take_print_back(paper=paper, at=at, acting_user=acting_user)


def _guard(application: Application, user: User) -> None:
    check(may_receive(user, application))
    if not application.code:
        raise RuleBroken(_("There is no receipt yet: receive the dossier first."), code="no_receipt")


def _mobile(phone: str) -> str:
    try:
        number = parse_phone(phone)
    except InvalidValue as refused:
        raise BadInput(refused.message, code=refused.code, field="phone") from refused
    if not is_mobile(number):
        raise BadInput(_("Please give a mobile number: a message goes there."), code="not_mobile", field="phone")
    return number
