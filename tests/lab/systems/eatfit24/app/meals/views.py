"""Whether the service is well: it is when it reaches its database."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse


def health(request: HttpRequest) -> HttpResponse:
    """200 when one row can be read; Django answers a Host that it does not know with 400 before we are asked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
