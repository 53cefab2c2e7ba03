"""Lists of dossiers as those who work on them need them: whose turn it is, by due date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, prefetch_related_objects
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import worklist_whys as whys
from applications.catalogue import version_of
from applications.enums import (
    IN_HAND,
    PAYABLE,
    RUNNING,
    WAITING_FOR_CITIZEN,
    DeliveryState,
    PaperState,
    PartState,
    PaymentState,
    State,
    StepKind,
)
from applications.linked import name_of
from applications.models import (
    Application,
    CertificationItem,
    Consultation,
    Extension,
    Paper,
    Part,
    ResultCorrection,
    Step,
    WithdrawalRequest,
)
from applications.notarisation.enums import JobState
from applications.notarisation.models import SENT_BACK
from applications.pauses import parts_of
from applications.people import handlers_for
from applications.querysets import NOT_FORWARDED, ApplicationQuerySet
from centres.enums import Role
from centres.permissions import centres_of, has_role
from portal import clock
from portal.templatetags.portal import day, hm, long_day
from portal.text import pick
from procedures.catalogue_cache import versions_on

PAGE_SIZE = 30
# Further a list is not counted: beyond it nobody asks how many.
MOST_COUNTED = 99
ONE_DAY = timedelta(days=1)
# A dossier that nobody has taken after this long is forgotten, not waiting (a house rule; the law names none).
UNTAKEN = timedelta(hours=24)
READERS = frozenset({Role.COUNTER_OFFICER, Role.SPECIALIST, Role.LEADER, Role.MANAGER, Role.CITY_ADMIN})
_MANAGERS = frozenset({Role.MANAGER, Role.CITY_ADMIN})
_HANDING = frozenset({Role.COUNTER_OFFICER})
_CERTIFYING = frozenset({Role.COUNTER_OFFICER, Role.LEADER})
# So long it is spoken of that a file could not be made (a house rule).
FAILED_DAYS = timedelta(days=7)
_OPEN_STEP = Step.objects.filter(application=OuterRef("pk"), to_at__isnull=True)

_APOLOGY = Extension.objects.filter(application=OuterRef("pk"), dropped_at__isnull=True)
WAS_EXTENDED = Exists(_APOLOGY.filter(signed_at__isnull=False))
_HAS_WISH = Exists(WithdrawalRequest.objects.filter(application=OuterRef("pk"), settled_at__isnull=True))
# A received dossier keeps the file of a copy that was struck through since.
_STRUCK = Paper.objects.filter(application=OuterRef("pk"), state=PaperState.MISSING, document__isnull=False)
_SENT_BACK = CertificationItem.objects.filter(SENT_BACK)


@dataclass(frozen=True)
class WorkList:
    """One list: its name in the address, its title, whose it is, which dossiers are in it and why each is there;
    ``documents`` are those of a request for certification that its row names, ``together`` what can be done with several of
    them at once."""

    key: str
    title: Any
    roles: frozenset[str]
    rows: Callable[[Any, datetime], Q]
    why: Callable[[Application, Any], str]
    documents: Callable[[datetime], QuerySet[CertificationItem]] | None = None
    together: str = ""


def _at_centres(name: str, user: Any, role: str) -> Q:
    """Dossiers whose centre in this column is one where the user holds the role."""
    centres = centres_of(user, [role])
    return Q() if centres is None else Q(**{f"{name}__in": centres})


def _mine(user: Any, at: datetime) -> Q:
    """The own dossiers, and those of colleagues who are away and whom this person stands in for."""
    return Q(handler__in=handlers_for(user, clock.local_day(at)), state__in=[State.PROCESSING, *WAITING_FOR_CITIZEN])


def _asked_elsewhere(user: Any, at: datetime) -> Q:
    return _mine(user, at) & Q(is_asked_elsewhere=True)


# Requests for certification lie before their signer, who has a queue of their own.
_NO_REQUEST = Q(certification__isnull=True)


def _to_take(user: Any, at: datetime) -> Q:
    here = Q(state=State.ACCEPTED, forward_by__isnull=True) & _NO_REQUEST
    return here & _at_centres("competent", user, Role.SPECIALIST)


def _to_forward(user: Any, at: datetime) -> Q:
    """Received here for an office elsewhere, which does not have them yet."""
    return NOT_FORWARDED & _at_centres("received_at_centre", user, Role.COUNTER_OFFICER)


def _to_sign(user: Any, at: datetime) -> Q:
    return Q(state=State.PROCESSING, is_at_signature=True) & _NO_REQUEST & _at_centres("competent", user, Role.LEADER)


def _corrections(user: Any, at: datetime) -> Q:
    """Decided, found wrong, and proposed anew: the new decision waits for its signature. By the few that are open, so that
    nobody walks through what was ever decided."""
    open_ones = ResultCorrection.objects.filter(signed_at__isnull=True, dropped_at__isnull=True)
    decided = Q(state__in=[State.DONE, State.RETURNED], pk__in=open_ones.values("application"))
    return decided & _at_centres("competent", user, Role.LEADER)


def _to_hand_over(user: Any, at: datetime) -> Q:
    here = Q(state=State.DONE, delivery_state=DeliveryState.AT_COUNTER)
    return here & _at_centres("received_at_centre", user, Role.COUNTER_OFFICER)


def _uncollected(user: Any, at: datetime) -> Q:
    """Reminded of, and still here."""
    return _to_hand_over(user, at) & Q(was_reminded=True)


def _by_post(user: Any, at: datetime) -> Q:
    """With the post: somebody has to note how their way ended."""
    on_way = Q(state=State.DONE, delivery_state=DeliveryState.ON_WAY)
    return on_way & _at_centres("received_at_centre", user, Role.COUNTER_OFFICER)


def _all(user: Any, at: datetime) -> Q:
    return Q(state__in=[*IN_HAND, State.DONE])


def today_span(at: datetime) -> tuple[datetime, datetime]:
    """The local day of this moment, from midnight to midnight."""
    start = clock.local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return start, start + ONE_DAY


def due_today(at: datetime) -> Q:
    start, end = today_span(at)
    return Q(state__in=RUNNING, due_at__gte=start, due_at__lt=end)


def unsigned_today(at: datetime) -> Q:
    """Due later today and on the leader's table (rows with ``is_at_signature``)."""
    return due_today(at) & _NO_REQUEST & Q(due_at__gte=at, is_at_signature=True)


def open_today(at: datetime) -> Q:
    """Due later today and still being examined."""
    return due_today(at) & Q(due_at__gte=at, is_at_signature=False)


def untaken(at: datetime) -> Q:
    return _NO_REQUEST & Q(state=State.ACCEPTED, received_at__lt=at - UNTAKEN)


def overdue(at: datetime) -> Q:
    return Q(state__in=RUNNING, due_at__lt=at)


def part_overdue(at: datetime) -> Q:
    """One of the linked services is past its date while its office has it (rows with ``has_late_part``, of this moment)."""
    return Q(state__in=IN_HAND, has_late_part=True)


def late_part(at: datetime) -> Exists:
    """The annotation for it."""
    return Exists(Part.objects.filter(application=OuterRef("pk"), state=PartState.WITH_OFFICE, due_at__lt=at))


def _late_parts(user: Any, at: datetime) -> Q:
    return part_overdue(at)


def unexcused(at: datetime) -> Q:
    """Past due without an apology that was signed in time (rows with ``was_extended``)."""
    return overdue(at) & Q(was_extended=False)


def _apologies(user: Any, at: datetime) -> Q:
    """Foreseen to be late: the apology waits for the leader, while it can still be signed."""
    drafted = Q(state__in=RUNNING, due_at__gte=at, has_apology_drafted=True)
    return drafted & _at_centres("competent", user, Role.LEADER)


def _sent_back(user: Any, at: datetime) -> Q:
    """Something in them was sent back by the signer, whose person may have left: here it is seen to."""
    return Q(state__in=RUNNING, has_sent_back=True) & _at_centres("helped_at", user, Role.COUNTER_OFFICER)


def _could_not_be_made(at: datetime) -> QuerySet[CertificationItem]:
    """Documents whose file could not be made lately, while the paper they were for is still missing."""
    rows = CertificationItem.objects.filter(state=JobState.FAILED, claimed_at__gte=at - FAILED_DAYS)
    return rows.filter(Q(for_paper__isnull=True) | Q(for_paper__state=PaperState.MISSING))


def _not_made(user: Any, at: datetime) -> Q:
    centres = centres_of(user, _CERTIFYING)
    here = Q() if centres is None else Q(helped_at__in=centres)
    return here & Q(pk__in=_could_not_be_made(at).values("certification__application"))


def _to_withdraw(user: Any, at: datetime) -> Q:
    return Q(state__in=IN_HAND, has_wish=True) & _at_centres("received_at_centre", user, Role.COUNTER_OFFICER)


def done_today(at: datetime) -> Q:
    start, end = today_span(at)
    return Q(state__in=[State.DONE, State.RETURNED], released_at__gte=start, released_at__lt=end)


def _to_give_back(user: Any, at: datetime) -> Q:
    """More was paid than is owed; a leader has it given back, also after the end."""
    return Q(payment_state=PaymentState.OVER)


def _fees_to_take(user: Any, at: datetime) -> Q:
    """Received here and not paid yet, also where it was handed over; a copy made for another dossier too."""
    due = Q(payment_state=PaymentState.DUE, state__in=PAYABLE)
    return due & _at_centres("received_at_centre", user, Role.COUNTER_OFFICER)


# What can be done with several at once.
TAKE, HAND_ON, FORWARD = "take", "hand-on", "forward"
_RARE = frozenset({"late-parts", "corrections"})
_BEHIND_A_FIGURE = frozenset({"unexcused", "in-hand", "untaken", "unsigned-today", "open-today"})
LISTS = [
    WorkList("mine", gettext_lazy("Mine"), frozenset({Role.SPECIALIST}), _mine, whys.mine, together=HAND_ON),
    WorkList(
        "asked-elsewhere",
        gettext_lazy("With another office"),
        frozenset({Role.SPECIALIST}),
        _asked_elsewhere,
        whys.asked_elsewhere,
    ),
    WorkList("to-take", gettext_lazy("To take"), frozenset({Role.SPECIALIST}), _to_take, whys.untaken, together=TAKE),
    WorkList("to-sign", gettext_lazy("To sign"), frozenset({Role.LEADER}), _to_sign, whys.to_sign),
    WorkList(
        "corrections", gettext_lazy("Corrections to sign"), frozenset({Role.LEADER}), _corrections, whys.correction
    ),
    WorkList("to-hand-over", gettext_lazy("To hand over"), _HANDING, _to_hand_over, whys.ready),
    WorkList(
        "to-forward",
        gettext_lazy("To hand to another office"),
        _HANDING,
        _to_forward,
        whys.to_forward,
        together=FORWARD,
    ),
    WorkList("uncollected", gettext_lazy("Not collected"), _HANDING, _uncollected, whys.uncollected),
    WorkList("fees-to-take", gettext_lazy("Fees to take"), _HANDING, _fees_to_take, whys.unpaid),
    WorkList("by-post", gettext_lazy("With the post"), _HANDING, _by_post, whys.by_post),
    WorkList(
        "sent-back",
        gettext_lazy("Sent back by the signer"),
        _HANDING,
        _sent_back,
        whys.sent_back,
        documents=lambda at: _SENT_BACK,
    ),
    WorkList(
        "not-made",
        gettext_lazy("Copies not made"),
        _CERTIFYING,
        _not_made,
        whys.not_made,
        documents=_could_not_be_made,
    ),
    WorkList("apologies", gettext_lazy("Apologies to sign"), frozenset({Role.LEADER}), _apologies, whys.apology),
    WorkList(
        "to-give-back", gettext_lazy("Money to give back"), _MANAGERS | {Role.LEADER}, _to_give_back, whys.too_much
    ),
    WorkList("to-withdraw", gettext_lazy("Asked to withdraw"), _HANDING, _to_withdraw, whys.to_withdraw),
    WorkList(
        "overdue", gettext_lazy("Overdue"), _MANAGERS, lambda user, at: overdue(at), whys.overdue, together=HAND_ON
    ),
    WorkList(
        "unexcused", gettext_lazy("Overdue without apology"), _MANAGERS, lambda user, at: unexcused(at), whys.unexcused
    ),
    WorkList(
        "late-parts",
        gettext_lazy("Linked services overdue"),
        _MANAGERS | {Role.SPECIALIST},
        _late_parts,
        whys.late_parts,
    ),
    WorkList("due-today", gettext_lazy("Due today"), _MANAGERS, lambda user, at: due_today(at), whys.due),
    WorkList("done-today", gettext_lazy("Finished today"), _MANAGERS, lambda user, at: done_today(at), whys.ready),
    WorkList(
        "in-hand",
        gettext_lazy("Being handled"),
        _MANAGERS,
        lambda user, at: Q(state__in=IN_HAND),
        whys.in_hand,
        together=HAND_ON,
    ),
    WorkList("untaken", gettext_lazy("Nobody has taken it"), _MANAGERS, lambda user, at: untaken(at), whys.untaken),
    WorkList(
        "unsigned-today",
        gettext_lazy("Due today, to sign"),
        _MANAGERS,
        lambda user, at: unsigned_today(at),
        whys.to_sign,
    ),
    WorkList("open-today", gettext_lazy("Due today, open"), _MANAGERS, lambda user, at: open_today(at), whys.due),
    WorkList("all", gettext_lazy("Not handed over yet"), READERS, _all, whys.in_hand),
]


def lists_for(user: Any) -> list[WorkList]:
    """The lists of this person's roles, the most urgent kind of work first."""
    return [one for one in LISTS if has_role(user, one.roles)]


def with_counts(
    works: list[WorkList], chosen: WorkList, user: Any, at: datetime, centre: int | None
) -> list[tuple[WorkList, int]]:
    """The tabs with how many are in each; a list of what should hardly ever be shows itself only when something is in it."""
    counts = counts_of(works, user, at, centre)
    return [(one, counts[one.key]) for one in works if counts[one.key] or one.key not in _RARE or one == chosen]


def tabs_of(works: list[WorkList], chosen: WorkList) -> list[WorkList]:
    """The lists shown as tabs: those behind one sentence of the day only while one is open."""
    return [one for one in works if one.key not in _BEHIND_A_FIGURE or one.key == chosen.key]


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; stays until it is taken away."""

    procedure: str = ""
    state: str = ""
    due: str = ""

    STATES = (*IN_HAND, State.DONE)
    DUES = {
        "late": gettext_lazy("overdue"),
        "today": gettext_lazy("due today"),
        "week": gettext_lazy("due within 7 days"),
    }

    @classmethod
    def read(cls, given: Mapping[str, Any], at: datetime) -> Filters:
        """Those that are known; whatever else was sent or kept is none."""
        keys = {version.procedure.key for version in versions_on(clock.local_day(at))}
        procedure, state, due = (str(given.get(name, "")) for name in ("procedure", "state", "due"))
        return cls(
            procedure if procedure in keys else "",
            state if state in {str(int(one)) for one in cls.STATES} else "",
            due if due in cls.DUES else "",
        )

    @property
    def is_any(self) -> bool:
        return bool(self.procedure or self.state or self.due)

    def narrowed(self, at: datetime) -> Q:
        wanted = Q()
        if self.procedure:
            wanted &= Q(version__procedure__key=self.procedure)
        if self.state:
            wanted &= Q(state=int(self.state))
        if self.due == "late":
            wanted &= overdue(at)
        elif self.due == "today":
            wanted &= due_today(at)
        elif self.due:
            wanted &= Q(state__in=RUNNING, due_at__gte=at, due_at__lt=today_span(at)[0] + 7 * ONE_DAY)
        return wanted

    def choices(self, at: datetime) -> list[tuple[str, Any, list[tuple[str, Any]], str]]:
        """(name, label, what can be chosen, what is) of each."""
        law = {
            version.procedure.key: pick(version.procedure.short_name) for version in versions_on(clock.local_day(at))
        }
        states = [(str(int(one)), State(one).label) for one in self.STATES]
        return [
            ("procedure", gettext_lazy("Procedure"), list(law.items()), self.procedure),
            ("state", gettext_lazy("State"), states, self.state),
            ("due", gettext_lazy("Due"), list(self.DUES.items()), self.due),
        ]


def rows_of(
    work: WorkList, user: Any, at: datetime, centre: int | None = None, filters: Filters | None = None
) -> ApplicationQuerySet:
    """The list's dossiers that this person may see (of one centre, if named), with what a row shows, by due date."""
    rows = (
        _visible(user, at, centre)
        .filter(work.rows(user, at), (filters or Filters()).narrowed(at))
        .select_related("applicant", "handler", "competent")
        .annotate(step_kind=Subquery(_OPEN_STEP.values("kind")[:1]), has_struck=Exists(_STRUCK))
        .by_due_date()
    )
    if work.documents is None:
        return rows
    named = work.documents(at).select_related("submitted_by").order_by("pk")
    return rows.select_related("certification").prefetch_related(Prefetch("certification__items", queryset=named))


def came_back(user: Any) -> list[tuple[WorkList, int]]:
    """The lists of this person's roles about documents to certify in which anything stands, with how many. One statement, and
    none for somebody without such a list."""
    works = [one for one in lists_for(user) if one.documents is not None]
    counts = counts_of(works, user, clock.now()) if works else {}
    return [(work, counts[work.key]) for work in works if counts[work.key]]


def counts_of(works: list[WorkList], user: Any, at: datetime, centre: int | None = None) -> dict[str, int]:
    """How many are in each list, none counted beyond one more than ``MOST_COUNTED``: a list is never read to its end only to
    say how long it is. One statement."""
    parts: list[str] = []
    given: list[Any] = []
    for work in works:
        rows = _visible(user, at, centre).filter(work.rows(user, at)).order_by().values("pk")[: MOST_COUNTED + 1]
        try:
            sql, values = rows.query.sql_with_params()
        except EmptyResultSet:
            sql, values = "SELECT 1 WHERE 1 = 0", ()
        parts.append(f"(SELECT count(*) FROM ({sql}) AS few)")  # noqa: S608 - every value is given beside it
        given += values
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", given)
        return dict(zip((work.key for work in works), cursor.fetchone(), strict=True))


def _visible(user: Any, at: datetime, centre: int | None) -> ApplicationQuerySet:
    signing = Exists(_OPEN_STEP.filter(kind=StepKind.SIGN))
    rows = (
        Application.objects.visible_to(user)
        .exclude(state=State.DRAFT)
        .alias(
            is_at_signature=signing,
            was_reminded=Exists(_OPEN_STEP.filter(reminded_at__isnull=False)),
            has_late_part=late_part(at),
            has_apology_drafted=Exists(_APOLOGY.filter(signed_at__isnull=True)),
            is_asked_elsewhere=Exists(
                Consultation.objects.filter(application=OuterRef("pk"), answered_at__isnull=True)
            ),
            has_sent_back=Exists(_SENT_BACK.filter(certification__application=OuterRef("pk"))),
        )
        .annotate(was_extended=WAS_EXTENDED, has_wish=_HAS_WISH)
    )
    return rows if centre is None else rows.filter(competent=centre)


# -- pages by position ------------------------------------------------------------------------------------------------


def page_of(rows: ApplicationQuerySet, after: str) -> tuple[list[Application], str]:
    """The page that follows ``after`` (empty or unreadable: the first), and where the next one begins (empty: none)."""
    found = list(behind(rows, after)[: PAGE_SIZE + 1])
    page = found[:PAGE_SIZE]
    # A statement only where one of them has linked services.
    prefetch_related_objects([row for row in page if version_of(row).parts], "parts")
    return page, place_of(page[-1]) if len(found) > PAGE_SIZE else ""


def place_of(application: Application) -> str:
    """Where a dossier stands in a list by due date."""
    return f"{application.due_at.isoformat()},{application.pk}" if application.due_at else ""


def behind(rows: ApplicationQuerySet, place: str) -> ApplicationQuerySet:
    """What follows this place in a list by due date; everything where it is empty or unreadable."""
    moment, _comma, number = place.partition(",")
    due_at = _moment(moment)
    if due_at and number.isdecimal() and len(number) < 19:
        return _later(rows, due_at, int(number))
    return rows


def following(rows: ApplicationQuerySet, last: Application | None) -> ApplicationQuerySet:
    """What comes after this dossier in a list by due date; everything where there is none yet. A walk that goes on from what it
    read ends, whatever the dates are."""
    return rows if last is None or last.due_at is None else _later(rows, last.due_at, last.pk)


def _later(rows: ApplicationQuerySet, due_at: datetime, number: int) -> ApplicationQuerySet:
    return rows.filter(Q(due_at__gt=due_at) | Q(due_at=due_at, id__gt=number))


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text.replace(" ", "+"))
        # In the zone of the database, where it still has to be a moment.
        return found.astimezone(UTC) if found and found.tzinfo else None
    except (ValueError, OverflowError):
        return None


# -- what a row says ----------------------------------------------------------------------------------------------------

_KIND = {
    State.ACCEPTED: "info",
    State.PROCESSING: "info",
    State.SUPPLEMENT: "warn",
    State.PAYMENT: "warn",
    State.DONE: "ok",
    State.RETURNED: "ok",
    State.REFUSED: "act",
    State.STOPPED: "act",
}


@dataclass(frozen=True)
class Row:
    """One dossier in a list, in words; ``documents`` are those that the list is about, ``why`` says why it is in it."""

    application: Application
    at: datetime
    documents: Iterable[CertificationItem] = ()
    why: str = ""

    @property
    def procedure(self) -> str:
        return pick(version_of(self.application).procedure.short_name)

    @property
    def state(self) -> str:
        return state_words(self.application, getattr(self.application, "step_kind", ""))

    @property
    def kind(self) -> str:
        return state_kind(self.application)

    @property
    def due(self) -> str:
        return due_words(self.application, self.at)

    @property
    def is_late(self) -> bool:
        return self.application.is_overdue(self.at)

    @property
    def is_late_to_forward(self) -> bool:
        """Taken in for an office elsewhere, and here longer than the law lets it be (Decree 118/2025 art. 18.2)."""
        return is_late_to_forward(self.application, self.at)

    @property
    def has_struck(self) -> bool:
        """It holds a certified copy whose line was struck through since."""
        return getattr(self.application, "has_struck", False)

    @property
    def late_parts(self) -> str:
        """Which of its linked services are past their dates, from its prefetched parts."""
        late = [row.key for row in parts_of(self.application) if row.is_overdue(self.at)]
        return ", ".join(name_of(self.application, key) for key in late)

    @property
    def is_unexcused(self) -> bool:
        """Late, and nobody apologised in time."""
        return self.is_late and not getattr(self.application, "was_extended", False)


def row_of(work: WorkList, application: Application, user: Any, at: datetime) -> Row:
    """The row of a dossier that ``rows_of`` gave to this person."""
    documents = application.certification.items.all() if work.documents is not None else ()
    return Row(application, at, documents, work.why(application, user))


def is_late_to_forward(application: Application, at: datetime) -> bool:
    until = application.forward_by
    return application.waits_to_be_forwarded and until is not None and until < at


def state_kind(application: Application) -> str:
    return _KIND.get(State(application.state), "")


def state_words(application: Application, step: str | None) -> str:
    """The state, and where it lies inside the office or outside."""
    if application.delivery_state == DeliveryState.ON_WAY:
        return str(application.get_delivery_state_display())
    if application.waits_to_be_forwarded:
        return _("to be handed to %(office)s") % {"office": pick(application.competent.short_name)}
    if application.state == State.PROCESSING and step == StepKind.SIGN:
        return _("waiting for signature")
    return str(application.get_state_display())


def due_words(application: Application, at: datetime) -> str:
    """The due moment as one says it: "tomorrow 17:00", "overdue since 17:00 20/11/2026"."""
    due_at = application.due_at
    if due_at is None:
        return ""
    if application.state in (State.DONE, State.RETURNED):
        return _("finished %(day)s") % {"day": day(application.released_at)}
    if application.state in WAITING_FOR_CITIZEN:
        return _("paused since %(day)s") % {"day": day(application.paused_at)}
    if application.ended_at is not None:
        return _("ended %(day)s") % {"day": day(application.ended_at)}
    if application.is_overdue(at):
        return _("overdue since %(time)s %(day)s") % {"time": hm(due_at), "day": day(due_at)}
    distance = (clock.local_day(due_at) - clock.local_day(at)).days
    if distance == 0:
        return _("today %(time)s") % {"time": hm(due_at)}
    if distance == 1:
        return _("tomorrow %(time)s") % {"time": hm(due_at)}
    return f"{hm(due_at)} {long_day(due_at)}"
