"""The state alone says where a file stands; its rows are sealed anew, because a sealed column goes."""

from django.db import migrations, models
from django.db.migrations.exceptions import IrreversibleError

from workflows.models import LedgerRecord
from workflows.models.seals import seal_rows


def seal_anew(apps, schema_editor):
    EvidenceFile = apps.get_model("evidence", "EvidenceFile")
    seal_rows(EvidenceFile, EvidenceFile.objects.values_list("pk", flat=True))


def refuse_with_records(apps, schema_editor):
    """What has been recorded can't be taken back."""
    if LedgerRecord.objects.filter(subject_kind="evidence_file").exists():
        raise IrreversibleError("Files have records, which can't be removed.")


class Migration(migrations.Migration):

    dependencies = [
        ('evidence', '0002_evidence_file_lifecycle'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='evidencefile',
            name='evidence_file_uploaded_once_per_requirement',
        ),
        migrations.AddConstraint(
            model_name='evidencefile',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'standing')), fields=('application', 'requirement', 'sha256'), name='evidence_file_uploaded_once_per_requirement', violation_error_message='You have already uploaded this file here.'),
        ),
        migrations.RemoveField(
            model_name='evidencefile',
            name='withdrawn_at',
        ),
        migrations.RunPython(seal_anew, refuse_with_records),
    ]
