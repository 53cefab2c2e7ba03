from django.db import migrations

from portal import chain


def opened_so_far(apps, schema_editor):
    """Registers from before notes were opened by whoever signed their first line."""
    Register, Note = apps.get_model("applications", "Register"), apps.get_model("applications", "RegisterNote")
    Entry = apps.get_model("applications", "RegisterEntry")
    for register in Register.objects.all():
        first = Entry.objects.filter(register=register).order_by("sequence").first()
        if first is None:
            continue
        body = {
            "register": register.pk,
            "unit": register.centre_id,
            "book": register.kind,
            "year": register.year,
            "sequence": 1,
            "kind": "opened",
            "at": first.at.timestamp(),
            "by": first.signer_id,
            "keeper": first.signer_id,
            "reason": "",
            "number": 0,
            "line": chain.GENESIS,
        }
        Note.objects.create(
            register=register,
            sequence=1,
            kind="opened",
            at=first.at,
            by_id=first.signer_id,
            keeper_id=first.signer_id,
            number=0,
            line=chain.GENESIS,
            previous_hash=chain.GENESIS,
            hash=chain.link(chain.GENESIS, body, {}),
        )


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0011_registers_kept'),
    ]

    operations = [
        # By itself: PostgreSQL changes no table in the transaction that has changed its rows.
        migrations.RunPython(opened_so_far, migrations.RunPython.noop),
    ]
