import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0052_fees_to_take"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RefusedCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("change_money", models.PositiveBigIntegerField()),
                ("counted_cash", models.BigIntegerField()),
                ("counted_card", models.BigIntegerField()),
                ("counted_transfer", models.BigIntegerField()),
                (
                    "cashier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "last",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refused_counts",
                        to="applications.payment",
                    ),
                ),
            ],
            options={
                "verbose_name": "count that was refused",
                "verbose_name_plural": "counts that were refused",
                "ordering": ["at", "id"],
            },
        ),
    ]
