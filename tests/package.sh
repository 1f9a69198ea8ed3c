#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Installs, upgrades and removes the .deb in a fresh system, with real daemons, and looks at whose module they use.
#
# usage: package.sh DEB [RELEASE]
#   DEB      the package
#   RELEASE  the Debian release that it was built on, if not this machine's
#
# Needs root, debootstrap, and Debian's archive. The fresh system is made once, in build/hosts/<release>-package, and
# each case works on a copy. May be interrupted anywhere and run again.

set -eu

fail() {
    printf 'package.sh: %s\n' "$1" >&2
    exit 1
}

[ $# -eq 1 ] || [ $# -eq 2 ] || {
    echo 'usage: package.sh DEB [RELEASE]' >&2
    exit 2
}
[ "$(id -u)" -eq 0 ] || fail 'This test installs packages in a system of its own (chroot, mount); only root can do that.'
for program in debootstrap unshare setpriv; do
    command -v "$program" >/dev/null 2>&1 || fail "The program $program is missing; .ci/setup debootstrap installs it."
done

# All mounts and processes are in namespaces, which end with the process that is killed here, however this script ends.
if [ "${PACKAGE_TEST_INSIDE:-}" != yes ]; then
    PACKAGE_TEST_INSIDE=yes setpriv --pdeathsig KILL \
        unshare --mount --propagation private --pid --mount-proc --fork --kill-child "$0" "$@" &
    inside=$!
    trap 'kill -KILL "$inside" 2>/dev/null || :' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    status=0
    wait "$inside" || status=$?
    exit "$status"
fi

deb=$(readlink -f -- "$1")
[ -f "$deb" ] || fail "There is no package '$1'."
cd "$(dirname "$0")/.."
# The names that the test has to know come from the package itself.
package=$(dpkg-deb --field "$deb" Package)
module=$(dpkg-deb --contents "$deb" | sed -n 's|.* \(\./\)\?\([^ ]*/libmod-python\.so\)$|/\2|p')
[ -n "$module" ] || fail "There is no libmod-python.so in '$deb'."
modules=${module%/*}
# shellcheck disable=SC1091 # every distribution has it
release=${2:-$(. /etc/os-release && echo "$VERSION_CODENAME")}
base=$PWD/build/hosts/$release-package
root=$base-test

# Becomes a command in the system at $root.
become_in_root() {
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive HOME=/root chroot "$root" "$@"
}

# Runs it.
in_root() {
    (become_in_root "$@")
}

# What is said is shown only when it fails.
quietly() {
    "$@" >"$base.log" 2>&1 </dev/null || {
        cat "$base.log" >&2
        fail "failed: $*"
    }
}

install() {
    quietly in_root apt-get install --quiet=2 --yes --no-install-recommends --allow-downgrades "$@"
}

step() {
    printf '  %s\n' "$1"
}

# --- The fresh system ---

make_base() {
    if [ ! -d "$base" ]; then
        echo "Making a system of $release in $base"
        rm -rf "$base.new"
        quietly debootstrap --variant=minbase "$release" "$base.new"
        mv "$base.new" "$base"
    fi
    # As this machine reaches the network.
    cp /etc/resolv.conf /etc/hosts "$base/etc/"
    for certificate in /usr/local/share/ca-certificates/*.crt; do
        if [ -e "$certificate" ]; then
            mkdir -p "$base/usr/local/share/ca-certificates"
            cp "$certificate" "$base/usr/local/share/ca-certificates/"
        fi
    done
    # No package starts a daemon here.
    printf '#!/bin/sh\nexit 101\n' >"$base/usr/sbin/policy-rc.d"
    chmod 755 "$base/usr/sbin/policy-rc.d"

    # What all cases install is fetched once.
    root=$base
    mount -t proc proc "$root/proc"
    quietly in_root dpkg --configure -a
    if ! in_root sh -c 'ls /var/cache/apt/archives/syslog-ng-mod-python_*.deb' >/dev/null 2>&1; then
        quietly in_root apt-get update --quiet=2
        install --download-only syslog-ng-core syslog-ng-mod-python
        install syslog-ng-core python3
    fi
    umount "$root/proc"
    root=$base-test
}

# A system of its own for a case, with syslog-ng and without a Python module.
fresh() {
    echo "$1"
    umount "$root/proc" 2>/dev/null || :
    rm -rf --one-file-system "$root"
    cp -a --reflink=auto "$base" "$root"
    mount -t proc proc "$root/proc"
    install syslog-ng-core python3
    quietly in_root dpkg --purge "$package" syslog-ng-mod-python
    mkdir "$root/test"
    cp "$deb" "$root/test/ours.deb"
    cat >"$root/test/syslog-ng.conf" <<'END'
@version: current
python {
import _syslogng

try:
    from syslogng import LogDestination
except ImportError: # the C module of 3.38
    LogDestination = object

class WhoseModule(LogDestination):
    def init(self, options):
        with open("/test/doc", "w") as f:
            print(_syslogng.__doc__, file=f)
        return True

    def send(self, msg):
        with open("/test/message", "ab") as f:
            f.write(msg["MESSAGE"] if isinstance(msg["MESSAGE"], bytes) else msg["MESSAGE"].encode())
        return True
};
source s { file("/test/in.txt" flags(no-parse) follow-freq(0.1)); };
destination d { python(class("WhoseModule")); };
log { source(s); destination(d); };
END
    daemon=
}

# --- The daemon ---

start() {
    rm -f "$root/test/doc" "$root/test/message" "$root/test/persist"
    echo "one message" >"$root/test/in.txt"
    become_in_root syslog-ng --foreground --no-caps --cfgfile /test/syslog-ng.conf --persist-file /test/persist \
        --control /test/control --pidfile /test/pid >"$root/test/log" 2>&1 </dev/null &
    daemon=$!
    tries=100
    until [ -s "$root/test/message" ]; do
        tries=$((tries - 1))
        if [ "$tries" -eq 0 ] || ! kill -0 "$daemon" 2>/dev/null; then
            cat "$root/test/log" >&2
            fail 'syslog-ng did not deliver the message.'
        fi
        sleep 0.1
    done
}

stop() {
    kill "$daemon"
    wait "$daemon" || fail "syslog-ng ended with status $?."
    daemon=
}

# The running daemon has `ours` in memory, or `c`, or `c-moved`: the C module that was moved aside since.
uses() {
    case $1 in
    ours) expected=$module ;;
    c) expected=$c_module ;;
    c-moved) expected=$c_module.distrib ;;
    esac
    mapped=$(sed -n "s|^.* $root\(/.*/libmod-python[^/]*\)$|\1|p" "/proc/$daemon/maps" | sort -u)
    [ "$mapped" = "$expected" ] || fail "The daemon has '$mapped' in memory, not '$expected'."
    doc=$(cat "$root/test/doc")
    case $1:$doc in
    "ours:The native part of the syslogng package.") ;;
    "c:The native part of the syslogng package." | ours:*) fail "_syslogng.__doc__ is '$doc'." ;;
    esac
}

a_new_daemon_uses() {
    start
    uses "$1"
    stop
}

# --- The files ---

# All files of the system but for what package management itself writes.
files() {
    (cd "$root" && find . \( -path ./proc -o -path ./test -o -path ./tmp -o -path './var/cache' -o -path './var/log' \
        -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./etc/ld.so.cache \) -prune -o -print | sort)
}

expect_files() {
    files >"$base.files-now"
    cmp -s "$1" "$base.files-now" && return
    diff "$1" "$base.files-now" | head -n 20 >&2
    fail 'These files are not as they were before the package.'
}

diversions() {
    in_root dpkg-divert --list '*libmod-python*'
}

# The C module's file is where it belongs (`own`), or aside; there is none (`none`).
c_module_is() {
    own=$root$c_module
    case $1 in
    own) [ -f "$own" ] && [ ! -e "$own.distrib" ] ;;
    aside) [ ! -e "$own" ] && [ -f "$own.distrib" ] ;;
    none) [ ! -e "$own" ] && [ ! -e "$own.distrib" ] ;;
    esac || fail "The C module's file is not '$1': $(ls "$root$modules" | grep mod-python | tr '\n' ' ')"
    # Nothing else of that name, which the host would open too.
    for file in "$root$modules"/libmod-python*; do
        case ${file#"$root"} in
        "$c_module" | "$c_module.distrib" | "$module") ;;
        *"*") ;;
        *) fail "There is a stray file ${file#"$root"}." ;;
        esac
    done
    # dpkg's own record of the host's package holds.
    if [ "$1" != none ]; then
        verified=$(in_root dpkg --verify syslog-ng-mod-python) || :
        [ -z "$verified" ] || fail "dpkg --verify syslog-ng-mod-python says: $verified"
    fi
}

diverted() {
    case $(diversions | wc -l)$1 in
    1yes | 0no) ;;
    *) fail "The diversions are not as expected: $(diversions)" ;;
    esac
}

remove() {
    quietly in_root apt-get "$1" --quiet=2 --yes "$2"
}

# A package like ours, the script $1 of which fails after it has done its work, with the version $2.
make_broken() {
    rm -rf "$root/test/broken"
    in_root dpkg-deb --raw-extract /test/ours.deb /test/broken
    if [ "$1" = unpack ]; then
        # A file that another package has.
        mkdir -p "$root/test/broken/usr/sbin"
        : >"$root/test/broken/usr/sbin/syslog-ng"
    else
        echo 'exit 1' >>"$root/test/broken/DEBIAN/$1"
    fi
    sed -i "s/^Version: .*/Version: $2/" "$root/test/broken/DEBIAN/control"
    quietly in_root dpkg-deb --build /test/broken /test/broken.deb
}

must_fail() {
    if in_root "$@" >"$base.log" 2>&1 </dev/null; then
        cat "$base.log" >&2
        fail "succeeded: $*"
    fi
}

# --- The cases ---

make_base

fresh 'The C module is there first'
install syslog-ng-mod-python
c_module=$(in_root dpkg -L syslog-ng-mod-python | grep '/libmod-python[^/]*\.so$')
files >"$base.files-before"
start
uses c
step 'before: the C module is used'
install /test/ours.deb
grep -q 'restart syslog-ng' "$base.log" || fail 'The package does not say that syslog-ng has to be restarted.'
kill -0 "$daemon" || fail 'The daemon did not survive the installation.'
uses c-moved
stop
c_module_is aside
start
uses ours
step 'installed: ours is used after a restart, and the daemon was not restarted for it'
for again in 'dpkg --install' 'apt-get install --quiet=2 --yes --reinstall'; do
    # shellcheck disable=SC2086 # a list of words
    quietly in_root $again /test/ours.deb
    c_module_is aside
    diverted yes
done
install --reinstall syslog-ng-mod-python
c_module_is aside
kill -0 "$daemon" || fail 'The daemon did not survive the upgrade.'
stop
a_new_daemon_uses ours
step 'installed again, and the host package installed again: ours is used'

make_broken preinst 99
must_fail dpkg --install /test/broken.deb
c_module_is aside
diverted yes
make_broken unpack 99
must_fail dpkg --install /test/broken.deb
c_module_is aside
diverted yes
quietly in_root dpkg --audit
a_new_daemon_uses ours
step 'after an upgrade that failed: ours is used'

remove remove "$package"
c_module_is own
diverted no
a_new_daemon_uses c
step 'removed: the C module has its name again and is used'
install /test/ours.deb
c_module_is aside
remove purge "$package"
c_module_is own
diverted no
expect_files "$base.files-before"
! in_root dpkg -L "$package" >/dev/null 2>&1 || fail 'dpkg knows files of the package still.'
step 'purged: nothing is left'

for broken in preinst unpack; do
    make_broken "$broken" 99
    must_fail dpkg --install /test/broken.deb
    c_module_is own
    diverted no
    expect_files "$base.files-before"
done
a_new_daemon_uses c
step 'after an installation that failed: the C module is used, and nothing is left'

fresh 'Ours is there first'
# shellcheck disable=SC2046 # a list of words
install $(dpkg-deb --field "$deb" Depends | grep -o 'libpython3[^ ,]*')
files >"$base.files-before"
install /test/ours.deb
c_module_is none
a_new_daemon_uses ours
step 'without the host package: ours is used'
remove purge "$package"
expect_files "$base.files-before"
install /test/ours.deb
install syslog-ng-mod-python
c_module_is aside
a_new_daemon_uses ours
step 'the host package installed afterwards: ours is used'
remove purge "$package"
c_module_is own
diverted no
a_new_daemon_uses c
step 'ours purged: the C module is used'
install /test/ours.deb
remove purge syslog-ng-mod-python
c_module_is none
diverted yes
a_new_daemon_uses ours
step 'the host package purged: ours is used'
remove purge "$package"
c_module_is none
diverted no
step 'both purged: neither module is left'

umount "$root/proc"
rm -rf --one-file-system "$root" "$base.log" "$base.files-before" "$base.files-now"
echo 'The package passes.'
