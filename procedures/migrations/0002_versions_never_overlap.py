"""Two versions of one procedure are never in force on the same day.

PostgreSQL holds this itself. SQLite, the demo's database, has no exclusion constraints: there the check in
``ProcedureVersion.save`` stands alone, which is enough for a database with one writer at a time.
"""

from django.db import migrations

CONSTRAINT = "version_never_overlaps"
TABLE = "procedures_procedureversion"


def add_on_postgresql(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    schema_editor.execute(
        f"ALTER TABLE {TABLE} ADD CONSTRAINT {CONSTRAINT} EXCLUDE USING gist "
        "(procedure_id WITH =, daterange(effective_from, effective_to, '[]') WITH &&)"
    )


def drop_on_postgresql(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT {CONSTRAINT}")


class Migration(migrations.Migration):
    dependencies = [("procedures", "0001_initial")]

    operations = [migrations.RunPython(add_on_postgresql, drop_on_postgresql)]
