"""How much it was."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """As makemigrations wrote it."""

    dependencies = [("meals", "0001_initial")]  # noqa: RUF012 - Django's own form
    operations = [  # noqa: RUF012
        migrations.AddField(model_name="meal", name="kilocalories", field=models.IntegerField(null=True)),
    ]
