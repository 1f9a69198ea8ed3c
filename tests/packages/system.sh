# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# A fresh Debian system with syslog-ng for each case of the tests beside this file, which read it (`.`) first, in the checkout's
# folder and with `release` set; real daemons in it, and whose module they use.
#
# Needs root, debootstrap, and Debian's archive. The fresh system is made once, in build/hosts/<release>-package, and each case
# works on a copy. May be interrupted anywhere and run again.

checkout=$PWD

fail() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 1
}

[ "$(id -u)" -eq 0 ] || fail 'This test installs packages in a system of its own (chroot, mount); only root can do that.'
for program in debootstrap unshare setpriv; do
    command -v "$program" >/dev/null 2>&1 || fail "The program $program is missing; .ci/setup debootstrap installs it."
done

# All mounts and processes are in namespaces, which end with the process that is killed here, however this script ends.
if [ "${PACKAGE_TEST_INSIDE:-}" != yes ]; then
    # From where it was started, as the arguments say.
    cd "$OLDPWD" || exit
    PACKAGE_TEST_INSIDE=yes setpriv --pdeathsig KILL unshare --mount --propagation private --pid --mount-proc --fork \
        --kill-child "$checkout/tests/packages/${0##*/}" "$@" &
    inside=$!
    trap 'kill -KILL "$inside" 2>/dev/null || :' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    status=0
    wait "$inside" || status=$?
    exit "$status"
fi

# shellcheck disable=SC1091 # every distribution has it
release=${release:-$(. /etc/os-release && echo "$VERSION_CODENAME")}
base=$checkout/build/hosts/$release-package
# Each script has a copy of its own.
root=$base-${0##*/}
log=$root.log
package=syslog-ng-mod-python-rust

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
    "$@" >"$log" 2>&1 </dev/null || {
        cat "$log" >&2
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
    if [ ! -e "$base/made" ]; then
        echo "Making a system of $release in $base"
        quietly "$checkout/.ci/bare-system" "$release" "$base"
    fi
    # As this machine reaches the network.
    cp /etc/resolv.conf /etc/hosts "$base/etc/"
    for certificate in /usr/local/share/ca-certificates/*.crt; do
        if [ -e "$certificate" ]; then
            mkdir -p "$base/usr/local/share/ca-certificates"
            cp "$certificate" "$base/usr/local/share/ca-certificates/"
        fi
    done
    [ ! -e "$base/made" ] || return 0

    # What all cases install is fetched once.
    own_root=$root
    root=$base
    mount -t proc proc "$root/proc"
    quietly in_root apt-get update --quiet=2
    install --download-only syslog-ng-core syslog-ng-mod-python
    install syslog-ng-core python3
    umount "$root/proc"
    root=$own_root
    touch "$base/made"
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
    modules=$(in_root dpkg -L syslog-ng-core | sed -n 's|^\(/usr/lib/.*\)/libaffile.so$|\1|p')
    module=$modules/libmod-python.so
    mkdir "$root/test"
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
        text = msg["MESSAGE"]
        with open("/test/out.txt", "ab") as f:
            f.write((text if isinstance(text, bytes) else text.encode()) + b"\n")
        return True
};
source s { file("/test/in.txt" flags(no-parse) follow-freq(0.1)); };
destination d { python(class("WhoseModule")); };
log { source(s); destination(d); };
END
    daemon=
}

# --- The daemon ---

# Tries a command ten times a second, for so many seconds.
within() {
    tries=$(($1 * 10))
    shift
    until "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.1
    done
}

running() {
    [ -n "$daemon" ] && grep -q '^State:[[:space:]]*[^Z]' "/proc/$daemon/status" 2>/dev/null
}

ended() {
    ! running
}

# All that was sent has arrived, or the daemon is no more.
arrived_or_ended() {
    cmp -s "$root/test/in.txt" "$root/test/out.txt" || ended
}

# Sends a message through the running daemon.
deliver() {
    date +'A message of %s.%N' >>"$root/test/in.txt"
    within 20 arrived_or_ended || :
    cmp -s "$root/test/in.txt" "$root/test/out.txt" || {
        cat "$root/test/log" >&2
        fail 'syslog-ng did not deliver the message.'
    }
}

start() {
    rm -f "$root/test/doc" "$root/test/out.txt" "$root/test/in.txt" "$root/test/persist"
    become_in_root env PYTHONPATH=/test syslog-ng --foreground --stderr --no-caps --cfgfile /test/syslog-ng.conf --persist-file /test/persist \
        --control /test/control --pidfile /test/pid >"$root/test/log" 2>&1 </dev/null &
    daemon=$!
    deliver
}

stop() {
    kill "$daemon"
    within 20 ended || {
        kill -KILL "$daemon"
        fail 'syslog-ng does not stop.'
    }
    wait "$daemon" || fail "syslog-ng ended with status $?."
    daemon=
}

# How often a reload ended, well or not.
reloads() {
    grep -c 'Configuration reload finished\|Error reloading configuration\|Error initializing new configuration' "$root/test/log"
}

reloaded_or_ended() {
    [ "$(reloads)" -gt "$before" ] || ended
}

# Reloads the running daemon. Gives what became of it in `outcome`: `reloaded`, `refused`, or `ended` with its `status`.
reload() {
    before=$(reloads) || :
    kill -HUP "$daemon"
    within 20 reloaded_or_ended || fail 'syslog-ng did not reload.'
    # What ends the daemon may come a little later.
    sleep 0.5
    outcome=reloaded
    if ended; then
        status=0
        wait "$daemon" || status=$?
        daemon=
        outcome=ended
    elif tail -n 1 "$root/test/log" | grep -q 'Error reloading'; then
        outcome=refused
    fi
}

must_reload() {
    reload
    [ "$outcome" = "$1" ] || {
        cat "$root/test/log" >&2
        fail "The daemon has $outcome, not $1."
    }
    deliver
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

# Names the C module's file, as the host's package has it.
find_c_module() {
    c_module=$(in_root dpkg -L syslog-ng-mod-python | grep '/libmod-python[^/]*\.so$')
}

# All files of the system but for what package management itself writes.
files() {
    (cd "$root" && find . \( -path ./proc -o -path ./test -o -path ./tmp -o -path './var/cache' -o -path './var/log' \
        -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./etc/ld.so.cache \) -prune -o -print | sort)
}

expect_files() {
    files >"$root.files-now"
    cmp -s "$1" "$root.files-now" && return
    diff "$1" "$root.files-now" | head -n 20 >&2
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
    esac || fail "The C module's file is not '$1': $(cd "$root$modules" && echo libmod-python*)"
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

must_fail() {
    if in_root "$@" >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        fail "succeeded: $*"
    fi
}

# Makes another version of a package: repack FROM TO VERSION, both as the system at $root has them. What stands in the folder
# that it names is changed by the functions that are told behind.
repack() {
    from=$1
    to=$2
    new_version=$3
    shift 3
    rm -rf "$root/test/repack"
    in_root dpkg-deb --raw-extract "$from" /test/repack
    sed -i "s/^Version: .*/Version: $new_version/" "$root/test/repack/DEBIAN/control"
    for change; do
        "$change" "$root/test/repack"
    done
    quietly in_root dpkg-deb --build /test/repack "$to"
}

# The last act of a script.
all_passed() {
    umount "$root/proc"
    rm -rf --one-file-system "$root" "$log" "$root.files-before" "$root.files-now"
    echo "$1"
}
