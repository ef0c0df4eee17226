"""Letters forget what their links open: those that were sent at once, those that wait when they have been sent."""

import re
from hashlib import sha256

from django.db import migrations, models

HIDDEN = "(removed)"
LINKS = re.compile(r"^/(?:confirm|references)/([^/]+)/$")


def hide_links(apps, schema_editor):
    Letter = apps.get_model("correspondence", "Letter")
    for letter in Letter.objects.filter(template__in=("session_to_confirm", "reference_asked")).iterator():
        found = LINKS.match(str(letter.context.get("path", "")))
        if found is None:
            continue
        token = found.group(1)
        letter.context = {**letter.context, "path": letter.context["path"].replace(token, HIDDEN)}
        letter.body = letter.body.replace(token, HIDDEN)
        letter.secret = "" if letter.state == "sent" else token
        if letter.dedupe_key:
            letter.dedupe_key = letter.dedupe_key.replace(token, sha256(token.encode()).hexdigest())
        letter.save(update_fields=["context", "body", "secret", "dedupe_key"])


class Migration(migrations.Migration):

    dependencies = [
        ('correspondence', '0002_due_and_claimed'),
    ]

    operations = [
        migrations.AddField(
            model_name='letter',
            name='secret',
            field=models.CharField(blank=True, default='', editable=False, max_length=200),
            preserve_default=False,
        ),
        migrations.RunPython(hide_links, migrations.RunPython.noop),
    ]
