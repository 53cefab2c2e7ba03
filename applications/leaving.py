"""What lies with a member of staff: what a colleague must take, what ends by itself, and what forbids to go."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from applications.actions.hand_over_register import possible_keepers
from applications.actions.people import HELD
from applications.enums import IN_HAND
from applications.models import (
    Absence,
    Application,
    CertificationItem,
    Payment,
    Register,
    SecondFactor,
    SigningDelegation,
    SigningKey,
)
from applications.notarisation.enums import JOBS_OPEN, JobState
from applications.notarisation.keeping import NoteKind, RegisterNote
from applications.notarisation.signers import delegations_on
from applications.people import specialists_of, specialists_throughout
from applications.permissions import LEADERS, certifying_scope, memberships_on
from centres.enums import Role
from centres.models import Centre, Counter, Membership, Ticket
from centres.permissions import STAFF
from citizens.models import ApiToken, User
from portal import clock
from portal.vn.dates import format_date, format_moment
from support.enums import OPEN
from support.enums_equipment import OWNED
from support.models import Equipment, FollowUp, Incident, OnCallBrowser, OnCallContact, OnCallShift
from support.permissions import RESPONDERS

# So many of the things that lie with somebody are named; of the others it says how many.
NAMED = 12


@dataclass(frozen=True)
class Task:
    """Something that goes to a colleague: which one is to be named."""

    key: str
    what: str
    rows: Sequence[Any]
    names: Sequence[str]
    choices: Sequence[User]

    @property
    def shown(self) -> str:
        return _listed(self.names)


@dataclass(frozen=True)
class Line:
    """Something that ends by itself."""

    what: str
    names: Sequence[str] = ()

    @property
    def shown(self) -> str:
        return _listed(self.names)


@dataclass
class Plan:
    """Everything that happens when this person leaves, or leaves one centre for another."""

    person: User
    centre: Centre | None
    roles: list[Membership]
    tasks: list[Task] = field(default_factory=list)
    ends: list[Line] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def seen(self) -> str:
        """A mark of all of it: what was looked at is what is done."""
        said = [
            *(f"{task.key}:{','.join(str(row.pk) for row in task.rows)}" for task in self.tasks),
            *(f"{line.what}:{','.join(line.names)}" for line in self.ends),
            *self.problems,
        ]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]


def plan_of(person: User, centre: Centre | None, at: datetime) -> Plan:
    """What leaving the city's service means for this person now; with ``centre``, leaving that one for another."""
    day = clock.local_day(at)
    roles = Membership.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), user=person)
    if centre is not None:
        roles = roles.filter(centre=centre)
    plan = Plan(person, centre, list(roles.select_related("centre").order_by("centre__code", "role")))
    plan.tasks = [
        *_dossiers(plan, at),
        *_stand_ins(plan, at),
        *_registers(plan, at),
        *_shifts(plan, at),
        *_incidents(plan, at),
        *_follow_ups(plan, at),
        *_equipment(plan, at),
    ]
    plan.problems = [*_at_hand(plan), *_without_successor(plan, at)]
    plan.ends = list(_ends(plan, at))
    return plan


def _listed(names: Sequence[str]) -> str:
    text = ", ".join(names[:NAMED])
    rest = len(names) - NAMED
    return text if rest <= 0 else ngettext("%(names)s and %(count)d more", "%(names)s and %(count)d more", rest) % {
        "names": text, "count": rest,
    }  # fmt: skip


def _moment(at: datetime) -> str:
    return format_moment(at, get_language() or "vi")


def _by_centre(rows: Iterable[Any], name: str = "centre") -> dict[Centre | None, list[Any]]:
    found: dict[Centre | None, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, name), []).append(row)
    return found


def _here(rows: QuerySet[Any], plan: Plan, name: str = "centre") -> QuerySet[Any]:
    return rows if plan.centre is None else rows.filter(**{name: plan.centre})


def _others(people: Iterable[User], *but: int) -> list[User]:
    return [one for one in people if one.pk not in but]


def _dossiers(plan: Plan, at: datetime) -> Iterable[Task]:
    rows = Application.objects.filter(HELD, handler=plan.person).select_related("competent")
    by_centre = _by_centre(_here(rows, plan, "competent").order_by("due_at", "id"), "competent")
    for centre in dict.fromkeys([*by_centre, *_still_to_come(plan, at)]):
        assert centre is not None
        held = by_centre.get(centre, [])
        colleagues = _others(specialists_of(centre, clock.local_day(at)), plan.person.pk)
        if not held and not colleagues:
            continue
        text = ngettext("%(count)d dossier at %(centre)s", "%(count)d dossiers at %(centre)s", len(held))
        if not held:
            text = _("Dossiers still to come until the last day at %(centre)s")
        yield Task(
            f"dossiers-{centre.pk}",
            text % {"count": len(held), "centre": centre},
            held,
            [row.code for row in held],
            colleagues,
        )


def _still_to_come(plan: Plan, at: datetime) -> Iterable[Centre]:
    """Where more may come to lie with this person: until the move, or as the one who succeeds others."""
    if plan.centre is not None:
        yield from {row.centre for row in plan.roles if row.role == Role.SPECIALIST and row.centre is not None}
    named = _here(succeeded_by(plan.person), plan).filter(valid_to__gte=clock.local_day(at))
    yield from Centre.objects.filter(pk__in=named.values("centre"))


def succeeded_by(person: User) -> QuerySet[Membership]:
    """Roles whose dossiers go to this person when they end."""
    return Membership.objects.filter(successor=person)


def _stand_ins(plan: Plan, at: datetime) -> Iterable[Task]:
    day = clock.local_day(at)
    rows = Absence.objects.filter(substitute=plan.person, to_day__gte=day, ended_at__isnull=True)
    for one in _here(rows, plan).select_related("user", "centre").order_by("from_day", "id"):
        away = set(
            Absence.objects.filter(
                centre=one.centre, ended_at__isnull=True, from_day__lte=one.to_day, to_day__gte=one.from_day
            ).values_list("user", flat=True)
        )
        yield Task(
            f"stand-in-{one.pk}",
            _("Standing in for %(name)s until %(day)s") % {"name": one.user, "day": format_date(one.to_day)},
            [one],
            [],
            _others(specialists_throughout(one.centre, max(one.from_day, day), one.to_day), plan.person.pk, *away),
        )


def registers_kept_by(person: User) -> QuerySet[Register]:
    """Registers with this keeper that nobody has closed."""
    notes = RegisterNote.objects.filter(register=OuterRef("pk"))
    rows = Register.objects.annotate(keeper=Subquery(notes.order_by("-sequence").values("keeper")[:1]))
    return rows.filter(~Exists(notes.filter(kind=NoteKind.CLOSED)), keeper=person.pk)


def _registers(plan: Plan, at: datetime) -> Iterable[Task]:
    for row in _here(registers_kept_by(plan.person), plan).select_related("centre").order_by("year", "kind"):
        yield Task(
            f"register-{row.pk}",
            _("Register %(book)s of %(year)s at %(centre)s")
            % {"book": row.kind, "year": row.year, "centre": row.centre},
            [row],
            [],
            _others(possible_keepers(row.centre, at), plan.person.pk),
        )


def _supporters(centre: Centre | None, at: datetime) -> Iterable[User]:
    held = memberships_on(clock.local_day(at)).filter(role__in=RESPONDERS)
    where = Q(centre__isnull=True) if centre is None else Q(centre__isnull=True) | Q(centre=centre)
    people = User.objects.filter(pk__in=held.filter(where).values("user"), is_active=True)
    return people.order_by("full_name", "pk")


def _shifts(plan: Plan, at: datetime) -> Iterable[Task]:
    rows = OnCallShift.objects.filter(user=plan.person, until_at__gt=at).select_related("centre")
    for centre, held in _by_centre(_here(rows, plan).order_by("from_at", "id")).items():
        text = ngettext("%(count)d shift on call: %(centre)s", "%(count)d shifts on call: %(centre)s", len(held))
        yield Task(
            f"shifts-{centre.pk if centre else 0}",
            text % {"count": len(held), "centre": centre or _("the whole city")},
            held,
            [f"{_moment(row.from_at)} – {_moment(row.until_at)}" for row in held],
            _others(_supporters(centre, at), plan.person.pk),
        )


def _incidents(plan: Plan, at: datetime) -> Iterable[Task]:
    rows = Incident.objects.filter(owner=plan.person, state__in=OPEN).select_related("centre")
    for centre, held in _by_centre(_here(rows, plan).order_by("pk")).items():
        text = ngettext("%(count)d open incident: %(centre)s", "%(count)d open incidents: %(centre)s", len(held))
        yield Task(
            f"incidents-{centre.pk if centre else 0}",
            text % {"count": len(held), "centre": centre or _("the whole city")},
            held,
            [row.what for row in held],
            _others(_supporters(centre, at), plan.person.pk),
        )


def _follow_ups(plan: Plan, at: datetime) -> Iterable[Task]:
    rows = FollowUp.objects.filter(owner=plan.person, done_at__isnull=True).select_related("incident__centre")
    by_centre: dict[Centre | None, list[FollowUp]] = {}
    for row in _here(rows, plan, "incident__centre").order_by("due_on", "pk"):
        by_centre.setdefault(row.incident.centre, []).append(row)
    for centre, held in by_centre.items():
        text = ngettext(
            "%(count)d follow-up of incidents: %(centre)s", "%(count)d follow-ups of incidents: %(centre)s", len(held)
        )
        yield Task(
            f"follow-ups-{centre.pk if centre else 0}",
            text % {"count": len(held), "centre": centre or _("the whole city")},
            held,
            [row.what for row in held],
            _others(_supporters(centre, at), plan.person.pk),
        )


def _equipment(plan: Plan, at: datetime) -> Iterable[Task]:
    rows = Equipment.objects.filter(holder=plan.person, state__in=OWNED).select_related("centre")
    for centre, held in _by_centre(_here(rows, plan).order_by("pk")).items():
        text = ngettext(
            "%(count)d thing of the inventory: %(centre)s", "%(count)d things of the inventory: %(centre)s", len(held)
        )
        there = memberships_on(clock.local_day(at)).filter(centre=centre).values("user")
        yield Task(
            f"equipment-{centre.pk if centre else 0}",
            text % {"count": len(held), "centre": centre},
            held,
            [str(row) for row in held],
            _others(User.objects.filter(pk__in=there, is_active=True).order_by("full_name", "pk"), plan.person.pk),
        )


def _at_hand(plan: Plan) -> Iterable[str]:
    """What only this person can bring to an end."""
    tickets = Ticket.objects.at_counter().filter(counter__officer=plan.person).select_related("counter")
    for ticket in _here(tickets, plan):
        yield _("Number %(label)s is still at counter %(number)s. Finish it or set it aside first.") % {
            "label": ticket.label,
            "number": ticket.counter.number,
        }
    money = Payment.objects.filter(cashier=plan.person, closed__isnull=True)
    counted = _here(money, plan).order_by().values("centre").annotate(count=Count("pk"))
    till = sum(row["count"] for row in counted)
    if till:
        text = ngettext(
            "%(count)d payment is in no day closing yet. The cashier closes the till first.",
            "%(count)d payments are in no day closing yet. The cashier closes the till first.",
            till,
        )
        yield text % {"count": till}
    approved = CertificationItem.objects.filter(
        Q(taken_over_by=plan.person) | Q(taken_over_by__isnull=True, entry__signer=plan.person),
        state__in=JOBS_OPEN,
    )
    unsigned = _here(approved, plan, "entry__register__centre").count()
    if unsigned:
        text = ngettext(
            "%(count)d approved document is not signed yet. Wait until it is made; where the key is lost, end the key, "
            "so that a colleague takes it over.",
            "%(count)d approved documents are not signed yet. Wait until they are made; where the key is lost, end the "
            "key, so that a colleague takes them over.",
            unsigned,
        )
        yield text % {"count": unsigned}


def _without_successor(plan: Plan, at: datetime) -> Iterable[str]:
    for task in plan.tasks:
        if not task.choices:
            yield _("Nobody else can take this over: %(what)s. Give a colleague the role first.") % {"what": task.what}
    yield from _last_in_role(plan, at)
    yield from _last_signer(plan, at)


def _last_in_role(plan: Plan, at: datetime) -> Iterable[str]:
    """Work that lies with no one person, and that nobody else of the centre may do."""
    in_force = memberships_on(clock.local_day(at)).filter(user__is_active=True).exclude(user=plan.person)
    for held in plan.roles:
        if held.role == Role.CITY_ADMIN and not in_force.filter(role=Role.CITY_ADMIN).exists():
            yield _("This is the last city administrator. Give somebody else the role first.")
        if held.role not in (Role.SPECIALIST, Role.LEADER) or held.centre is None:
            continue
        open_work = Application.objects.filter(competent=held.centre, state__in=IN_HAND)
        if not in_force.filter(centre=held.centre, role=held.role).exists() and (count := open_work.count()):
            text = ngettext(
                "Nobody else is %(role)s at %(centre)s, where %(count)d dossier is open. Give somebody the role first.",
                "Nobody else is %(role)s at %(centre)s, where %(count)d dossiers are open. Give somebody the role first.",
                count,
            )
            yield text % {"role": held.get_role_display(), "centre": held.centre, "count": count}


def _last_signer(plan: Plan, at: datetime) -> Iterable[str]:
    """Documents before the signer, and no other signer for their register."""
    day = clock.local_day(at)
    scope = certifying_scope(plan.person, day)
    waiting = CertificationItem.objects.filter(
        state=JobState.SUBMITTED, certification__application__helped_at__in=scope
    ).select_related("certification__application__helped_at")
    waiting = _here(waiting, plan, "certification__application__helped_at")
    count: dict[tuple[Centre, str], int] = {}
    for item in waiting:
        place = (item.certification.application.helped_at, item.certification.kind)
        if place[1] in scope[place[0].pk]:
            count[place] = count.get(place, 0) + 1
    for (centre, kind), number in count.items():
        if not _other_signer(plan.person, centre, kind, at):
            text = ngettext(
                "%(count)d document waits for the signer at %(centre)s, and nobody else may certify it. Enter a delegation first.",
                "%(count)d documents wait for the signer at %(centre)s, and nobody else may certify them. Enter a delegation first.",
                number,
            )
            yield text % {"count": number, "centre": centre}


def _other_signer(person: User, centre: Centre, kind: str, at: datetime) -> bool:
    roles = memberships_on(clock.local_day(at)).filter(centre=centre, user__is_active=True).exclude(user=person)
    if roles.filter(role__in=LEADERS).exists():
        return True
    works = Exists(roles.filter(user=OuterRef("person"), role__in=STAFF))
    held = delegations_on(clock.local_day(at)).filter(works, centre=centre).values_list("kinds", flat=True)
    return any(kind in kinds for kinds in held)


def delegations_held(plan: Plan, at: datetime) -> QuerySet[SigningDelegation]:
    rows = SigningDelegation.objects.filter(person=plan.person, end__isnull=True, last_day__gte=clock.local_day(at))
    return _here(rows, plan).select_related("centre")


def keys_held(plan: Plan, at: datetime) -> QuerySet[SigningKey]:
    return SigningKey.objects.filter(person=plan.person, end__isnull=True, valid_to__gt=at)


def absences_of(plan: Plan, at: datetime) -> QuerySet[Absence]:
    rows = Absence.objects.filter(user=plan.person, ended_at__isnull=True, to_day__gte=clock.local_day(at))
    return _here(rows, plan).select_related("centre")


def seat_of(plan: Plan) -> Counter | None:
    rows = Counter.objects.filter(officer=plan.person).select_related("centre")
    return _here(rows, plan).first()


def _ends(plan: Plan, at: datetime) -> Iterable[Line]:
    person = plan.person
    if plan.roles:
        names = [f"{held.get_role_display()} · {held.centre or _('the whole city')}" for held in plan.roles]
        yield Line(_("Roles end"), names)
    seat = seat_of(plan)
    if seat is not None:
        yield Line(_("The counter is closed"), [f"{seat} · {seat.centre}"])
    if deeds := delegations_held(plan, at):
        yield Line(_("Delegations to certify end"), [f"{row.deed_number} · {row.centre}" for row in deeds])
    if away := absences_of(plan, at):
        names = [f"{format_date(row.from_day)} – {format_date(row.to_day)}" for row in away]
        yield Line(_("Noted absences end"), names)
    if plan.centre is not None:
        return
    if keys := keys_held(plan, at):
        yield Line(_("Signing keys are revoked"), [row.subject for row in keys])
    if SecondFactor.objects.filter(user=person).exists():
        yield Line(_("The authenticator is taken away"))
    if tokens := list(ApiToken.objects.filter(user=person, revoked_at__isnull=True).order_by("pk")):
        yield Line(_("Keys for the API are revoked"), [row.name for row in tokens])
    if OnCallContact.objects.filter(user=person).exists() or OnCallBrowser.objects.filter(user=person).exists():
        yield Line(_("Phone and browsers for calls are forgotten"))
    yield Line(_("Every session ends and the account is closed; what the person did stays in the history"))
