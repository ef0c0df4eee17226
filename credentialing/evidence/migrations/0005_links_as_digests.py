"""Links of co-leaders and referees are kept as digests; the links that people hold in their mail go on working."""

from hashlib import sha256

from django.db import migrations, models
from django.utils import timezone

from workflows.models.seals import seal_rows


def keep_digests(apps, schema_editor):
    """Whoever was written to finds their link open for a whole term from now on."""
    now = timezone.now()
    LogEntry = apps.get_model("evidence", "LogEntry")
    for entry in LogEntry.objects.exclude(co_leader_email="").iterator():
        LogEntry.objects.filter(pk=entry.pk).update(
            link_digest=sha256(entry.confirmation_token.encode()).hexdigest(), link_sent_at=now
        )
    Reference = apps.get_model("evidence", "Reference")
    for reference in Reference.objects.iterator():
        Reference.objects.filter(pk=reference.pk).update(
            link_digest=sha256(reference.token.encode()).hexdigest(), link_sent_at=now
        )


def seal_anew(apps, schema_editor):
    """A sealed column has gone."""
    for name in ("LogEntry", "Reference"):
        model = apps.get_model("evidence", name)
        seal_rows(model, model.objects.values_list("pk", flat=True))


class Migration(migrations.Migration):

    dependencies = [
        ('evidence', '0004_what_other_societies_count'),
        ('workflows', '0003_seal'),
    ]

    operations = [
        migrations.AddField(
            model_name='logentry',
            name='link_digest',
            field=models.CharField(editable=False, max_length=64, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='logentry',
            name='link_sent_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='reference',
            name='link_digest',
            field=models.CharField(editable=False, max_length=64, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='reference',
            name='link_sent_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunPython(keep_digests, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='logentry',
            name='confirmation_token',
        ),
        migrations.RemoveField(
            model_name='reference',
            name='token',
        ),
        migrations.RunPython(seal_anew, migrations.RunPython.noop),
    ]
