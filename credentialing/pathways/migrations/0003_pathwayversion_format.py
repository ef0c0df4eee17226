"""Every version says in which format its text was published; of those published so far, the text tells it."""

import tomllib
from typing import Any

from django.db import migrations, models


def say_which(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001 - Django's signature
    """Format 1 had a table [council] and no bodies. A text that can't be parsed is told by `manage.py verify`."""
    for version in apps.get_model("pathways", "PathwayVersion").objects.all():
        try:
            data = tomllib.loads(version.source)
        except tomllib.TOMLDecodeError:
            continue
        if "council" in data and "bodies" not in data:
            version.format = 1
            version.save(update_fields=["format"])


class Migration(migrations.Migration):
    dependencies = [("pathways", "0002_pathwayversion_policy")]

    operations = [
        migrations.AddField(
            model_name="pathwayversion",
            name="format",
            field=models.PositiveSmallIntegerField(default=2, editable=False),
        ),
        migrations.RunPython(say_which, migrations.RunPython.noop),
    ]
