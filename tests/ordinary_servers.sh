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
$as "$bin/initdb" -D "$folder/postgres" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
$as "$bin/pg_ctl" -D "$folder/postgres" -l "$folder/postgres/log" -w \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off" start >/dev/null
queue=$(free_port)
redis-server --port "$queue" --bind 127.0.0.1 --save "" --appendonly no --daemonize yes \
    --pidfile "$folder/redis.pid" --dir "$folder" >/dev/null
export DATABASE_URL="postgresql://postgres@127.0.0.1:$port/postgres" REDIS_URL="redis://127.0.0.1:$queue/0"
# Roles belong to the whole server: made here, no two processes of the tests (-n 2) make one at the same moment.
"$bin/psql" --quiet "$DATABASE_URL" -c "CREATE ROLE maraude_app NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
"$bin/postgres" --version
redis-server --version
"$python" -m pytest "$@"
