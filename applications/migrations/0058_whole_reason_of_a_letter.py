from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0057_most_days"),
    ]

    operations = [
        migrations.AlterField(
            model_name="dispatch",
            name="reason",
            field=models.CharField(blank=True, help_text="Why it came back.", max_length=500),
        ),
    ]
