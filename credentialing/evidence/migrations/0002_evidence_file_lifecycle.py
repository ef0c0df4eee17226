"""Files get a life of their own: those that were withdrawn come to that state with a record that says how."""

import django.utils.timezone
import django_fsm
from django.db import migrations, models

from workflows.canonical import content_digest
from workflows.definitions import State, Transition, WorkflowDefinition
from workflows.models import LedgerRecord, Reason
from workflows.models.ledger import new_salt

KIND = "evidence_file"
SYSTEM = "00000000-0000-4000-8000-000000000001"
# The rules under which these records are made, and no others: the system notes what candidates did before there were
# records. They are not today's rules, in which only a candidate withdraws a file.
RULES = WorkflowDefinition(
    name="evidence_file, before it had records",
    states=(
        State(slug="standing", label="On file", kind="initial"),
        State(slug="withdrawn", label="Withdrawn", kind="final"),
    ),
    transitions=(
        Transition(
            name="withdraw", source="standing", target="withdrawn", roles=frozenset({"system"}), reason_required=True
        ),
    ),
)


def tell_states(apps, schema_editor):
    """Each file stands since it was uploaded or is withdrawn since it was withdrawn; the latter gets its record."""
    EvidenceFile = apps.get_model("evidence", "EvidenceFile")
    EvidenceFile.objects.filter(withdrawn_at__isnull=True).update(state_since=models.F("uploaded_at"))
    withdrawn = EvidenceFile.objects.filter(withdrawn_at__isnull=False).order_by("pk")
    if not withdrawn.exists():
        return
    system = apps.get_model("accounts", "Person").objects.get_or_create(
        uuid=SYSTEM, defaults={"name": "The system", "is_active": False, "listed": False}
    )[0]
    for file in withdrawn:
        record_withdrawal(file, system)
        EvidenceFile.objects.filter(pk=file.pk).update(
            state="withdrawn", version=1, state_since=file.withdrawn_at
        )


def record_withdrawal(file, system):
    salt = new_salt()
    reason = f"The candidate withdrew this file on {file.withdrawn_at:%Y-%m-%d %H:%M} UTC, before files had records."
    Actor = LedgerRecord._meta.get_field("actor").related_model
    record = LedgerRecord(
        subject_kind=KIND,
        subject_id=file.uuid,
        sequence=1,
        transition="withdraw",
        source="standing",
        target="withdrawn",
        actor=Actor(pk=system.pk, uuid=system.uuid),
        role="system",
        reason_digest=Reason.digest_of(reason, salt),
        evidence=[{"kind": "file", "id": str(file.uuid), "sha256": file.sha256}],
        rules_digest=RULES.digest,
        definition_digest=RULES.digest,
        recorded_at=django.utils.timezone.now(),
    )
    record.digest = content_digest(record.content())
    record.save()
    Reason.objects.create(record=record, text=reason, salt=salt)


class Migration(migrations.Migration):

    # It opens the account of the system, whose search keys are computed there.
    run_before = [("accounts", "0004_same_text")]
    dependencies = [
        ('accounts', '0001_initial'),
        ('evidence', '0001_initial'),
        ('workflows', '0003_seal'),
    ]

    operations = [
        migrations.AddField(
            model_name='evidencefile',
            name='quarantined_from',
            field=models.CharField(blank=True, default='', editable=False, max_length=50),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='evidencefile',
            name='state',
            field=django_fsm.FSMField(db_index=True, default='standing', max_length=50, protected=True),
        ),
        migrations.AddField(
            model_name='evidencefile',
            name='state_since',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name='evidencefile',
            name='version',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.RunPython(tell_states, migrations.RunPython.noop),
    ]
