"""What the society vouches for stands with the credential; `names.0002` fills it for those that were awarded before."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('certificates', '0004_wording'),
    ]

    operations = [
        migrations.AddField(
            model_name='credential',
            name='name_to_check',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name='credential',
            name='recorded_name',
            field=models.CharField(default='', editable=False, max_length=200),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='credential',
            name='recorded_post_nominals',
            field=models.CharField(blank=True, default='', editable=False, max_length=60),
            preserve_default=False,
        ),
    ]
