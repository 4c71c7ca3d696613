"""The table of meals."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """As makemigrations wrote it."""

    initial = True
    dependencies = []  # noqa: RUF012 - Django's own form
    operations = [  # noqa: RUF012
        migrations.CreateModel(
            name="Meal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("eaten_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
    ]
