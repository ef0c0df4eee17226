"""Letters forget what their links open: those that were sent at once, those that wait when they have been sent."""

import re
from hashlib import sha256

import django.db.models.deletion
from django.db import migrations, models

HIDDEN = "(removed)"
LINKS = re.compile(r"^/(?:confirm|references)/([^/]+)/$")


def hide_links(apps, schema_editor):
    Letter = apps.get_model("correspondence", "Letter")
    LetterSecret = apps.get_model("correspondence", "LetterSecret")
    for letter in Letter.objects.filter(template__in=("session_to_confirm", "reference_asked")).iterator():
        found = LINKS.match(str(letter.context.get("path", "")))
        if found is None:
            continue
        token = found.group(1)
        letter.context = {**letter.context, "path": letter.context["path"].replace(token, HIDDEN)}
        letter.body = letter.body.replace(token, HIDDEN)
        if letter.state != "sent":
            LetterSecret.objects.create(letter=letter, text=token)
        if letter.dedupe_key:
            letter.dedupe_key = letter.dedupe_key.replace(token, sha256(token.encode()).hexdigest())
        letter.save(update_fields=["context", "body", "dedupe_key"])


class Migration(migrations.Migration):

    dependencies = [
        ('correspondence', '0002_due_and_claimed'),
    ]

    operations = [
        migrations.CreateModel(
            name='LetterSecret',
            fields=[
                ('letter', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='kept_secret', serialize=False, to='correspondence.letter')),
                ('text', models.CharField(max_length=200)),
            ],
        ),
        migrations.RunPython(hide_links, migrations.RunPython.noop),
    ]
