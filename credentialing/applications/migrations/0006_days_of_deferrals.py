from datetime import datetime, time

from django.db import migrations
from django.utils import timezone


def set_deadlines(apps, schema_editor):
    """Cases that were deferred until a day before there was anything that brings them back."""
    deadlines = apps.get_model('workflows', 'Deadline').objects
    deferred = apps.get_model('applications', 'Application').objects.filter(state='deferred')
    for case in deferred.exclude(deferred_until=None):
        due_at = datetime.combine(case.deferred_until, time.min, timezone.get_default_timezone())
        deadlines.get_or_create(
            subject_kind='application', subject_id=case.uuid, act='reopen', done_at=None, defaults={'due_at': due_at}
        )


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0005_changes_on'),
        ('workflows', '0003_seal'),
    ]

    operations = [
        migrations.RunPython(set_deadlines, migrations.RunPython.noop, elidable=True),
    ]
