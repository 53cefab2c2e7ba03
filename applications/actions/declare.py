"""What a citizen does with a declaration of their own: begin, answer, finish, go on under new rules, delete.

Nobody is signed in: whoever holds the token acts. Every answer is kept as it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from applications.declaration_codes import new_code
from applications.declaring import Walk, newer_version
from applications.models import Declaration, DeclarationRules, WhyErased
from citizens.models import User
from portal import clock
from portal.errors import BadInput, Gone, RuleBroken
from portal.vn.dates import format_date, format_moment
from procedures.form_schemas import LONG_TEXT_LENGTH
from procedures.models import ProcedureVersion
from procedures.own_case import can_be_declared
from procedures.pages import same_as_applicant
from support.permissions import require_helper


def kept_until(at: datetime) -> datetime:
    """Until when what is touched now is kept."""
    return at + timedelta(days=kept_days(clock.local_day(at)))


def kept_days(day: date) -> int:
    """How many days the rules of this day keep a declaration."""
    return rules_of_declarations(day).kept_days


def rules_of_declarations(day: date) -> DeclarationRules:
    """The row in force; the model's own defaults before the first."""
    return DeclarationRules.objects.filter(valid_from__lte=day).order_by("-valid_from").first() or DeclarationRules()


@transaction.atomic
def begin(
    *,
    version: ProcedureVersion,
    facts: Mapping[str, bool],
    at: datetime,
    helper: User | None = None,
    is_agreed: bool = False,
) -> Declaration:
    """A new declaration under this version, with what was answered on the procedure's page.

    A ``helper`` of a hall fills it in with the citizen beside them, who has agreed. Raises ``RuleBroken``, ``NotAllowed``,
    ``BadInput`` (``not_agreed``).
    """
    if helper is not None:
        require_helper(helper)
        if not is_agreed:
            raise BadInput(
                _("Ask the citizen first: you fill it in with them only if they agree."),
                code="not_agreed",
                field="agreed",
            )
    if not can_be_declared(version) or not version.is_in_force(clock.local_day(at)):
        raise RuleBroken(_("This cannot be declared at home. Please come to a centre."), code="not_offered")
    code = new_code()
    while Declaration.objects.filter(code=code).exists():
        code = new_code()
    return Declaration.objects.create(
        code=code,
        version=version,
        facts=dict(facts),
        created_at=at,
        touched_at=at,
        expires_at=kept_until(at),
        helped_by=helper,
        agreed_at=at if helper else None,
    )


@transaction.atomic
def answer_question(*, declaration: Declaration, fact: str, yes: bool, at: datetime) -> Walk:
    """Keep one yes or no. Raises ``BadInput`` for what is not asked."""
    row = _open(declaration, at)
    if Walk(row, at).question(fact) is None:
        raise BadInput(_("The catalogue does not know this question."), code="unknown_fact", field="facts")
    return _keep(row, at, facts={**row.facts, fact: yes})


@transaction.atomic
def keep_page(*, declaration: Declaration, page: str, typed: Mapping[str, Any], at: datetime) -> Walk:
    """Keep what was typed on one page, right or wrong: tidied where it is right, as it was typed where it is not."""
    row = _open(declaration, at)
    asked = Walk(row, at).page(page)
    if asked is None:
        raise BadInput(_("This page is out of date. Please begin again."), code="unknown_page")
    sent = {key: _short(typed.get(key, "")) for key in asked.fields}
    row.answers = {**row.answers, **sent}
    form = Walk(row, at).form
    tidy = {key: form.cleaned_data[key] for key in sent if form.cleaned_data.get(key) is not None}
    return _keep(row, at, answers={**row.answers, **tidy})


@transaction.atomic
def take_over_applicant(*, declaration: Declaration, page: str, at: datetime) -> Walk:
    """The person of this page is the applicant: what was said of them is not typed again. Raises ``BadInput``."""
    row = _open(declaration, at)
    walk = Walk(row, at)
    asked = walk.page(page)
    same = same_as_applicant(walk.version, asked) if asked else {}
    if not same:
        raise BadInput(_("This page is out of date. Please begin again."), code="unknown_page")
    said = {key: row.answers[own] for key, own in same.items() if own in row.answers}
    return _keep(row, at, answers={**row.answers, **said})


@transaction.atomic
def finish(*, declaration: Declaration, at: datetime) -> Declaration:
    """The citizen has checked it. Raises ``RuleBroken`` while something is open or stands in the way."""
    row = _open(declaration, at)
    if not Walk(row, at).is_complete:
        raise RuleBroken(_("Something is still open. Please look at the lines that are marked."), code="not_complete")
    row.done_at = at
    row.save(update_fields=["done_at"])
    return row


@transaction.atomic
def go_on_under_new_rules(*, declaration: Declaration, at: datetime) -> Declaration:
    """Move to the version in force: what was answered stays, also what is not asked any more, unseen."""
    row = _open(declaration, at)
    newer = newer_version(row, at)
    if newer is not None:
        row.version, row.done_at = newer, None
        _touch(row, at, "version", "done_at")
    return row


@transaction.atomic
def discard(*, declaration: Declaration, at: datetime) -> None:
    """Erase the answers at their owner's wish; that it was deleted stays known for a while, so that a desk can say so."""
    erase(_open(declaration, at), WhyErased.DELETED, at)


def erase(row: Declaration, why: str, at: datetime) -> None:
    """Blank the answers, in the caller's transaction, which holds the row."""
    row.facts, row.answers, row.erased_at, row.why_erased = {}, {}, at, why
    row.save(update_fields=["facts", "answers", "erased_at", "why_erased"])


def refuse_gone(row: Declaration, at: datetime) -> None:
    """Raise ``Gone`` for a declaration that was used, deleted or not used in time, with who and when."""
    if row.application_id is not None:
        raise used(row)
    if row.why_erased == WhyErased.DELETED:
        raise Gone(
            _("This declaration was deleted by its owner on %(day)s. Nothing of it is left.")
            % {"day": format_date(clock.local_day(row.erased_at or at))},
            code="declaration_deleted",
        )
    if row.is_over(at):
        raise Gone(
            _("This declaration was kept until %(day)s, and its answers are erased now. Please fill in a new one.")
            % {"day": format_date(clock.local_day(row.expires_at))},
            code="declaration_expired",
        )


def used(row: Declaration) -> RuleBroken:
    """That it was used, by whom, where and when."""
    where = row.application.helped_at if row.application else ""
    return RuleBroken(
        _("This declaration was already taken over: %(who)s, %(where)s, %(when)s. It can be used once.")
        % {
            "who": row.used_by,
            "where": where,
            "when": format_moment(row.used_at or row.touched_at, get_language() or "vi"),
        },
        code="declaration_used",
    )


def _open(declaration: Declaration, at: datetime) -> Declaration:
    """The row as it is now, locked: two phones, or a phone and a desk, come one after the other."""
    Declaration.objects.select_for_update().order_by().values_list("pk", flat=True).get(pk=declaration.pk)
    row = Declaration.objects.select_related("application__helped_at", "used_by", "helped_by").get(pk=declaration.pk)
    refuse_gone(row, at)
    return row


def _keep(row: Declaration, at: datetime, **changed: Any) -> Walk:
    for name, value in changed.items():
        setattr(row, name, value)
    row.done_at = None
    _touch(row, at, *changed, "done_at")
    return Walk(row, at)


def _touch(row: Declaration, at: datetime, *fields: str) -> None:
    row.touched_at, row.expires_at = at, kept_until(at)
    row.save(update_fields=[*fields, "touched_at", "expires_at"])


def _short(value: Any) -> Any:
    return value[:LONG_TEXT_LENGTH] if isinstance(value, str) else value
