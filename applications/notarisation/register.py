"""Writing in a register: numbers that run on without a gap, each line chained to the one before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from applications.notarisation.enums import RegisterKind
from applications.notarisation.keeping import NoteKind, add_behind, locked_register, note
from applications.notarisation.models import Register, RegisterEntry, RegisterValue
from centres.models import Centre
from citizens.models import User
from portal import chain, clock
from portal.errors import RuleBroken


def enter(
    *,
    centre: Centre,
    kind: RegisterKind,
    at: datetime,
    signer: User,
    signer_title: str,
    title: str,
    pages: int,
    copies: int,
    fee: int,
    scan_sha256: str,
    personal: Mapping[str, str],
) -> RegisterEntry:
    """Take the next number of this year's register and write its line, in the caller's transaction.

    The register's row stays locked until that transaction ends: whoever comes next waits, and a number whose
    transaction fails was never taken (Decree 23/2015 art. 13, 14: numbers run on from 01 on 1 January). Whoever signs
    its first line opens the register and keeps it until it is handed over.

    Raises ``RuleBroken`` (``register_closed``).
    """
    year = clock.local_day(at).year
    Register.objects.get_or_create(centre=centre, kind=kind, year=year)
    register = locked_register(centre=centre, kind=kind, year=year)
    _open_or_refuse(register, at, signer)
    sealed = chain.seal({name: value for name, value in personal.items() if value})
    entry = RegisterEntry(
        register=register,
        sequence=register.last_number + 1,
        at=at,
        signer=signer,
        signer_title=signer_title,
        title=title,
        pages=pages,
        copies=copies,
        fee=fee,
        scan_sha256=scan_sha256,
        digests={name: value.digest for name, value in sealed.items()},
    )
    add_behind(register.last_hash, entry)
    RegisterValue.objects.bulk_create(
        RegisterValue(entry=entry, name=name, value=value.value, salt=value.salt) for name, value in sealed.items()
    )
    register.last_number, register.last_hash = entry.sequence, entry.hash
    register.save(update_fields=["last_number", "last_hash"])
    return entry


def _open_or_refuse(register: Register, at: datetime, signer: User) -> None:
    known = set(register.notes.filter(kind__in=[NoteKind.OPENED, NoteKind.CLOSED]).values_list("kind", flat=True))
    if NoteKind.CLOSED in known:
        raise RuleBroken(
            _("Register %(book)s of %(year)s is closed: no line can be added. Enter it in this year's register.")
            % {"book": register.kind, "year": register.year},
            code="register_closed",
        )
    if not known:
        note(register, NoteKind.OPENED, at=at, by=signer, keeper=signer)
