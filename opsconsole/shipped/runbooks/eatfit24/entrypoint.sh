#!/bin/sh
# An entrypoint that refuses what it does not understand. In the place of the old one, which took every word but `1` for
# no and said nothing, and everything but a bare `celery` for the web service. Exit 64 says that it was told nonsense.
set -eu

refuse() {
    echo "entrypoint: $*" >&2
    exit 64
}

flag() { # flag NAME: its value, which must be 1 or 0
    value=$(printenv "$1" || true)
    case "$value" in
        1 | 0) echo "$value" ;;
        "") refuse "$1 is not set; say 1 or 0" ;;
        *) refuse "$1 is '$value'; say 1 or 0" ;;
    esac
}

migrations=$(flag RUN_MIGRATIONS) || exit
static=$(flag RUN_COLLECTSTATIC) || exit
strict=$(flag MIGRATIONS_STRICT) || exit

case "${1-}" in
    celery) exec "$@" ;;
    */celery) refuse "the command begins with $1; write the bare celery" ;;
    "" | gunicorn) ;;
    *) refuse "nobody here is called $1" ;;
esac

if [ "$migrations" = 1 ] && ! python manage.py migrate --noinput; then
    [ "$strict" = 0 ] || refuse "the migrations failed, and MIGRATIONS_STRICT is 1"
fi
if [ "$static" = 1 ]; then
    python manage.py collectstatic --noinput --verbosity 0
fi
exec gunicorn config.wsgi:application --bind 0.0.0.0:8000 --workers 2
