import re

from django.db import migrations

from portal.vn.text import fold, syllables

NAMES = (
    "child_name", "deceased_name", "husband_name", "wife_name", "mother_name", "father_name", "record_name",
    "business_name",
)
MARKS = {"parcel_number": "parcel", "map_sheet": "sheet", "certificate_serial": "serial"}
AT_ONCE = 2000


def words_so_far(apps, schema_editor):
    """Every dossier received before is found, too."""
    Application, Word = apps.get_model("applications", "Application"), apps.get_model("applications", "SearchWord")
    rows = Application.objects.filter(code__isnull=False).order_by("pk").values_list(
        "pk", "helped_at_id", "received_at_centre_id", "competent_id", "applicant__full_name", "form_data"
    )
    after = 0
    while page := list(rows.filter(pk__gt=after)[:AT_ONCE]):
        Word.objects.bulk_create(
            [
                Word(centre_id=centre, word=word, application_id=pk, part=part)
                for pk, *centres, name, form in page
                for centre in set(centres) - {None}
                for part, word in words(name, form)
            ],
            batch_size=AT_ONCE * 5,
            ignore_conflicts=True,
        )
        after = page[-1][0]


def words(name, form):
    names = [name] if name is not None else []
    names += [form[key] for key in NAMES if isinstance(form.get(key), str) and form[key]]
    found = {(part, word[:40]) for part, one in enumerate(names) for word in syllables(one)}
    for key, mark in MARKS.items():
        number = re.sub(r"[^0-9a-z]+", "", fold(str(form.get(key) or "")))
        if number:
            found.add((0, f"{mark}:{number.lstrip('0') or number}"[:40]))
    return found


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0049_search_words'),
    ]

    operations = [
        # By itself: PostgreSQL changes no table in the transaction that has changed its rows.
        migrations.RunPython(words_so_far, migrations.RunPython.noop),
    ]
