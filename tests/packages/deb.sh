#!/bin/sh
# shellcheck disable=SC2016 # what is in single quotes is for dpkg and for the packages' scripts
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Installs, upgrades, downgrades and removes the .deb in a fresh system, and looks whose module a daemon uses after each step.
#
# usage: deb.sh DEB [RELEASE]
#   DEB      the package
#   RELEASE  the Debian release that it was built on, if not this machine's

set -eu

[ $# -eq 1 ] || [ $# -eq 2 ] || {
    echo 'usage: deb.sh DEB [RELEASE]' >&2
    exit 2
}
deb=$(readlink -f -- "$1")
[ -f "$deb" ] || {
    echo "deb.sh: there is no package '$1'" >&2
    exit 2
}
release=${2:-}
cd "$(dirname "$0")/../.."
# shellcheck source=tests/packages/system.sh
. tests/packages/system.sh

# Changes that make a package fail.
fail_in_preinst() {
    echo 'exit 1' >>"$1/DEBIAN/preinst"
}

fail_in_unpacking() {
    # A file that another package has.
    mkdir -p "$1/usr/sbin"
    : >"$1/usr/sbin/syslog-ng"
}

fail_in_postinst() {
    echo 'exit 1' >>"$1/DEBIAN/postinst"
}

fail_when_upgraded() {
    sed -i '2i case $1 in upgrade) exit 1 ;; esac' "$1/DEBIAN/postrm"
}

fail_to_take_over() {
    sed -i '2i case $1 in failed-upgrade) exit 1 ;; esac' "$1/DEBIAN/postrm"
}

# As it was built for another Python: the C module's file has another name.
for_another_python() {
    sed -i 's/\.cpython-[0-9]*-/.cpython-399-/' "$1"/DEBIAN/p*
}

aside_and_used() {
    c_module_is aside
    diverted yes
    a_new_daemon_uses ours
}

version_is() {
    found=$(in_root dpkg-query -W -f '${Version}' "$1")
    [ "$found" = "$2" ] || fail "The version of $1 is '$found', not '$2'."
}

make_base

fresh 'The documentation'
dpkg-deb --extract "$deb" "$root/test/deb"
tests/packages/links.sh "$root/test/deb/usr/share/doc/$package" || fail 'The documentation in the package has dead links.'
rm -r "$root/test/deb"
step 'its links are alive'

fresh 'The C module is there first'
cp "$deb" "$root/test/ours.deb"
install syslog-ng-mod-python
find_c_module
files >"$root.files-before"
start
uses c
step 'before: the C module is used'
install /test/ours.deb
grep -q 'restart syslog-ng' "$log" || fail 'The package does not say that syslog-ng has to be restarted.'
running || fail 'The daemon did not survive the installation.'
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
running || fail 'The daemon did not survive the upgrade.'
stop
a_new_daemon_uses ours
step 'installed again, and the host package installed again: ours is used'

version=$(in_root dpkg-query -W -f '${Version}' "$package")
repack /test/ours.deb /test/higher.deb "$version+1"
install /test/higher.deb
version_is "$package" "$version+1"
aside_and_used
install /test/ours.deb
version_is "$package" "$version"
aside_and_used
step 'a higher version installed, and downgraded again: ours is used'

c_version=$(in_root dpkg-query -W -f '${Version}' syslog-ng-mod-python)
c_deb=$(in_root sh -c 'ls /var/cache/apt/archives/syslog-ng-mod-python_*.deb')
repack "$c_deb" /test/c-higher.deb "$c_version+1"
for c_package in "$c_version+1 /test/c-higher.deb" "$c_version $c_deb"; do
    quietly in_root dpkg --install "${c_package#* }"
    version_is syslog-ng-mod-python "${c_package%% *}"
    aside_and_used
done
step 'the host package upgraded, and downgraded again: ours is used'

for broken in fail_in_preinst fail_in_unpacking; do
    repack /test/ours.deb /test/broken.deb "$version+1" $broken
    must_fail dpkg --install /test/broken.deb
    version_is "$package" "$version"
    aside_and_used
done
repack /test/ours.deb /test/broken.deb "$version+1" fail_in_postinst
must_fail dpkg --install /test/broken.deb
aside_and_used
install /test/ours.deb
aside_and_used
# The version that goes fails: the one that comes steps in for it, or fails too.
repack /test/ours.deb /test/broken.deb "$version" fail_when_upgraded
install --reinstall /test/broken.deb
repack /test/ours.deb /test/higher.deb "$version+1"
repack /test/ours.deb /test/broken.deb "$version+1" fail_to_take_over
must_fail dpkg --install /test/broken.deb
version_is "$package" "$version"
aside_and_used
install /test/higher.deb
version_is "$package" "$version+1"
aside_and_used
[ -z "$(in_root dpkg --audit)" ] || fail "dpkg --audit says: $(in_root dpkg --audit)"
step 'after upgrades that failed: ours is used'

repack /test/ours.deb /test/other.deb "$version+2" for_another_python
install /test/other.deb
install /test/ours.deb
aside_and_used
step 'after a build for another Python: ours is used'

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
expect_files "$root.files-before"
! in_root dpkg -L "$package" >/dev/null 2>&1 || fail 'dpkg knows files of the package still.'
step 'purged: nothing is left'

for broken in fail_in_preinst fail_in_unpacking; do
    repack /test/ours.deb /test/broken.deb "$version+1" $broken
    must_fail dpkg --install /test/broken.deb
    c_module_is own
    diverted no
    expect_files "$root.files-before"
done
a_new_daemon_uses c
step 'after an installation that failed: the C module is used, and nothing is left'

fresh 'Ours is there first'
cp "$deb" "$root/test/ours.deb"
# shellcheck disable=SC2046 # a list of words
install $(dpkg-deb --field "$deb" Depends | grep -o 'libpython3[^ ,]*')
files >"$root.files-before"
install /test/ours.deb
c_module_is none
a_new_daemon_uses ours
step 'without the host package: ours is used'
remove purge "$package"
expect_files "$root.files-before"
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

all_passed "The .deb passes on $release."
