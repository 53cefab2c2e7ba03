from django.db import migrations

# Before "centres.actions.sweep_appointments" forgot them together with the appointment, these stayed in the outbox: the
# sweep looks at no appointment twice.
OPEN, DEAD = ("queued", "sending"), "dead"


def forget(apps, schema_editor):
    """Blank address and text of what was written about appointments that are erased already."""
    message = apps.get_model("notifications", "Message")
    erased = apps.get_model("centres", "Appointment").objects.filter(phone="").exclude(state="booked")
    for pk in erased.values_list("pk", flat=True).iterator():
        known = message.objects.filter(dedup_key__startswith=f"appointment:{pk}:").exclude(recipient="")
        known.filter(state__in=OPEN).update(state=DEAD, last_error="The person was forgotten.")
        known.update(recipient="", body="")


class Migration(migrations.Migration):

    dependencies = [
        ('centres', '0015_told_open'),
        ('notifications', '0003_not_after'),
    ]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
