"""Taking hold of a dossier or a register: its row is locked, so that its changes and its history come one after another."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from applications.models import Application, Register, RegisterNote
from applications.notarisation.keeping import NoteKind, locked_register
from applications.permissions import check, may_keep_register
from citizens.models import User
from portal.errors import RuleBroken


def locked(application: Application) -> Application:
    """The dossier's present row, locked until the transaction ends.

    Locked first and read afterwards: in one statement that had to wait, PostgreSQL would give the row as it is now beside
    the relations as they were before.
    """
    Application.objects.select_for_update().order_by().values_list("pk", flat=True).get(pk=application.pk)
    return Application.objects.select_related(
        "matter__ticket__counter",
        "competent",
        "helped_at",
        "received_at_centre",
        "applicant",
        "version",
        "declaration",
        "arrival",
        "showing",
    ).get(pk=application.pk)


def wrong_state(application: Application) -> RuleBroken:
    """The refusal when somebody else was quicker, or the page was old."""
    return RuleBroken(
        _("This dossier is now “%(state)s”, so this step is not possible any more. Look at it again.")
        % {"state": application.get_state_display()},
        code="wrong_state",
    )


def locked_open_register(register: Register, user: User) -> tuple[Register, RegisterNote | None]:
    """The register under its lock, and its last note. Raises ``NotAllowed``, or ``RuleBroken`` once it is closed."""
    register = locked_register(pk=register.pk)
    check(may_keep_register(user, register))
    notes = list(register.notes.select_related("keeper"))
    if any(one.kind == NoteKind.CLOSED for one in notes):
        raise RuleBroken(_("This register is closed already."), code="register_closed")
    return register, notes[-1] if notes else None
