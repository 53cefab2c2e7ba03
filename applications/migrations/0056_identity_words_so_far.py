import re

from django.db import migrations

KEYS = (
    "applicant_identity", "deceased_identity", "husband_identity", "wife_identity", "mother_identity", "father_identity",
)
AT_ONCE = 2000


def words_so_far(apps, schema_editor):
    """Every dossier received before is found by the identity numbers in its form, too."""
    Application, Word = apps.get_model("applications", "Application"), apps.get_model("applications", "SearchWord")
    rows = Application.objects.filter(code__isnull=False).order_by("pk").values_list(
        "pk", "helped_at_id", "received_at_centre_id", "competent_id", "applicant__identity_number", "form_data"
    )
    after = 0
    while page := list(rows.filter(pk__gt=after)[:AT_ONCE]):
        Word.objects.bulk_create(
            [
                Word(centre_id=centre, word=f"id:{number}", application_id=pk, part=0)
                for pk, *centres, own, form in page
                for centre in set(centres) - {None}
                for number in {form[key] for key in KEYS if re.fullmatch(r"[0-9]{12}", str(form.get(key) or ""))} - {own}
            ],
            batch_size=AT_ONCE * 5,
            ignore_conflicts=True,
        )
        after = page[-1][0]


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0055_numbers_searched"),
    ]

    operations = [
        # By itself: PostgreSQL changes no table in the transaction that has changed its rows.
        migrations.RunPython(words_so_far, migrations.RunPython.noop),
    ]
