#!/bin/sh
# Copies the database into /backups. What is called *.dump there was written whole, and pg_restore can read it.
set -eu
name="brace-$(date -u +%Y%m%dT%H%M%SZ).dump"
umask 077
pg_dump --format=custom --file="/backups/$name.part" "$BACKUP_DATABASE_URL"
pg_restore --list "/backups/$name.part" >/dev/null
mv "/backups/$name.part" "/backups/$name"
ln -sfn "$name" /backups/last.dump
echo "backup written: $name"
