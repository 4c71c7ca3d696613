"""What somebody ate."""

from django.db import models
from django.utils import timezone


class Meal(models.Model):
    """One meal, and when it was eaten."""

    name = models.CharField(max_length=100)
    eaten_at = models.DateTimeField(default=timezone.now)
    kilocalories = models.IntegerField(null=True)
