from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("applications", "0051_worklist_indexes")]

    operations = [
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("payment_state", "due")),
                fields=["received_at_centre"],
                name="application_fee_to_take",
            ),
        ),
    ]
