#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Installs, exchanges and removes the .rpm in empty folders, with rpm and with dnf. There is no RPM distribution in them:
# small packages stand for the host's.
#
# usage: rpm.sh RPM
#
# Needs root, rpm, rpmbuild, dnf, createrepo_c and a static busybox.

set -eu

fail() {
    printf 'rpm.sh: %s\n' "$1" >&2
    [ ! -s "$work/said" ] || cat "$work/said" >&2
    exit 1
}

[ $# -eq 1 ] || {
    echo 'usage: rpm.sh RPM' >&2
    exit 2
}
ours=$(readlink -f -- "$1")
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
for program in rpm rpmbuild dnf createrepo_c busybox objdump; do
    command -v "$program" >/dev/null 2>&1 || fail "The program $program is missing."
done
cd "$(dirname "$0")/../.."
# shellcheck source=packaging/host.sh
. packaging/host.sh
export LC_ALL=C.UTF-8
module=$module_dir/libmod-python.so

step() {
    printf '  %s\n' "$1"
}

says() {
    timeout 120 "$@" >"$work/said" 2>&1 </dev/null
}

must() {
    says "$@" || fail "failed: $*"
}

must_fail() {
    ! says "$@" || fail "succeeded: $*"
}

# --- The file ---

for file in "$module" "$data_dir/syslog-ng-python-rust/_syslogng.pyi" "$data_dir/syslog-ng-python-rust/syslogng/__init__.py" \
    "$scl_dir/print-values/print-values.conf" "$data_dir/doc/$package/README.md" "$data_dir/doc/$package/LICENSE"; do
    rpm --query --package --list "$ours" 2>/dev/null | grep -qxF "$file" || fail "There is no $file in the package."
done
rpm --query --package --list "$ours" >"$work/list" 2>/dev/null
for file in $(packaging/docs); do
    grep -qxF "$data_dir/doc/$package/$file" "$work/list" || fail "There is no documentation $file in the package."
done
[ "$(rpm --query --package --list "$ours" 2>/dev/null | grep -c '/libmod-python')" -eq 1 ] || fail 'There is another module.'
rpm --query --package --requires "$ours" >"$work/requires" 2>/dev/null
for need in "syslog-ng >= $host" "syslog-ng < $next_host~" "libsyslog-ng-$host.so.0()(64bit)" "libpython$python.so.1.0()(64bit)"; do
    grep -qxF "$need" "$work/requires" || fail "The package does not require '$need': $(cat "$work/requires")"
done
step 'it has its files, and requires the host and the Python that it was built for'

# --- Packages that stand for the host's ---

# make_package NAME VERSION, with more lines of its preamble and its files on standard input; the module's file, when it is
# named, has the package's name in it.
make_package() {
    mkdir -p "$work/build" "$work/repository"
    {
        printf 'Name: %s\nVersion: %s\nRelease: 1\nSummary: Stands for another\nLicense: GPL\nAutoReqProv: no\n' "$1" "$2"
        cat
    } >"$work/build/spec"
    must rpmbuild -bb --quiet --define "_topdir $work/build" --define "_rpmdir $work/repository" \
        --define '_build_name_fmt %%{NAME}-%%{VERSION}.rpm' --define 'debug_package %{nil}' --define '__os_install_post %{nil}' \
        "$work/build/spec"
}

# All that ours requires but what rpm itself gives, so that nothing of a distribution is needed.
libraries=$(grep -v '^rpmlib(\|^syslog-ng \|^rtld(' "$work/requires" | tr '\n' ',')
for version_of_host in "$host_version" "$next_host.0"; do
    make_package syslog-ng "$version_of_host" <<END
Provides: $libraries rtld(GNU_HASH)
%description
None.
%files
END
done
make_package syslog-ng-python "$host_version" <<END
Requires: syslog-ng = $host_version
%description
None.
%install
mkdir -p %{buildroot}$module_dir
echo the C module >%{buildroot}$module
%files
$module
END
make_package syslog-ng-python-modules "$host_version" <<'END'
Requires: syslog-ng-python
%description
None.
%files
END
cp "$ours" "$work/repository/ours.rpm"
must createrepo_c "$work/repository"
host_rpm=$work/repository/syslog-ng-$host_version.rpm
c_rpm=$work/repository/syslog-ng-python-$host_version.rpm

# A folder with a shell, for scriptlets, and the package syslog-ng.
fresh() {
    root=$work/root
    rm -rf "$root"
    mkdir -p "$root/bin"
    cp "$(command -v busybox)" "$root/bin/sh"
    must rpm --root "$root" --initdb
    must rpm --root "$root" --install "$host_rpm"
    files >"$work/files-before"
}

files() {
    (cd "$root" && find . \( -path ./var -o -path ./tmp -o -path ./usr/lib/sysimage -o -path ./etc/dnf -o -path ./dev \
        -o -path ./usr/lib/rpm \) -prune -o -type f -print | sort)
}

must_dnf() {
    must dnf --config "$work/dnf.conf" --installroot "$root" --assumeyes "$@"
}

must_fail_dnf() {
    must_fail dnf --config "$work/dnf.conf" --installroot "$root" --assumeyes "$@"
}

# The engine in use: `ours`, `c` or `none`.
engine_is() {
    found=none
    if [ -e "$root$module" ]; then
        found=ours
        ! grep -qx 'the C module' "$root$module" || found=c
    fi
    [ "$found" = "$1" ] || fail "The engine is '$found', not '$1'."
}

# --- rpm ---

fresh
must rpm --root "$root" --install "$ours"
grep -q 'restart syslog-ng to use this module' "$work/said" || fail 'The scriptlet does not say what to do.'
engine_is ours
must rpm --root "$root" --verify "$package"
must rpm --root "$root" --upgrade --replacepkgs "$ours"
engine_is ours
must_fail rpm --root "$root" --install "$c_rpm"
grep -q 'conflicts with' "$work/said" || fail 'The host package is refused for another reason.'
engine_is ours
must rpm --root "$root" --erase "$package"
grep -q 'restart syslog-ng' "$work/said" || fail 'The scriptlet does not say what to do.'
engine_is none
files | cmp -s - "$work/files-before" || fail "Files are left: $(files | diff - "$work/files-before")"
step 'rpm: installed and removed, nothing is left; the scriptlets say what to do'

must rpm --root "$root" --install "$c_rpm"
must_fail rpm --root "$root" --install "$ours"
grep -q 'conflicts with' "$work/said" || fail 'The package is refused for another reason.'
engine_is c
must rpm --root "$root" --erase syslog-ng-python
must rpm --root "$root" --upgrade --nodeps "$work/repository/syslog-ng-$next_host.0.rpm"
must_fail rpm --root "$root" --install "$ours"
grep -q "syslog-ng < $next_host~ is needed" "$work/said" || fail 'The package is refused for another reason.'
step 'rpm: refused beside the host package, and with another version of the host'

# --- dnf ---

cat >"$work/dnf.conf" <<END
[main]
gpgcheck=0
plugins=0
reposdir=$work/none
varsdir=$work/none
cachedir=$work/cache
logdir=$work/log
persistdir=$work/persist
install_weak_deps=0
[test]
name=test
baseurl=file://$work/repository
END
fresh
must_dnf install "syslog-ng-python-$host_version" syslog-ng-python-modules
engine_is c
must_dnf swap syslog-ng-python "$package"
engine_is ours
must rpm --root "$root" --query "$package" syslog-ng-python-modules
must_fail rpm --root "$root" --query syslog-ng-python
must rpm --root "$root" --verify "$package"
step 'dnf: swapped for the host package; what requires that one stays'
must_dnf upgrade --exclude "syslog-ng-$next_host.0"
engine_is ours
must_fail_dnf install "syslog-ng-python-$host_version"
engine_is ours
must_dnf swap "$package" syslog-ng-python
engine_is c
must rpm --root "$root" --verify syslog-ng-python
must_fail rpm --root "$root" --query "$package"
must rpm --root "$root" --query syslog-ng-python-modules
step 'dnf: swapped back'
echo 'The .rpm passes.'
