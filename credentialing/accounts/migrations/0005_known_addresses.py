import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from certificates.same_text import address


def fill(apps, schema_editor):
    """Keep the addresses that people have; of those given up before nothing is known."""
    people = apps.get_model("accounts", "Person")._base_manager
    known = apps.get_model("accounts", "KnownAddress")._base_manager
    found = {}
    for row in apps.get_model("account", "EmailAddress")._base_manager.order_by("pk").iterator(chunk_size=500):
        key = (row.user_id, address(row.email))
        found[key] = found.get(key, False) or row.verified
    for pk, email in people.exclude(email=None).exclude(email="").order_by("pk").values_list("pk", "email"):
        found.setdefault((pk, address(email)), True)
    known.bulk_create(
        (known.model(person_id=pk, address=text, confirmed=confirmed) for (pk, text), confirmed in found.items()),
        batch_size=500,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('account', '0009_emailaddress_unique_primary_email'),
        ('accounts', '0004_same_text'),
    ]

    operations = [
        migrations.CreateModel(
            name='KnownAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(db_index=True, max_length=254)),
                ('confirmed', models.BooleanField(default=False)),
                ('since', models.DateTimeField(default=django.utils.timezone.now)),
                ('until', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='known_addresses', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'known addresses',
                'ordering': ('since', 'pk'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('person', 'address'), name='known_address_once_at_a_time')],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
