# Sourced by bin/test and bin/bench: a private PostgreSQL in a temporary folder, on a socket only, gone afterwards.
# It forgets what it was doing when the power fails, unless FSYNC=on (bin/bench: a commit costs what it costs).

find_postgres() {
    for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV); do
        [ -x "$folder/initdb" ] && { printf '%s\n' "$folder"; return 0; }
    done
    real=$(command -v pg_ctl 2>/dev/null) && [ -x "$(dirname "$real")/initdb" ] && { dirname "$real"; return 0; }
    return 1
}

as_postgres() {
    if [ "$(id -u)" = 0 ]; then su -s /bin/sh nobody -c "$1"; else sh -c "$1"; fi
}

start_postgres() {
    POSTGRES=$(find_postgres) || { install_packages postgresql && POSTGRES=$(find_postgres); } ||
        die "PostgreSQL is missing: install it with “apt-get install postgresql” and start again."
    PGFOLDER=$(mktemp -d /tmp/credentialing-pg-XXXXXX)
    [ "$(id -u)" = 0 ] && chown nobody "$PGFOLDER"
    as_postgres "'$POSTGRES/initdb' -D '$PGFOLDER/data' -U credentialing -A trust -E UTF8 --locale=C.UTF-8 >'$PGFOLDER/log' 2>&1" ||
        { cat "$PGFOLDER/log" >&2; die "A private PostgreSQL could not be made."; }
    as_postgres "'$POSTGRES/pg_ctl' -D '$PGFOLDER/data' -w -l '$PGFOLDER/log' -o \"-c listen_addresses='' -k '$PGFOLDER' -c fsync=${FSYNC:-off} -c max_connections=200\" start >/dev/null" ||
        { cat "$PGFOLDER/log" >&2; die "A private PostgreSQL could not be started."; }
    export PGHOST="$PGFOLDER" CREDENTIALING_DATABASE_URL="postgres://credentialing@/postgres"
}

stop_postgres() {
    as_postgres "'$POSTGRES/pg_ctl' -D '$PGFOLDER/data' -m immediate stop >/dev/null 2>&1" || true
    rm -rf "$PGFOLDER"
}
