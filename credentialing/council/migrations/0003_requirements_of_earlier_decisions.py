"""Earlier decisions were all the last one of their pathway."""

import tomllib

from django.db import migrations


def name_the_last_decision(apps, schema_editor):
    decisions = apps.get_model("council", "Decision").objects.filter(requirement="")
    for decision in decisions.select_related("application__pathway_version").iterator():
        stages = tomllib.loads(decision.application.pathway_version.source)["stages"]
        last = [row["slug"] for row in stages[-1]["requirements"] if row["kind"] == "decision"]
        type(decision).objects.filter(pk=decision.pk).update(requirement=last[-1])


class Migration(migrations.Migration):
    dependencies = [("council", "0002_decision_of_a_requirement")]
    operations = [migrations.RunPython(name_the_last_decision, migrations.RunPython.noop)]
