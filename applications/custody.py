"""Which originals are in custody and where: lists for those who have them in hand, and what stands out among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.catalogue import version_of
from applications.enums import State
from applications.enums_originals import AT_BRANCH, IN_CUSTODY, ON_THE_WAY, Direction, ItemState, Place
from applications.models import Application, Original, TransferItem, TransferList
from applications.permissions import OFFICE_KEEPERS, RECEIVERS
from applications.rules import rules_on, working_days_before
from centres.permissions import MANAGERS, centres_of
from portal import clock
from portal.templatetags.portal import day
from portal.text import pick

PAGE_SIZE = 30
# Who sees where originals are: those who have them in hand, and whoever answers for the centre.
READERS = RECEIVERS | OFFICE_KEEPERS | MANAGERS
_OPEN_ITEM = TransferItem.objects.filter(original=OuterRef("pk"), settled_at__isnull=True)
_OVER = [State.WITHDRAWN, State.STOPPED]


@dataclass(frozen=True)
class CustodyList:
    """One list: its name in the address, its title, what is in it, and what can be done with what is ticked."""

    key: str
    title: Any
    rows: Callable[[datetime], Q]
    moves: bool = False
    sends: str = ""


LISTS = [
    CustodyList(
        "here",
        gettext_lazy("At the branch"),
        lambda late: Q(place__in=AT_BRANCH),
        moves=True,
        sends=Direction.TO_OFFICE,
    ),
    CustodyList("way", gettext_lazy("On the way"), lambda late: Q(place__in=ON_THE_WAY)),
    CustodyList("late", gettext_lazy("Too long on the way"), lambda late: Q(place__in=ON_THE_WAY, since__lt=late)),
    CustodyList("missing", gettext_lazy("Missing"), lambda late: Q(is_missing=True)),
    CustodyList(
        "office", gettext_lazy("At the office"), lambda late: Q(place=Place.AT_OFFICE), sends=Direction.TO_BRANCH
    ),
    CustodyList(
        "give-back",
        gettext_lazy("To be given back"),
        lambda late: Q(place__in=AT_BRANCH, application__state__in=[*_OVER, State.DONE]),
        moves=True,
    ),
]
BY_KEY = {one.key: one for one in LISTS}


def late_before(at: datetime) -> datetime:
    """Whatever is on the way since before this moment is there longer than the rule of this day allows."""
    today = clock.local_day(at)
    return datetime.combine(working_days_before(today, rules_on(today).way_days), time.min, tzinfo=clock.HANOI)


def in_scope(user: Any, branch: str, competent: str) -> Q:
    """Rows whose branch's or whose deciding centre's originals this person may see, by the names of the columns."""
    branches = centres_of(user, RECEIVERS | MANAGERS)
    offices = centres_of(user, OFFICE_KEEPERS | MANAGERS)
    if branches is None or offices is None:
        return Q()
    return Q(**{f"{branch}__in": branches}) | Q(**{f"{competent}__in": offices})


def originals_for(user: Any, centre: int | None = None) -> QuerySet[Original]:
    """What is in custody and this person may see; of one centre, if it is named."""
    rows = Original.objects.filter(in_scope(user, "branch", "application__competent"), place__in=IN_CUSTODY)
    if centre is not None:
        rows = rows.filter(Q(branch=centre) | Q(application__competent=centre))
    return rows.alias(is_missing=Exists(_OPEN_ITEM.filter(state=ItemState.MISSING)))


def page_of(
    chosen: CustodyList, user: Any, late: datetime, centre: int | None, page: int
) -> tuple[list[Original], bool]:
    """The rows of one page, the longest there first, and whether more follow. Two statements."""
    rows = shown(originals_for(user, centre).filter(chosen.rows(late)))
    found = list(rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE + 1])
    return found[:PAGE_SIZE], len(found) > PAGE_SIZE


def shown(rows: QuerySet[Original]) -> QuerySet[Original]:
    """With what a row shows, the longest there first."""
    open_items = TransferItem.objects.filter(settled_at__isnull=True).select_related("transfer")
    return (
        rows.select_related("application__applicant", "application__competent", "paper__kind", "branch")
        .prefetch_related(Prefetch("transfers", open_items, to_attr="open_items"))
        .order_by("since", "id")
    )


def counts_of(user: Any, late: datetime, centre: int | None) -> dict[str, int]:
    """How many are in each list, in one statement."""
    wanted = {one.key.replace("-", "_"): Count("pk", filter=one.rows(late)) for one in LISTS}
    found = originals_for(user, centre).order_by().aggregate(**wanted)
    return {one.key: found[one.key.replace("-", "_")] for one in LISTS}


def lists_for(user: Any) -> QuerySet[TransferList]:
    """Lists that this person sends or receives, or answers for, the newest first."""
    return (
        TransferList.objects.filter(in_scope(user, "branch", "competent"))
        .select_related("branch", "competent", "sent_by", "origin")
        .annotate(
            count=Count("items"),
            settled=Count("items", filter=Q(items__settled_at__isnull=False)),
            missing=Count("items", filter=Q(items__state=ItemState.MISSING)),
        )
        .order_by("-sent_at", "-id")
    )


@dataclass(frozen=True)
class Row:
    """One original in a list, in words."""

    original: Original
    late: datetime

    @property
    def where(self) -> str:
        return place_words(self.original)

    @property
    def item(self) -> TransferItem | None:
        """Its line on the list that is open, if it is on one."""
        found: list[TransferItem] = self.original.open_items  # type: ignore[attr-defined]
        return found[0] if found else None

    @property
    def is_missing(self) -> bool:
        return self.item is not None and self.item.state == ItemState.MISSING

    @property
    def is_late(self) -> bool:
        return self.original.place in ON_THE_WAY and self.original.since < self.late

    @property
    def kind(self) -> str:
        if self.is_missing or self.is_late:
            return "act"
        return "ok" if self.original.is_at_branch else "info"


def place_words(original: Original) -> str:
    """Where it is, for those who work with it."""
    match original.place:
        case Place.TO_OFFICE:
            return _("on the way to %(office)s") % {"office": original.office}
        case Place.AT_OFFICE:
            return _("at %(office)s") % {"office": original.office}
        case Place.TO_BRANCH:
            return _("on the way back from %(office)s") % {"office": original.office}
        case _place:
            return str(original.get_place_display())


def told_to_citizen(original: Original) -> str:
    """Where it is, as its owner reads it; its serial is not for everybody who has the page's address."""
    dossier = original.application
    values = {
        "paper": pick(original.paper.kind.name),
        "branch": pick(original.branch.short_name),
        "office": office_words(dossier),
        "day": day(original.since),
        "hotline": settings.HOTLINE,
    }
    return _TO_CITIZEN[Place(original.place)] % values


def office_words(dossier: Application) -> str:
    """Who decides, in the reader's language."""
    handler = version_of(dossier).procedure.handler
    return pick(handler) if handler else pick(dossier.competent.short_name)


_KEPT = gettext_lazy("Your original is kept at %(branch)s: %(paper)s.")
_TO_CITIZEN: dict[Place, Any] = {
    Place.COUNTER: _KEPT,
    Place.SAFE: _KEPT,
    Place.TO_OFFICE: gettext_lazy("Your original is on the way to %(office)s: %(paper)s."),
    Place.AT_OFFICE: gettext_lazy("Your original is at %(office)s: %(paper)s."),
    Place.TO_BRANCH: gettext_lazy("Your original is on the way back to %(branch)s: %(paper)s."),
    Place.GIVEN_BACK: gettext_lazy("Your original was given back on %(day)s: %(paper)s."),
    Place.LOST: gettext_lazy("We cannot find your original, and we are sorry: %(paper)s. Please call %(hotline)s."),
}
