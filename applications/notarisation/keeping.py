"""Who keeps a register: opened, handed over and closed by named people, in a second chain beside that of its lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.notarisation.models import Register, RegisterEntry
from citizens.models import User
from portal import chain
from portal.records import AppendOnly

REASON_LENGTH = 200


class NoteKind(models.TextChoices):
    OPENED = "opened", _("register opened")
    HANDED_OVER = "handed_over", _("register handed over")
    STRUCK = "struck", _("line struck through")
    CLOSED = "closed", _("register closed")


class RegisterNote(AppendOnly):
    """What happened to a register; written once, chained.

    ``number`` and ``line`` are those of the line it speaks of: the last one written until then, or the one struck
    through. The hash also covers what stands on the cover: unit, kind and year.
    """

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="notes")
    sequence = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    kind = models.CharField(max_length=12, choices=NoteKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", help_text=_("Who keeps it from then on.")
    )
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    number = models.PositiveIntegerField()
    line = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("note on a register")
        verbose_name_plural = _("notes on registers")
        ordering = ["register_id", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["register", "sequence"], name="register_note_once"),
            models.UniqueConstraint(
                fields=["register", "kind"],
                condition=models.Q(kind__in=[NoteKind.OPENED, NoteKind.CLOSED]),
                name="register_opened_and_closed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.sequence} {self.kind}"

    def chained_body(self) -> dict[str, Any]:
        return {
            "register": self.register_id,
            "unit": self.register.centre_id,
            "book": str(self.register.kind),
            "year": self.register.year,
            "sequence": self.sequence,
            "kind": str(self.kind),
            "at": self.at.timestamp(),
            "by": self.by_id,
            "keeper": self.keeper_id,
            "reason": self.reason,
            "number": self.number,
            "line": self.line,
        }

    def chained_digests(self) -> dict[str, str]:
        return {}

    def chained_values(self) -> dict[str, tuple[str | None, str | None]]:
        return {}


class _Chained(Protocol):
    """A row of one of a register's two chains, not saved yet."""

    previous_hash: str
    hash: str

    def chained_body(self) -> Mapping[str, Any]: ...

    def chained_digests(self) -> Mapping[str, str]: ...

    def save(self) -> None: ...


def locked_register(**which: Any) -> Register:
    """The register under its lock, held until the transaction ends: its lines and its notes come one after another.

    The register's row and not a line's: those are append-only, and the application's role may not even lock one.
    """
    return Register.objects.select_for_update(of=("self",)).select_related("centre").get(**which)


def add_behind(head: str, row: _Chained) -> None:
    """Chain the row to the one whose hash this is, and write it. The caller holds the register's lock."""
    row.previous_hash = head
    row.hash = chain.link(head, row.chained_body(), row.chained_digests())
    row.save()


def note(
    register: Register,
    kind: NoteKind,
    *,
    at: datetime,
    by: User,
    keeper: User,
    reason: str = "",
    struck: RegisterEntry | None = None,
) -> RegisterNote:
    """Add one note to the register's chain, in the caller's transaction. The caller holds the register's lock."""
    last = register.notes.order_by("-sequence").values_list("sequence", "hash").first()
    sequence, head = last or (0, chain.GENESIS)
    number, line = (struck.sequence, struck.hash) if struck else (register.last_number, register.last_hash)
    row = RegisterNote(
        register=register,
        sequence=sequence + 1,
        kind=kind,
        at=at,
        by=by,
        keeper=keeper,
        reason=reason,
        number=number,
        line=line,
    )
    add_behind(head, row)
    return row


def keeper_of(notes: Iterable[RegisterNote]) -> User | None:
    """Who keeps the register after these notes, which are all of its and in order."""
    keeper = None
    for row in notes:
        keeper = row.keeper
    return keeper


def strikes_of(register: Register, numbers: Iterable[int]) -> dict[int, RegisterNote]:
    """The strikes of these lines, by number."""
    found = register.notes.filter(kind=NoteKind.STRUCK, number__in=list(numbers)).select_related("by")
    return {row.number: row for row in found}
