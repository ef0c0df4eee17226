"""How credentials are found, filled for those that stand; here, because `names.0002` has filled what is on record."""

import certificates.validators
from django.db import migrations, models

from certificates.same_number import number, number_together
from certificates.same_text import search_key, sort_key


def fill(apps, schema_editor):
    """Compute what is derived, as the models do at every save."""
    rows = apps.get_model("certificates", "Credential")._base_manager
    waiting = []
    for row in rows.order_by("pk").iterator(chunk_size=500):
        row.name_key = search_key(row.recorded_name, row.recorded_post_nominals)
        row.name_order = sort_key(row.recorded_name)[:200]
        row.number_key = number(row.number)[:120]
        row.number_together = number_together(row.number)[:120]
        waiting.append(row)
        if len(waiting) == 500:
            rows.bulk_update(waiting, ["name_key", "name_order", "number_key", "number_together"])
            waiting = []
    rows.bulk_update(waiting, ["name_key", "name_order", "number_key", "number_together"])


class Migration(migrations.Migration):
    dependencies = [
        ("names", "0002_names_on_record"),
        ("certificates", "0006_same_text"),
    ]

    operations = [
        migrations.AlterField(
            model_name='namechange',
            name='name',
            field=models.CharField(max_length=200, validators=[certificates.validators.a_name]),
        ),
        migrations.AlterField(
            model_name='namechange',
            name='post_nominals',
            field=models.CharField(blank=True, max_length=60, validators=[certificates.validators.a_line], verbose_name='degrees'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
