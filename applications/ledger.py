"""What a dossier owes and what it has: its fee lines that count, what was taken, what was given back (decision 0038).

Sums over ``fee_lines`` and ``payments``, which pages prefetch; whole đồng. A copy that was certified for another dossier is a
dossier of its own, with its own sums; its fee is asked for with the other's.
"""

from __future__ import annotations

from applications.enums import PaymentKind, PaymentState
from applications.models import Application, FeeLine


def lines_owed(dossier: Application) -> list[FeeLine]:
    """The lines that count: neither fallen away nor of a document that nobody gets. One that replaces another has its place."""
    lines = list(dossier.fee_lines.all())
    replaced = {line.pk: line.replaces_id for line in lines if line.replaces_id}

    def first(pk: int) -> int:
        return first(replaced[pk]) if pk in replaced else pk

    return sorted((line for line in lines if line.is_due), key=lambda line: first(line.pk))


def owed(dossier: Application) -> int:
    return sum(line.amount for line in lines_owed(dossier))


def paid_so_far(dossier: Application) -> int:
    """What was taken and not given back."""
    return sum(row.amount if row.kind == PaymentKind.PAID else -row.amount for row in dossier.payments.all())


def outstanding(dossier: Application) -> int:
    """What is still to be paid."""
    return max(0, owed(dossier) - paid_so_far(dossier)) if dossier.payment_state == PaymentState.DUE else 0


def copies_of(dossier: Application) -> list[Application]:
    """What was certified for it and is paid with it, each with its own sums. A copy has none, and asks nothing."""
    if dossier.for_application_id is not None:
        return []
    rows = dossier.made_for_it.still_wanted().prefetch_related("fee_lines__item", "payments")
    return list(rows.order_by("pk"))


def dues_of(dossier: Application) -> list[tuple[Application, int]]:
    """What is asked for at once, with what is still to be paid for each: the dossier, and the copies made for it."""
    rows = [(row, outstanding(row)) for row in [dossier, *copies_of(dossier)]]
    return [(row, due) for row, due in rows if due]


def surplus(dossier: Application) -> int:
    """What was paid beyond what is owed, and is to be given back."""
    return max(0, paid_so_far(dossier) - owed(dossier)) if dossier.payment_state == PaymentState.OVER else 0


def payment_state_of(dossier: Application) -> PaymentState:
    """The state that follows from the sums alone."""
    due, paid = owed(dossier), paid_so_far(dossier)
    if due != paid:
        return PaymentState.DUE if due > paid else PaymentState.OVER
    if paid:
        return PaymentState.PAID
    if any(row.kind == PaymentKind.REFUNDED for row in dossier.payments.all()):
        return PaymentState.REFUNDED
    return PaymentState.VOID if any(line.amount for line in dossier.fee_lines.all()) else PaymentState.NONE
