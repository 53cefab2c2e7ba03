"""Registers with lines, as signing writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from applications.actions.close_day import close_day
from applications.closings import due_days
from applications.models import Closing, Register, RegisterEntry
from applications.notarisation.enums import RegisterKind
from applications.notarisation.parties import SIGNATORIES, Party, written
from applications.notarisation.register import enter
from applications.register_faults import Count, find_faults
from centres.enums import Role
from centres.models import Centre
from citizens.models import User
from tests.factories.applications import MONDAY, a_centre, member_of


def a_line(
    centre: Centre | None = None,
    signer: User | None = None,
    title: str = "Giấy khai sinh",
    at: datetime = MONDAY,
    kind: RegisterKind = RegisterKind.COPIES,
    requester: str = "Lê Văn Thử",
    parties: Sequence[Party] = (),
    signer_title: str = "",
) -> RegisterEntry:
    centre = centre or a_centre()
    with transaction.atomic():
        return enter(
            centre=centre,
            kind=kind,
            at=at,
            signer=signer or member_of(Role.COUNTER_OFFICER, centre),
            signer_title=signer_title,
            title=title,
            pages=1,
            copies=1,
            fee=2000,
            scan_sha256="0" * 64,
            personal={"requester": requester, SIGNATORIES: written(parties)},
        )


def a_register(lines: int = 3, at: datetime = MONDAY, every: timedelta = timedelta(0)) -> Register:
    """The register of certified copies of branch no. 3, one line at a time."""
    line = None
    for number in range(lines):
        line = a_line(title=f"Giấy {number + 1}", at=at + number * every)
    assert line is not None
    return Register.objects.get(pk=line.register_id)


def close_days(at: datetime) -> list[Closing]:
    """Every day that is over at this moment and not closed yet."""
    return [close_day(day=day, at=at) for day in list(due_days(at))]


def faults() -> list[tuple[str, str]]:
    """What ``verify_registers`` would find: at which number or day, and what."""
    return [(one.place, one.kind) for one in find_faults({}, Count())]
