from django.db import migrations

from applications.notarisation.codes import new_code


def give_codes(apps, schema_editor):
    """What waits for its file gets a code now; copies that were filed carry none."""
    items = apps.get_model('applications', 'CertificationItem').objects
    for item in items.filter(state__in=['approved', 'composing'], check_code__isnull=True):
        items.filter(pk=item.pk).update(check_code=new_code())


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0009_signatures'),
    ]

    operations = [
        # By itself: PostgreSQL changes no table in the transaction that has changed its rows.
        migrations.RunPython(give_codes, migrations.RunPython.noop),
    ]
