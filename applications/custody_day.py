"""Originals on the manager's day: what is missing, and what is on the way for too long."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.custody import late_before
from applications.enums_originals import ON_THE_WAY, ItemState
from applications.models import Original, TransferItem
from centres.models import Centre

Need = tuple[str, str, str]
# More than these are behind the figure.
MOST_NAMED = 3


def needs_attention(centre: Centre, at: datetime) -> list[Need]:
    """(severity, sentence, address) triples, as in ``applications.day``; what is missing is named. Three statements."""
    here = Q(transfer__branch=centre) | Q(transfer__competent=centre)
    missing = list(
        TransferItem.objects.filter(here, state=ItemState.MISSING)
        .select_related("transfer", "original__paper__kind", "original__application")
        .order_by("missing_at", "id")[: MOST_NAMED + 1]
    )
    needs: list[Need] = [
        (
            "act",
            _("Missing from list %(list)s: %(original)s of dossier %(code)s.")
            % {"list": item.transfer, "original": item.original, "code": item.original.application.code},
            reverse("applications:transfer_list", args=[item.transfer_id]),
        )
        for item in missing[:MOST_NAMED]
    ]
    if len(missing) > MOST_NAMED:
        needs.append(("act", _("More originals are missing from lists."), list_url(centre, "missing")))
    late = Original.objects.filter(
        Q(branch=centre) | Q(application__competent=centre), place__in=ON_THE_WAY, since__lt=late_before(at)
    )
    if count := late.exclude(transfers__state=ItemState.MISSING).count():
        text = ngettext(
            "%(count)d original is on the way for too long.", "%(count)d originals are on the way for too long.", count
        )
        needs.append(("act", text % {"count": count}, list_url(centre, "late")))
    return needs


def list_url(centre: Centre, name: str) -> str:
    return f"{reverse('applications:originals')}?{urlencode({'list': name, 'centre': centre.pk})}"
