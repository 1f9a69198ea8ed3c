# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034 # the scripts that read this use the variables
#
# What packages have to know about this machine's syslog-ng and Python. Read (`.`) by the build-* scripts beside it, in the
# checkout's folder.

# A module fits one minor version of its host.
host_version=$(pkg-config --modversion syslog-ng)
major=${host_version%%.*}
minor=${host_version#*.}
minor=${minor%%[!0-9]*}
host="$major.$minor"
next_host="$major.$((minor + 1))"
module_dir=$(pkg-config --variable=moduledir syslog-ng)
scl_dir=$(pkg-config --variable=scldir syslog-ng)
data_dir=$(pkg-config --variable=datadir syslog-ng)
# The host's library may be in a folder of its own, where tools look only when told.
lib_dir=$(pkg-config --variable=libdir syslog-ng)

# Debian has Python's version in the name of the C module's file, because its tools take that for an extension module. A
# Python with another name for it must not come without a build of its own.
suffix=$(/usr/bin/python3 -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
python=$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
next_python=${python%%.*}.$((${python#*.} + 1))

# Under a prefix of its own a host is no package of the distribution's, and its C module has our name.
c_module=$module_dir/libmod-python$suffix
host_depends="syslog-ng-core (>= $host), syslog-ng-core (<< $next_host~), "
if [ "$(pkg-config --variable=prefix syslog-ng)" != /usr ]; then
    c_module=$module_dir/libmod-python.so
    host_depends=
fi

# The name of the packages, and this version.
package=$(sed -n '/^\[package\.metadata\.deb\]/,/^\[/ s/^name = "\(.*\)"$/\1/p' Cargo.toml)
version=$(sed -n '/^\[workspace\.package\]/,/^\[/ s/^version = "\(.*\)"$/\1/p' Cargo.toml)

# All files in packages have this time, so that the same commit gives the same archive.
time=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)}

# Copies a file with its @words@ filled in.
fill_in() {
    sed -e "s|@package@|$package|g" -e "s|@version@|$version|g" \
        -e "s|@module@|$module_dir/libmod-python.so|g" -e "s|@module_dir@|$module_dir|g" \
        -e "s|@scl_dir@|$scl_dir|g" -e "s|@data_dir@|$data_dir|g" \
        -e "s|@c_module@|$c_module|g" -e "s|@host_depends@|$host_depends|g" \
        -e "s|@host_version@|$host_version|g" -e "s|@host@|$host|g" -e "s|@next_host@|$next_host|g" \
        -e "s|@python@|$python|g" -e "s|@next_python@|$next_python|g" \
        "$1" >"$2"
}

# Links all that cargo wants to see of the checkout into a folder, beside a Cargo.toml of its own.
link_checkout() {
    for entry in .cargo Cargo.lock LICENSE build.rs src syslog-ng-plugin; do
        ln -s "$PWD/$entry" "$1/$entry"
    done
}
