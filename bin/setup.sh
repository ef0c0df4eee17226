# Shared by bin/demo and bin/test (sourced, POSIX sh): a Python, a .venv, the libraries. Nothing outside this folder
# is touched, except system packages when we are root on Debian or Ubuntu.

cd "$(dirname "$0")/.." || exit 1
ROOT=$PWD
VENV=$ROOT/.venv
MINIMUM="3, 12"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
is_new_enough() { "$1" -c "import sys; sys.exit(sys.version_info < ($MINIMUM))" >/dev/null 2>&1; }
can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

# install_packages PACKAGE...: with apt when we are root; fails otherwise.
install_packages() {
    can_install || return 1
    say "Installing $* …"
    [ -n "${APT_UPDATED:-}" ] || { apt-get update -qq >/dev/null 2>&1 || true; APT_UPDATED=1; }
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >"$ROOT/.apt.log" 2>&1 || {
        tail -n 5 "$ROOT/.apt.log" >&2
        return 1
    }
    rm -f "$ROOT/.apt.log"
}

# Prints a Python that is new enough: from PATH, then from pyenv.
find_python() {
    for name in python3.14 python3.13 python3.12 python3 python; do
        found=$(command -v "$name" 2>/dev/null) || continue
        case $found in */shims/*) continue ;; esac
        if is_new_enough "$found"; then printf '%s\n' "$found"; return 0; fi
    done
    for found in $(ls -d "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python3 2>/dev/null | sort -rV); do
        if is_new_enough "$found"; then printf '%s\n' "$found"; return 0; fi
    done
    return 1
}

# Makes .venv with a pip in it.
make_venv() {
    if python=$(find_python); then
        if "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
            "$python" -m venv "$VENV" && return 0
        fi
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        rm -rf "$VENV"
        if install_packages "python$version-venv" || install_packages python3-venv; then
            "$python" -m venv "$VENV" && return 0
        fi
        die "Python's venv is missing: install it with “apt-get install python3-venv” and start again."
    fi
    if can_install && apt_has_python && install_packages python3 python3-venv && python=$(find_python); then
        "$python" -m venv "$VENV" && return 0
    fi
    if ! command -v uv >/dev/null 2>&1; then
        old=$(command -v python3 || true)
        [ -n "$old" ] || die "Python 3.12 or newer is missing: install it (for example “apt-get install python3 python3-venv”) and start again."
        "$old" -m venv "$ROOT/.uv" >/dev/null 2>&1 && "$ROOT/.uv/bin/python" -m pip install -q uv ||
            die "Python 3.12 or newer is missing, and uv could not be installed to fetch it: install Python 3.12 and start again."
        PATH=$ROOT/.uv/bin:$PATH
    fi
    say "No Python 3.12 or newer here: uv fetches one …"
    uv venv -q --seed --python '>=3.12' "$VENV" ||
        die "Python 3.12 or newer is missing and could not be fetched: install it and start again."
}

apt_has_python() {
    [ -n "${APT_UPDATED:-}" ] || { apt-get update -qq >/dev/null 2>&1 || true; APT_UPDATED=1; }
    version=$(apt-cache policy python3 2>/dev/null | sed -n 's/.*Candidate: \([0-9]*\.[0-9]*\).*/\1/p')
    case $version in 3.1[2-9] | 3.[2-9][0-9]) return 0 ;; *) return 1 ;; esac
}

# install_lock FILE: the libraries of one lock, once (a stamp keeps the lock's checksum).
install_lock() {
    stamp=$VENV/.installed-$(basename "$1" .txt)
    sum=$(cksum <"$1")
    [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ] && return 0
    say "Installing the libraries (once, under a minute) …"
    [ -x "$VENV/bin/uv" ] || "$VENV/bin/python" -m pip install -q "uv>=0.5" >/dev/null 2>&1 || true
    if [ -x "$VENV/bin/uv" ]; then
        "$VENV/bin/uv" pip install -q --python "$VENV/bin/python" --require-hashes -r "$1" ||
            die "The libraries could not be installed: see above."
    else
        "$VENV/bin/python" -m pip install -q --require-hashes -r "$1" ||
            die "The libraries could not be installed: see above."
    fi
    printf '%s\n' "$sum" >"$stamp"
}

# WeasyPrint draws with the system's Pango.
need_pango() {
    "$VENV/bin/python" - <<'PY' >/dev/null 2>&1 && return 0
from ctypes import CDLL
for name in ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0"):
    CDLL(name)
PY
    [ "$(uname)" = Linux ] || return 0
    install_packages libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 ||
        die "Pango is missing (it draws the certificates): install it with “apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0” and start again."
}

set_up() {
    [ -x "$VENV/bin/python" ] && is_new_enough "$VENV/bin/python" || { rm -rf "$VENV"; make_venv; }
    install_lock "$1"
    need_pango
}
