#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Copies the module of the tarball into the module folder of a fresh system by hand, and looks whether a daemon uses it: alone,
# and beside the host's package.
#
# usage: tarball.sh TARBALL [RELEASE]
#   TARBALL  what `make dist` has made
#   RELEASE  the Debian release that it was built on, if not this machine's

set -eu

[ $# -eq 1 ] || [ $# -eq 2 ] || {
    echo 'usage: tarball.sh TARBALL [RELEASE]' >&2
    exit 2
}
tarball=$(readlink -f -- "$1")
[ -f "$tarball" ] || {
    echo "tarball.sh: there is no tarball '$1'" >&2
    exit 2
}
release=${2:-}
cd "$(dirname "$0")/../.."
# shellcheck source=tests/packages/system.sh
. tests/packages/system.sh

make_base

# What stands before `python` in the configuration, from now on.
module_line() {
    sed -i -e '/^@module/d' -e "1a $1" "$root/test/syslog-ng.conf"
}

fresh 'The tarball'
folder=$(tar --list --file "$tarball" | head -n 1)
tar --list --file "$tarball" >"$root/test/list"
for file in libmod-python.so INSTALL LICENSE CHANGELOG.md README.md SECURITY.md docs/packages.md docs/architecture.svg \
    examples/README.md python/_syslogng.pyi python/syslogng/__init__.py scl/print-values/print-values.conf; do
    grep -qxF "$folder$file" "$root/test/list" || fail "There is no $file in the tarball."
done
[ "$(LC_ALL=C sort "$root/test/list")" = "$(cat "$root/test/list")" ] || fail 'The tarball is not sorted.'
times=$(tar --list --verbose --full-time --file "$tarball" | awk '{ print $2, $4, $5 }' | sort -u)
[ "$(echo "$times" | wc -l)" -eq 1 ] || fail "Files in the tarball have several owners or times: $times"
tar --extract --file "$tarball" --directory "$root/test"
if grep -q '@[a-z_]*@' "$root/test/${folder}INSTALL"; then
    fail 'There is a word that is not filled in, in INSTALL.'
fi
tests/packages/links.sh "$root/test/$folder" || fail 'The documentation in the tarball has dead links.'
step 'it has what it should have, sorted, with one time'

# The library of Python comes with the host's package, or by itself.
python=$(objdump -p "$root/test/${folder}libmod-python.so" | sed -n 's/^ *NEEDED *\(libpython3\.[0-9]*\)\.so.*/\1/p')
command=$(sed -n 's/^ *\(install -m 644 .*\)$/\1/p' "$root/test/${folder}INSTALL")
quietly in_root sh -c "cd '/test/$folder' && $command"
if in_root timeout 60 syslog-ng --syntax-only --stderr --no-caps --cfgfile /test/syslog-ng.conf >"$root/test/log" 2>&1; then
    fail "syslog-ng does without $python."
fi
grep -q "error='$python\.so\.1\.0: cannot open shared object file: No such file or directory'" "$root/test/log" || {
    cat "$root/test/log" >&2
    fail "The loader does not say that $python is missing."
}
step "without $python the loader says that it is missing"
install "$python"
a_new_daemon_uses ours
module_line '@module mod-python use-virtualenv(no)'
a_new_daemon_uses ours
module_line '@module mod-python'
a_new_daemon_uses ours
in_root syslog-ng --module-registry >"$root/test/registry" 2>&1
host=$(in_root syslog-ng --version | sed -n 's/^Installer-Version: //p')
for said in 'Module: mod-python$' 'Version: [0-9.]*$' "built for syslog-ng $host and Python ${python#libpython}\\.\$"; do
    grep -q "$said" "$root/test/registry" || fail "syslog-ng --module-registry does not say '$said'."
done
step 'copied alone: ours is used, by itself and by @module; --module-registry says what it was built for'

install syslog-ng-mod-python
find_c_module
a_new_daemon_uses ours
module_line '@module mod-python use-virtualenv(no)'
a_new_daemon_uses ours
step 'with the host package: ours is used by @module'
module_line '# no module is named'
a_new_daemon_uses ours
step 'and by itself'
start
rm "$root$module"
must_reload reloaded
stop
a_new_daemon_uses c
step 'removed: reloads go on; the C module is used after a restart'

all_passed "The tarball passes on $release."
