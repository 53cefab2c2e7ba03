"""The queue's rules as dated rows, the times of a visit apart, and counters' history.

Two policies of one centre are never in force on the same day: PostgreSQL holds that itself, on SQLite the check in
``QueuePolicy.clean`` stands alone.
"""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Coalesce

CONSTRAINT = "queue_policy_never_overlaps"
TABLE = "centres_queuepolicy"


def tell_what_is_known(apps, schema_editor):
    """Visits of before: the last call is the first one known, and who is set aside fetches something."""
    Ticket = apps.get_model("centres", "Ticket")
    tickets = Ticket.objects.using(schema_editor.connection.alias)
    tickets.filter(called_at__isnull=False).update(first_called_at=models.F("called_at"))
    tickets.filter(state="parked").update(
        park_kind="fetching", parked_at=Coalesce("arrived_at", "called_at", "issued_at")
    )


def add_on_postgresql(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    schema_editor.execute(
        f"ALTER TABLE {TABLE} ADD CONSTRAINT {CONSTRAINT} EXCLUDE USING gist "
        "(coalesce(centre_id, 0) WITH =, daterange(valid_from, valid_to, '[]') WITH &&)"
    )


def drop_on_postgresql(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT {CONSTRAINT}")


class Migration(migrations.Migration):

    dependencies = [
        ('centres', '0004_returning_class'),
        ('citizens', '0001_initial'),
        ('procedures', '0002_versions_never_overlap'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CounterEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('opened', 'opened'), ('paused', 'paused'), ('resumed', 'open again'), ('closed', 'closed')], max_length=8)),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=120)),
            ],
            options={
                'verbose_name': 'counter event',
                'verbose_name_plural': 'counter events',
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='QueuePolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('classes', models.JSONField(default=dict, help_text='The class of each ground, by their names; a ground that is not named gives no priority.')),
                ('cap', models.PositiveSmallIntegerField(help_text='Of so many calls running at one counter, at most one overtakes somebody. 1: no limit.', validators=[django.core.validators.MinValueValidator(1)])),
                ('recalls', models.PositiveSmallIntegerField(help_text='Times a number is called again before it is a no-show.')),
                ('grace_minutes', models.PositiveSmallIntegerField(help_text='How long after a no-show somebody gets the old place back.', validators=[django.core.validators.MaxValueValidator(600)])),
                ('hold_minutes', models.PositiveSmallIntegerField(help_text='The longest that a place is held.', validators=[django.core.validators.MaxValueValidator(600)])),
                ('closing_minutes', models.PositiveSmallIntegerField(help_text='Time kept before closing: no number is given that could not be served before it.', validators=[django.core.validators.MaxValueValidator(600)])),
                ('source', models.CharField(max_length=300)),
                ('confidence', models.CharField(help_text='How sure the source is, such as S, L or U.', max_length=40)),
            ],
            options={
                'verbose_name': 'queue policy',
                'verbose_name_plural': 'queue policies',
                'ordering': ['centre', 'valid_from'],
            },
        ),
        migrations.AddField(
            model_name='centre',
            name='calls_itself',
            field=models.BooleanField(default=False, help_text='Call the next person by itself as soon as a counter is free.'),
        ),
        migrations.AddField(
            model_name='service',
            name='is_quick',
            field=models.BooleanField(default=False, help_text='A few minutes each, such as collecting a result.'),
        ),
        migrations.AddField(
            model_name='service',
            name='procedure',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.procedure'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='back_by',
            field=models.DateTimeField(blank=True, help_text='Until when a held place is kept.', null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='first_called_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='jumped',
            field=models.BooleanField(default=False, help_text='The last call overtook somebody of a lower class.'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='park_kind',
            field=models.CharField(blank=True, choices=[('fetching', 'fetches a paper or fills in a form'), ('job', 'waits for something that is being made here'), ('held', 'is away for a while; the place is kept')], max_length=8),
        ),
        migrations.AddField(
            model_name='ticket',
            name='parked_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='parked_s',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='recalls',
            field=models.PositiveSmallIntegerField(default=0, help_text='Times called again since the last call.'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='served_s',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='waited_s',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='walked_s',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='ticketevent',
            name='calm',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='ticketevent',
            name='jumped',
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name='ticketevent',
            name='priority',
            field=models.SmallIntegerField(choices=[(-10, 'back at the counter'), (0, '75 years or over'), (10, 'priority by law'), (15, 'expected'), (20, 'in turn')], null=True),
        ),
        migrations.AddField(
            model_name='ticketevent',
            name='queue_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='ticketevent',
            name='service',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='centres.service'),
        ),
        migrations.AlterField(
            model_name='service',
            name='kind',
            field=models.CharField(choices=[('field', 'a field of procedures'), ('procedure', 'one procedure'), ('results', 'collecting results'), ('other', 'anything else')], default='field', max_length=9),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='priority',
            field=models.SmallIntegerField(choices=[(-10, 'back at the counter'), (0, '75 years or over'), (10, 'priority by law'), (15, 'expected'), (20, 'in turn')], default=20),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='priority_ground',
            field=models.CharField(blank=True, choices=[('', 'none'), ('age_75', '75 years or over'), ('age_60', '60 years or over'), ('disabled', 'with a disability'), ('child', 'pregnant, or with a child under 3'), ('meritorious', 'war invalid or meritorious person'), ('supplement', 'brings what a dossier was missing'), ('booked', 'booked, and on time')], max_length=12),
        ),
        migrations.AlterField(
            model_name='ticketevent',
            name='kind',
            field=models.CharField(choices=[('issued', 'number drawn'), ('called', 'called'), ('recalled', 'called again'), ('arrived', 'came to the counter'), ('parked', 'set aside'), ('returned', 'back in the queue'), ('transferred', 'passed on'), ('no_show', 'did not come'), ('done', 'served'), ('left', 'left'), ('closed', 'closed in the evening'), ('picked', 'called by its number'), ('classed', 'priority changed')], max_length=12),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('back_by__isnull', False)), fields=['back_by'], name='ticket_held'),
        ),
        migrations.AddIndex(
            model_name='ticketevent',
            index=models.Index(condition=models.Q(('jumped__isnull', False)), fields=['counter', '-at', '-id'], name='ticket_event_counted_calls'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'procedure'), _negated=True), ('procedure__isnull', False), _connector='OR'), name='service_procedure_named'),
        ),
        migrations.RunPython(tell_what_is_known, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('parked_at__isnull', False), ('state', 'parked'), models.Q(('park_kind', ''), _negated=True)), models.Q(models.Q(('state', 'parked'), _negated=True), ('park_kind', ''), ('parked_at__isnull', True)), _connector='OR'), name='ticket_parked_says_why'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('back_by__isnull', False), ('park_kind', 'held')), models.Q(models.Q(('park_kind', 'held'), _negated=True), ('back_by__isnull', True)), _connector='OR'), name='ticket_held_until'),
        ),
        migrations.AddField(
            model_name='counterevent',
            name='actor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='counterevent',
            name='counter',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='centres.counter'),
        ),
        migrations.AddField(
            model_name='counterevent',
            name='officer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='queuepolicy',
            name='centre',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='queue_policies', to='centres.centre'),
        ),
        migrations.AddIndex(
            model_name='counterevent',
            index=models.Index(fields=['counter', 'at'], name='counter_event_at'),
        ),
        migrations.AddConstraint(
            model_name='queuepolicy',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='queue_policy_dates'),
        ),
        migrations.AddConstraint(
            model_name='queuepolicy',
            constraint=models.CheckConstraint(condition=models.Q(('cap__gte', 1)), name='queue_policy_cap'),
        ),
        migrations.RunPython(add_on_postgresql, drop_on_postgresql),
    ]
