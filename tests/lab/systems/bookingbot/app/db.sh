#!/bin/sh
# Postgres, with an empty database called booking where there is none yet. Its log of changes goes to /backup/wal.
set -e
mkdir -p /backup/base /backup/wal
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    initdb --username=booking --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 \
        --no-sync >/dev/null
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    printf "CREATE DATABASE booking;\n\nALTER ROLE booking PASSWORD '%s';\n" "$FIRST_PASSWORD" |
        postgres --single -j -D "$PGDATA" postgres >/dev/null
fi
exec postgres -c listen_addresses='*' -c fsync=off -c archive_mode=on \
    -c archive_command='test -f /backup/wal/%f || cp %p /backup/wal/%f'
