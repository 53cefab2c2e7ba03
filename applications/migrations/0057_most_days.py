import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0056_identity_words_so_far"),
    ]

    operations = [
        migrations.AddField(
            model_name="handlingrules",
            name="most_days",
            field=models.PositiveSmallIntegerField(
                default=180,
                help_text="Of an apology, a supplement, and the answer of another office.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(3650),
                ],
                verbose_name="days (of the calendar) ahead at which a day that somebody chooses may lie at most",
            ),
        ),
        migrations.AddConstraint(
            model_name="handlingrules",
            constraint=models.CheckConstraint(
                condition=models.Q(("most_days__gte", 1), ("most_days__lte", 3650)), name="handling_rules_have_an_end"
            ),
        ),
    ]
