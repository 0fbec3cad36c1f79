#!/usr/bin/env bash
# Writes the logs of tests/evidence/data/versions anew: each release of versions.txt in an
# environment of its own, with the dependencies of its day. Needs PyPI; takes about ten minutes.
# Usage: regenerate.sh [VERSION ...]
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../../.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cp "$here/make_version_logs.py" "$work"

tools="$root/build/uv"
if [ ! -x "$tools/bin/uv" ]; then
  python3 -m venv "$tools"
  "$tools/bin/python" -m pip install --quiet --disable-pip-version-check uv
fi
while read -r version day; do
  if [ "$#" -gt 0 ] && [[ " $* " != *" $version "* ]]; then
    continue
  fi
  python="$root/build/inspect-$version/bin/python"
  if [ ! -x "$python" ]; then
    "$tools/bin/uv" venv --quiet --python 3.11 "$root/build/inspect-$version"
    "$tools/bin/uv" pip install --quiet --python "$python" --exclude-newer "$day" \
      "inspect-ai==$version"
  fi
  echo "inspect-ai $version"
  folder="$root/tests/evidence/data/versions/$version"
  rm -rf "$folder"
  (cd "$work" && "$python" make_version_logs.py "$folder" >"$work/$version.txt" 2>&1) ||
    { tail -n 20 "$work/$version.txt" >&2; exit 1; }
done <"$here/versions.txt"
