#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Copies a module that was built for another syslog-ng into a fresh system: the loader refuses it, syslog-ng says why and goes
# on without, and docs/packages.md has the message.
#
# usage: wrong_host.sh TARBALL [RELEASE]
#   TARBALL  what `make dist` has made on the other host
#   RELEASE  the Debian release to try it on, if not this machine's

set -eu

[ $# -eq 1 ] || [ $# -eq 2 ] || {
    echo 'usage: wrong_host.sh TARBALL [RELEASE]' >&2
    exit 2
}
tarball=$(readlink -f -- "$1")
[ -f "$tarball" ] || {
    echo "wrong_host.sh: there is no tarball '$1'" >&2
    exit 2
}
release=${2:-}
cd "$(dirname "$0")/../.."
# shellcheck source=tests/packages/system.sh
. tests/packages/system.sh

make_base
fresh "${tarball##*/}"
folder=$(tar --list --file "$tarball" | head -n 1)
tar --extract --file "$tarball" --to-stdout "${folder}libmod-python.so" >"$root$module"
libraries=$(objdump -p "$root$module" | sed -n 's/^ *NEEDED *\(libsyslog-ng-.*\|libpython3.*\)/\1/p')

# What the host says before the loader's words, as in the documentation.
tells="Error opening plugin module; module='mod-python', error="
grep -qF "${tells}'libsyslog-ng-" docs/packages.md || fail 'docs/packages.md has another message.'

# Which library is missing first depends on their order in the module.
refused() {
    said=$(grep -o "$tells'[^']*'" "$root/test/log" | head -n 1)
    for library in $libraries; do
        case $said in
        "$tells'$library: cannot open shared object file: No such file or directory'") return ;;
        esac
    done
    cat "$root/test/log" >&2
    fail "The loader's message is not in what syslog-ng says."
}

syntax_check() {
    in_root env PYTHONPATH=/test timeout 60 syslog-ng --syntax-only --stderr --no-caps --cfgfile /test/syslog-ng.conf \
        --persist-file /test/persist --control /test/control >"$root/test/log" 2>&1
}

if syntax_check; then
    fail 'syslog-ng takes a module that was built for another version.'
fi
refused
step "without the C module: $said, and syslog-ng does not start"
sed -i '1a @module mod-python' "$root/test/syslog-ng.conf"
if syntax_check; then
    fail 'syslog-ng takes a module that was built for another version.'
fi
refused
sed -i '/^@module/d' "$root/test/syslog-ng.conf"
install syslog-ng-mod-python
find_c_module
a_new_daemon_uses c
step 'with the C module: that one is used'

all_passed "A module for another host is refused on $release."
