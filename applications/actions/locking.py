"""Taking hold of a dossier: its row is locked, so that its changes and its history come one after another."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from applications.models import Application
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
    ).get(pk=application.pk)


def wrong_state(application: Application) -> RuleBroken:
    """The refusal when somebody else was quicker, or the page was old."""
    return RuleBroken(
        _("This dossier is now “%(state)s”, so this step is not possible any more. Look at it again.")
        % {"state": application.get_state_display()},
        code="wrong_state",
    )
