#!/bin/sh
# Postgres, with an empty database called brace where there is none yet.
set -e
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    initdb --username=brace --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
    echo "host all all all trust" >>"$PGDATA/pg_hba.conf"
    echo "CREATE DATABASE brace" | postgres --single -D "$PGDATA" postgres >/dev/null
fi
exec postgres -c listen_addresses='*' -c fsync=off
