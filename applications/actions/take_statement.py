"""A statement of the bank is taken in: every line agrees with a notice, makes the one that did not come, or says what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.match_notice import BANK_TOPIC
from applications.actions.take_notice import take_notice
from applications.bank import accounts_for
from applications.enums_bank import LineTrouble, NoticeSource
from applications.models import BankNotice, BankStatement, StatementLine
from applications.payments.statement import MOST_LINES, Line, NoStatement, read_statement
from applications.permissions import check
from centres.permissions import MANAGERS, has_role
from citizens.models import User
from portal import live
from portal.clock import local_day
from portal.errors import BadInput

_REFUSALS = {
    "csv": _("This is no CSV file in UTF-8. Save the table as “CSV UTF-8”."),
    "large": _("The file is too large."),
    "lines": _("At most %(lines)s lines, please.") % {"lines": MOST_LINES},
    "titles": _("The first line has to name the account, the number of the bank, the day and the sum."),
}


def take_statement(*, content: bytes, name: str, at: datetime, acting_user: User) -> tuple[BankStatement, bool]:
    """The statement, and whether it is new: the same file again changes nothing. Raises ``BadInput`` where it is no such file.

    Accounts that this person does not look after are a line's own fault, so nobody books for others.
    """
    check(has_role(acting_user, MANAGERS))
    digest = sha256(content).hexdigest()
    if known := BankStatement.objects.filter(sha256=digest).first():
        return known, False
    try:
        lines = list(read_statement(content))
    except NoStatement as wrong:
        raise BadInput(_REFUSALS[str(wrong)], code="no_statement", field="file") from wrong
    try:
        return _keep(digest, name, lines, at, acting_user), True
    except IntegrityError:  # somebody took in the same file at this moment
        known = BankStatement.objects.filter(sha256=digest).first()
        if known is None:
            raise
        return known, False


@transaction.atomic
def _keep(digest: str, name: str, lines: Sequence[Line], at: datetime, user: User) -> BankStatement:
    days = [local_day(line.told.paid_at) for line in lines if line.told]
    statement = BankStatement.objects.create(
        sha256=digest,
        name=name[:120],
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        at=at,
        by=user,
    )
    mine, known, seen = accounts_for(user), _known(lines), set[tuple[str, str]]()
    rows = []
    for line in lines:
        row = StatementLine(statement=statement, number=line.number)
        row.trouble = line.wrong
        if line.told is not None:
            told = line.told
            row.account, row.amount, row.day = told.account, told.amount, local_day(told.paid_at)
            key = (told.account, told.reference)
            notice = known.get(key)
            if mine is not None and told.account not in mine:
                row.trouble = LineTrouble.ACCOUNT
            elif key in seen:
                row.trouble = LineTrouble.REPEATED
            elif notice is not None and notice.amount != told.amount:
                row.trouble = LineTrouble.DIFFERS
            elif notice is None:
                notice, _is_new = take_notice(told=told, body=line.cells, source=NoticeSource.STATEMENT, at=at)
            row.notice = notice if not row.trouble or row.trouble == LineTrouble.DIFFERS else None
            seen.add(key)
        row.cells = line.cells if row.trouble else ""
        rows.append(row)
    StatementLine.objects.bulk_create(rows, batch_size=500)
    live.bump(BANK_TOPIC)
    return statement


def _known(lines: Sequence[Line]) -> dict[tuple[str, str], BankNotice]:
    """Notices that came before, by account and number; one statement for five hundred lines."""
    references = [line.told.reference for line in lines if line.told]
    found: dict[tuple[str, str], BankNotice] = {}
    for start in range(0, len(references), 500):
        rows = BankNotice.objects.filter(reference__in=references[start : start + 500])
        found |= {(row.account, row.reference): row for row in rows}
    return found
