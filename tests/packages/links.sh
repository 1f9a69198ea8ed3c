#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Looks whether what the installed documentation links to is there.
#
# usage: links.sh FOLDER
#   FOLDER  where README.md is, as installed or unpacked

set -eu

if [ $# -ne 1 ] || [ ! -f "$1/README.md" ]; then
    echo 'usage: links.sh FOLDER' >&2
    exit 2
fi
cd "$1"
dead=$(
    find . -name '*.md' ! -name CHANGELOG.md | while read -r page; do
        grep -o '](\([^)]*\))' "$page" | sed 's/^](\([^)#]*\).*/\1/' | while read -r link; do
            case $link in '' | http*) continue ;; esac
            [ -e "${page%/*}/$link" ] || echo "$page: $link"
        done || :
    done
)
[ -z "$dead" ] || {
    echo "links.sh: dead links in $1:" >&2
    echo "$dead" >&2
    exit 1
}
