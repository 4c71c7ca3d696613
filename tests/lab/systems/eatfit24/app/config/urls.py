"""One address: is the service well?"""

from django.urls import path
from meals.views import health

urlpatterns = [path("health/", health)]
