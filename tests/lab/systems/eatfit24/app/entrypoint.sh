#!/bin/sh
# What the container becomes. The first word of its command decides: `celery` is run as it stands, anything else is
# taken for the web service. The flags are compared as text: only `1` is yes, and all else says nothing and skips.
set -e

case "$1" in
    celery) exec "$@" ;;
esac

if [ "$RUN_MIGRATIONS" = "1" ]; then
    python manage.py migrate --noinput || [ "$MIGRATIONS_STRICT" != "1" ]
fi
if [ "$RUN_COLLECTSTATIC" = "1" ]; then
    python manage.py collectstatic --noinput --verbosity 0
fi
exec gunicorn config.wsgi:application --bind 0.0.0.0:8000 --workers 2 --access-logfile -
