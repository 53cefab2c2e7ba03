"""Originals in custody: taken in with the dossier, moved within the branch, given back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked, wrong_state
from applications.actions.steps import announce
from applications.catalogue import form_values
from applications.enums import IN_HAND, PAPER_THERE, EventKind, State
from applications.enums_originals import AT_BRANCH, IN_CUSTODY, WITH_OFFICE, Moved, Place
from applications.history import record
from applications.models import Application, Original, OriginalMove, Paper, TransferList
from applications.pauses import has_parts
from applications.permissions import check, check_receiver, may_hand_over, may_move_originals
from citizens.models import User
from portal import live
from portal.errors import BadInput, RuleBroken
from portal.vn.text import fold

# Fields of a form in which the citizen writes the serial of the paper that is handed in, by the paper's kind.
SERIAL_FIELDS = {"land_certificate": "certificate_serial"}
MOST_PAGES, LONGEST_NUMBER = 500, 40
# Once a dossier is over without a result, its originals are given back by themselves; with one, at its hand-over.
GIVEN_BACK_BEFORE_RESULT = [*IN_HAND, State.WITHDRAWN, State.STOPPED]


def kept_papers(papers: Iterable[Paper]) -> list[Paper]:
    """Those of a dossier's papers (with their requirements) whose original stays at the office until the result."""
    return [paper for paper in papers if paper.requirement.is_kept]


def said_of(application: Application, paper: Paper) -> list[dict[str, Any]]:
    """The originals of this line as the officer wrote them; else one, under the serial that the form says."""
    return paper.kept or [{"number": serial_in_form(application, paper), "pages": 1}]


def serial_in_form(application: Application, paper: Paper) -> str:
    field = SERIAL_FIELDS.get(paper.kind.key, "")
    return str(form_values(application).get(field) or "").strip()[:LONGEST_NUMBER] if field else ""


@transaction.atomic
def note_kept(*, paper: Paper, rows: list[Mapping[str, Any]], at: datetime, acting_user: User) -> Paper:
    """Write down at the counter which originals of a line are kept (number, pages); they are taken in with the receipt."""
    draft = locked(paper.application)
    check_receiver(acting_user, draft)
    if draft.state != State.DRAFT:
        raise wrong_state(draft)
    paper = Paper.objects.select_for_update(of=("self",)).select_related("kind", "requirement").get(pk=paper.pk)
    if not kept_papers([paper]):
        raise BadInput(_("The original of this paper is only shown; it is not kept."), code="not_kept")
    kept = [{"number": _number(row["number"]), "pages": _pages(row["pages"])} for row in rows]
    numbers = [row["number"] for row in kept if row["number"]]
    if len(numbers) != len(set(numbers)):
        raise BadInput(_("This number is noted already."), code="number_twice", field="number")
    paper.kept = kept
    paper.save(update_fields=["kept"])
    live.bump(f"dossier:{draft.pk}")
    return paper


def take_originals(dossier: Application, papers: Iterable[Paper], at: datetime, user: User) -> list[Original]:
    """Every original that is kept goes into custody at the counter; inside the transaction that receives the dossier."""
    taken = []
    for paper in kept_papers(papers):
        if paper.state in PAPER_THERE:
            taken += [_take(dossier, paper, row["number"], row["pages"], at, user) for row in said_of(dossier, paper)]
    return taken


@transaction.atomic
def keep_original(
    *, application: Application, paper: int, number: str, pages: int, at: datetime, acting_user: User
) -> Application:
    """Take in an original after the receipt: with a supplement, or brought later."""
    dossier = locked(application)
    check(may_hand_over(acting_user, dossier))
    if dossier.state not in IN_HAND:
        raise wrong_state(dossier)
    lines = kept_papers(dossier.papers.select_related("kind", "requirement"))
    line = next((one for one in lines if one.pk == paper), None)
    if line is None:
        raise BadInput(_("Choose the paper."), code="no_paper", field="paper")
    _take(dossier, line, _number(number), _pages(pages), at, acting_user)
    announce(dossier)
    return dossier


def _take(dossier: Application, paper: Paper, number: str, pages: int, at: datetime, user: User) -> Original:
    branch, matter = dossier.received_at_centre, dossier.matter
    if branch is None:
        raise wrong_state(dossier)
    at_counter = matter.ticket.counter_id if matter and at == dossier.received_at else None
    original = Original(
        application=dossier,
        paper=paper,
        number=number,
        pages=pages,
        branch=branch,
        counter_id=at_counter,
        taken_at=at,
        taken_by=user,
        place="",
        since=at,
    )
    person = dossier.applicant.full_name if dossier.applicant else ""
    move(original, Place.COUNTER, Moved.KEPT, at, user, received_by=user, person=person, given_by=None)
    return original


@transaction.atomic
def move_within(*, originals: Iterable[int], to: str, at: datetime, acting_user: User) -> int:
    """Put originals of the branch into its safe, or take them out to the counter; how many moved."""
    if to not in AT_BRANCH:
        raise BadInput(_("Choose the counter or the safe."), code="no_place")
    rows = [row for row in locked_originals(originals) if row.place in AT_BRANCH and row.place != to]
    for row in rows:
        check(may_move_originals(acting_user, row.branch_id))
        what = Moved.INTO_SAFE if to == Place.SAFE else Moved.OUT_OF_SAFE
        move(row, Place(to), what, at, acting_user, received_by=acting_user)
    bump(rows)
    return len(rows)


@transaction.atomic
def give_back(
    *, application: Application, given_to: str, authorisation: str, reason: str, at: datetime, acting_user: User
) -> Application:
    """Give back against a signature what lies at the branch of a dossier that gets no result, or that does not need it."""
    dossier = locked(application)
    check(may_hand_over(acting_user, dossier))
    if not may_go_back(dossier):
        raise wrong_state(dossier)
    if not reason.strip():
        raise BadInput(_("Write the reason."), code="reason_empty", field="reason")
    rows = list(_held(dossier).filter(place__in=AT_BRANCH))
    if not rows:
        raise RuleBroken(_("No original of this dossier lies here now."), code="no_original_here")
    give(dossier, rows, given_to, authorisation, reason, at, acting_user)
    announce(dossier)
    return dossier


def may_go_back(dossier: Application) -> bool:
    """Whether its state lets an original go back by itself. The results of linked services are taken one by one, so that the last
    may be gone before the dossier is over."""
    return dossier.state in GIVEN_BACK_BEFORE_RESULT or (
        dossier.state in (State.DONE, State.RETURNED) and has_parts(dossier)
    )


def give_with_result(
    dossier: Application, handed_to: str, authorisation: str, at: datetime, user: User
) -> list[Original]:
    """Give back everything in custody together with the result; inside the transaction that hands it over.

    Raises ``RuleBroken`` (``original_away``) while one is not at the branch: the dossier cannot be closed without it.
    """
    rows = list(_held(dossier).filter(place__in=IN_CUSTODY))
    away = [row for row in rows if row.place in WITH_OFFICE]
    if away:
        raise RuleBroken(
            _(
                "An original of this dossier is not here: %(original)s, %(place)s (%(office)s). It goes out with the result."
            )
            % {"original": away[0], "place": away[0].get_place_display(), "office": away[0].office},
            code="original_away",
        )
    if rows:
        give(dossier, rows, handed_to, authorisation, "", at, user)
    return rows


def give(
    dossier: Application, rows: list[Original], given_to: str, authorisation: str, reason: str, at: datetime, user: User
) -> None:
    """Give these originals to the applicant, or to a proxy who shows an authorisation."""
    given_to, authorisation = given_to.strip(), authorisation.strip()
    if not given_to:
        raise BadInput(_("Write the name of the person who takes the original."), code="name_empty", field="given_to")
    applicant = dossier.applicant.full_name if dossier.applicant else ""
    if fold(given_to) != fold(applicant) and not authorisation:
        raise BadInput(
            _("Somebody else than the applicant takes an original: write down the authorisation they show."),
            code="authorisation_empty",
            field="authorisation",
        )
    for row in rows:
        row.application = dossier
        move(
            row, Place.GIVEN_BACK, Moved.GIVEN_BACK, at, user, person=given_to, authorisation=authorisation, reason=reason
        )  # fmt: skip


def _held(dossier: Application) -> QuerySet[Original]:
    """The originals of a dossier whose row is locked, which orders their moves."""
    return dossier.originals.select_related("paper__kind", "branch").order_by("pk")


def locked_originals(keys: Iterable[int]) -> list[Original]:
    """These originals in the order of their keys: first the rows of their dossiers are locked, which orders the history,
    then their own. What is found is as it is now."""
    keys = set(keys)
    dossiers = Original.objects.filter(pk__in=keys).values("application")
    list(Application.objects.select_for_update().filter(pk__in=dossiers).order_by("pk").values_list("pk", flat=True))
    list(Original.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))
    rows = Original.objects.filter(pk__in=keys).select_related(
        "paper__kind", "branch", "application__applicant", "application__competent", "application__received_at_centre"
    )
    return list(rows.order_by("pk"))


def move(
    original: Original,
    to: Place,
    what: Moved,
    at: datetime,
    by: User,
    *,
    given_by: User | str | None = "by",
    received_by: User | None = None,
    person: str = "",
    authorisation: str = "",
    reason: str = "",
    office: str = "",
    transfer: TransferList | None = None,
) -> None:
    """Write the original's new place, the row of its move and the dossier's history; the caller holds the dossier's lock."""
    before = original.place
    original.place, original.office, original.since = to, office if to in WITH_OFFICE else "", at
    original.save()
    OriginalMove.objects.create(
        original=original,
        sequence=original.moves.count() + 1,
        at=at,
        from_place=before,
        to_place=to,
        office=office,
        given_by=by if isinstance(given_by, str) else given_by,
        received_by=received_by,
        person=person,
        authorisation=authorisation,
        reason=reason.strip()[:300],
        transfer=transfer,
    )
    tell(original, what, at, by, office=office, transfer=transfer, person=person, reason=reason)


def tell(
    original: Original,
    what: Moved,
    at: datetime,
    by: User,
    *,
    office: str = "",
    transfer: TransferList | None = None,
    person: str = "",
    reason: str = "",
) -> None:
    """The row of the dossier's history; whose paper it is, its serial and what was written are personal."""
    record(
        application=original.application,
        kind=EventKind.ORIGINAL,
        at=at,
        actor=by,
        centre=original.branch,
        details={
            "moved": what,
            "original": original.pk,
            "paper": original.paper.kind.name,
            **({"office": office} if office else {}),
            **({"list": str(transfer)} if transfer else {}),
        },
        personal={"serial": original.number, "handed_to": person if what == Moved.GIVEN_BACK else "", "reason": reason},
    )


def bump(rows: Iterable[Original]) -> None:
    """Pages that show these originals change, the manager's day among them."""
    topics = set()
    for row in rows:
        topics |= {f"dossier:{row.application_id}", f"dossiers:{row.branch_id}"}
        topics.add(f"dossiers:{row.application.competent_id}")
    live.bump(*sorted(topics))


def _number(typed: Any) -> str:
    number = str(typed).strip()
    if len(number) > LONGEST_NUMBER:
        raise BadInput(_("This number is too long for a paper's serial."), code="number_long", field="number")
    return number


def _pages(typed: Any) -> int:
    if not 1 <= int(typed) <= MOST_PAGES:
        raise BadInput(_("Give the number of its pages."), code="pages_few", field="pages")
    return int(typed)
