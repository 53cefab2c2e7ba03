"""What the watch sees of the virus scan (``settings.WATCH_SOURCES``)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from applications.enums import VirusState
from applications.models import VirusCheck
from portal import virusscan
from support.enums import Kind, Severity
from support.watch.trouble import Trouble

# Somebody has to look at where an infected file came from; after a day it is either known or will not come out.
REMEMBERED = timedelta(days=1)
# A scanner that reads its signatures anew answers again within this.
LATE = timedelta(minutes=15)


def troubles(at: datetime) -> Iterable[Trouble]:
    """An infected file that came in lately, a scanner that is silent, and files that wait for it. None of them counts rows."""
    if VirusCheck.objects.filter(state=VirusState.INFECTED, checked_at__gte=at - REMEMBERED).exists():
        what = _(
            "A virus was found in a file that was brought in; nobody is given it. See who brought it, and from where."
        )
        yield Trouble("app:virus-found", Kind.PORTAL, Severity.ONE, what)
    if VirusCheck.objects.filter(state=VirusState.WAITING, asked_at__lt=at - LATE).exists():
        what = _("Files wait for their virus scan and cannot be opened until then.")
        yield Trouble("app:virus-waiting", Kind.JOBS, Severity.MANY, what)
    if virusscan.is_configured() and not virusscan.is_there():
        what = _("The virus scanner does not answer: files are refused, or wait, as the city's rule says.")
        yield Trouble("app:virus-scanner", Kind.PORTAL, Severity.MANY, what)
