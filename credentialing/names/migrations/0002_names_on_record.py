"""Each credential gets the name and degrees that the society has vouched for, and its row is sealed anew with them.

Of a credential with a document they are those that the document says. Where there is none (earlier holders) the entry
is what the holder's profile says now: no other text of it was kept. If the holder has changed that since the award,
the entry is marked for the registrar to look at. No profile is touched.
"""

from django.db import migrations

from workflows.models.seals import Seal, seal_rows

PRINTED = {"name", "certificate_name", "post_nominals"}


def record_names(apps, schema_editor):
    Credential = apps.get_model("certificates", "Credential")
    for credential in Credential.objects.select_related("holder").order_by("pk").iterator(500):
        intact = fits_its_seal(credential)
        document = credential.certificates.exclude(status="superseded").order_by("-edition").first()
        holder = credential.holder
        if document is None:
            name, degrees = holder.certificate_name or holder.name, holder.post_nominals
        else:
            name, degrees = document.facts["name"], document.facts["post_nominals"]
        Credential.objects.filter(pk=credential.pk).update(
            recorded_name=name,
            recorded_post_nominals=degrees,
            name_to_check=document is None and changed_since_award(apps, credential),
        )
        if intact:  # a row changed by hand stays to be found: sealing it anew would cover that
            seal_rows(Credential, [credential.pk])


def fits_its_seal(row):
    seal = Seal.objects.filter(row_kind="certificates.credential", row_id=row.pk).order_by("pk").last()
    return seal is not None and seal.fits(row)


def changed_since_award(apps, credential):
    """Whether the holder has changed their own printed name or degrees after the award."""
    award = (
        apps.get_model("workflows", "LedgerRecord")
        .objects.filter(subject_kind="credential", subject_id=credential.uuid, transition="award")
        .first()
    )
    changes = apps.get_model("audit", "AuditEvent").objects.filter(
        event="accounts:profile:changed", subject_kind="person", subject_id=credential.holder.uuid
    )
    if award is not None:
        changes = changes.filter(recorded_at__gt=award.recorded_at)
    return any(PRINTED & set(details.get("fields", ())) for details in changes.values_list("details", flat=True))


class Migration(migrations.Migration):

    # What is on record is sealed here as it stands; what is derived from it comes later, and no seal covers it.
    run_before = [('certificates', '0006_same_text')]

    dependencies = [
        ('accounts', '0001_initial'),
        ('audit', '0003_remove_auditevent_seals'),
        ('certificates', '0005_recorded_name'),
        ('names', '0001_name_change'),
        ('workflows', '0003_seal'),
    ]

    operations = [migrations.RunPython(record_names, migrations.RunPython.noop)]
