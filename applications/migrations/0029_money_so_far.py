from django.db import migrations

PAID, OVER, DUE = "paid", "over", "due"
# Refused, withdrawn, stopped (``applications.enums.State``): ended without a result.
ENDED = [3, 7, 8]
# Failed, dropped, refused (``applications.notarisation.enums.NOT_PAID_FOR``).
NOT_PAID_FOR = ["failed", "dropped", "refused"]


def balanced(apps, schema_editor):
    """Number the payments, and let lines fall away that were given back whole or never paid before the end: they were
    not owed any more under the rules before, and shall not be owed again."""
    Application, Payment = apps.get_model("applications", "Application"), apps.get_model("applications", "Payment")
    held, ends = {}, {}
    for row in Payment.objects.order_by("at", "id").iterator():
        turn, before = held.get(row.application_id, (0, 0))
        row.sequence, row.held = turn + 1, before + (row.amount if row.kind == PAID else -row.amount)
        row.cashier_id = row.by_id
        row.save(update_fields=["sequence", "held", "cashier"])
        held[row.application_id] = (row.sequence, row.held)
        if row.kind != PAID:
            ends[row.application_id] = row
    for dossier in Application.objects.filter(pk__in=held).prefetch_related("fee_lines__item"):
        _balance(dossier, held[dossier.pk][1], ends.get(dossier.pk))
    unpaid = Application.objects.filter(state__in=ENDED, fee_lines__isnull=False).exclude(pk__in=held).distinct()
    for dossier in unpaid.prefetch_related("fee_lines__item").iterator(chunk_size=500):
        _balance(dossier, 0, None)


def _balance(dossier, paid, refund):
    lines = [
        line for line in dossier.fee_lines.order_by("pk") if line.item is None or line.item.state not in NOT_PAID_FOR
    ]
    if refund is not None and paid == 0:
        # Everything was given back then; only what was asked for after it, one line, may be due.
        gone = lines[:-1] if dossier.payment_state == DUE else lines
        for line in gone:
            _fall(line, refund.at, refund.reason, refund.by)
        lines = [line for line in lines if line not in gone]
    left = sum(line.amount for line in lines)
    while dossier.state in ENDED and left > paid:
        line = lines.pop()
        left -= line.amount
        _fall(line, dossier.ended_at or dossier.changed_at, "Hồ sơ kết thúc trước khi nộp.", None)
    if dossier.payment_state == PAID and paid > left:
        dossier.payment_state = OVER
        dossier.save(update_fields=["payment_state"])


def _fall(line, at, why, by):
    line.fell_at, line.fell_why, line.fell_by = at, why, by
    line.save(update_fields=["fell_at", "fell_why", "fell_by"])


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0028_money'),
    ]

    operations = [
        # By itself: PostgreSQL changes no table in the transaction that has changed its rows.
        migrations.RunPython(balanced, migrations.RunPython.noop),
    ]
