#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What becomes of a running daemon that reloads, rather than restarts, after a module was installed, upgraded or removed.
#
# usage: reload.sh DEB [RELEASE]
#   DEB      the package
#   RELEASE  the Debian release that it was built on, if not this machine's

set -eu

[ $# -eq 1 ] || [ $# -eq 2 ] || {
    echo 'usage: reload.sh DEB [RELEASE]' >&2
    exit 2
}
deb=$(readlink -f -- "$1")
[ -f "$deb" ] || {
    echo "reload.sh: there is no package '$1'" >&2
    exit 2
}
release=${2:-}
cd "$(dirname "$0")/../.."
# shellcheck source=tests/packages/system.sh
. tests/packages/system.sh

# A system as users have it, who keep their classes in files: Python goes on with what it has imported.
fresh_with_a_source() {
    fresh "$1"
    cp "$deb" "$root/test/ours.deb"
    cat >"$root/test/ticks.py" <<'END'
import threading

try:
    from syslogng import LogMessage, LogSource
except ImportError: # the C module of 3.38
    from _syslogng import LogMessage, LogSource

class Ticks(LogSource):
    def init(self, options):
        self.exit = threading.Event()
        return True

    def run(self):
        while not self.exit.wait(0.1):
            self.post_message(LogMessage("tick"))

    def request_exit(self):
        self.exit.set()
END
    cat >>"$root/test/syslog-ng.conf" <<'END'
source s_ticks { python(class("ticks.Ticks")); };
destination d_ticks { file("/test/ticks.out"); };
log { source(s_ticks); destination(d_ticks); };
END
}

make_base

fresh_with_a_source 'The C module is in memory'
install syslog-ng-mod-python
find_c_module
start
install /test/ours.deb
must_reload refused
must_reload refused
grep -q "restart syslog-ng: this process started with another Python module" "$root/test/log" ||
    fail 'The daemon does not say that it has to be restarted.'
stop
a_new_daemon_uses ours
step 'ours installed: reloads are refused and say why, messages go on; ours is used after a restart'

# As with a package manager that puts a new file in the place of the old one, of the same name.
remove purge "$package"
cp --preserve "$root$c_module" "$root$module"
mv "$root$c_module" "$root$c_module.distrib"
start
dpkg-deb --fsys-tarfile "$deb" | tar --extract --to-stdout --wildcards '*/libmod-python.so' >"$root$module.new"
mv "$root$module.new" "$root$module"
must_reload reloaded
must_reload reloaded
doc=$(cat "$root/test/doc")
stop
start
[ "$doc" != "$(cat "$root/test/doc")" ] || fail 'After a restart the module is the same.'
cp --preserve "$root$c_module.distrib" "$root$module.new"
mv "$root$module.new" "$root$module"
must_reload reloaded
must_reload reloaded
stop
step 'a file of the same name put in its place, and the other way round: reloads go on with what is in memory'

fresh_with_a_source 'Ours is in memory'
install /test/ours.deb
start
version=$(dpkg-deb --field "$deb" Version)
repack /test/ours.deb /test/higher.deb "$version+1"
install /test/higher.deb
must_reload reloaded
must_reload reloaded
install /test/ours.deb
must_reload reloaded
step 'upgraded and downgraded: reloads go on'
install syslog-ng-mod-python
find_c_module
must_reload reloaded
step 'the host package installed: reloads go on'
remove purge syslog-ng-mod-python
must_reload reloaded
remove remove "$package"
must_reload refused
must_reload refused
step 'removed, without the host package: the reload is refused, messages go on'
stop
install /test/ours.deb syslog-ng-mod-python
start
remove remove "$package"
grep -q 'restart syslog-ng' "$log" || fail 'The package does not say that syslog-ng has to be restarted.'
must_reload reloaded
must_reload reloaded
stop
a_new_daemon_uses c
step 'removed, with the host package: reloads go on with ours; the C module is used after a restart'

all_passed "Reloads pass on $release."
