#!/bin/sh
# Runs the tests on ordinary servers instead of embedded ones: PostgreSQL and Redis as a distribution installs them.
# Usage: tests/ordinary_servers.sh [words for pytest]    (PYTHON names the interpreter, POSTGRES_BIN the programs' folder)
set -eu
python=${PYTHON:-python3}
bin=${POSTGRES_BIN:-/usr/lib/postgresql/15/bin}
folder=$(mktemp -d)
chmod 755 "$folder"
mkdir "$folder/postgres"
as=""
if [ "$(id -u)" = 0 ]; then  # PostgreSQL refuses to run as root
    chown nobody "$folder/postgres"
    as="setpriv --reuid=nobody --regid=$(id -g nobody) --clear-groups"
fi
finish() {
    $as "$bin/pg_ctl" -D "$folder/postgres" -m fast -w stop >/dev/null 2>&1 || true
    if [ -f "$folder/redis.pid" ]; then kill "$(cat "$folder/redis.pid")" 2>/dev/null || true; fi
    rm -rf "$folder"
}
trap finish EXIT
trap "exit 1" INT TERM
free_port() { "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free_port)
echo of-the-tests >"$folder/passphrase"
$as "$bin/initdb" -D "$folder/postgres" -U postgres --auth=scram-sha-256 --pwfile="$folder/passphrase" --encoding=UTF8 --locale=C.UTF-8 >/dev/null
$as "$bin/pg_ctl" -D "$folder/postgres" -l "$folder/postgres/log" -w \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off" start >/dev/null
queue=$(free_port)
redis-server --port "$queue" --bind 127.0.0.1 --save "" --appendonly no --daemonize yes \
    --pidfile "$folder/redis.pid" --dir "$folder" >/dev/null
# The roles of docs/operations/run-it.md. They belong to the whole server: no two processes of the tests (-n 2) make one
# at the same moment.
"$bin/psql" --quiet "postgresql://postgres:of-the-tests@127.0.0.1:$port/postgres" \
    -c "CREATE ROLE maraude_app LOGIN PASSWORD 'app-of-tests' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE" \
    -c "CREATE ROLE maraude_owner LOGIN PASSWORD 'owner-of-tests' NOSUPERUSER NOBYPASSRLS CREATEDB NOCREATEROLE" \
    -c "CREATE ROLE maraude_reference LOGIN PASSWORD 'reference-of-tests' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE" \
    -c "GRANT maraude_app TO maraude_owner" -c "CREATE DATABASE maraude OWNER maraude_owner"
export DATABASE_URL="postgresql://maraude_app:app-of-tests@127.0.0.1:$port/maraude"
export DATABASE_OWNER_URL="postgresql://maraude_owner:owner-of-tests@127.0.0.1:$port/maraude"
export DATABASE_REFERENCE_URL="postgresql://maraude_reference:reference-of-tests@127.0.0.1:$port/maraude"
export REDIS_URL="redis://127.0.0.1:$queue/0"
"$bin/postgres" --version
redis-server --version
"$python" -m pytest "$@"
