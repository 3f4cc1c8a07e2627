#!/usr/bin/env bash
# Makes the reference of the libraries, dist/documentation/MODULE (a static site), from their comments and DocC catalogs.
# Fails where DocC warns, or where something public says nothing of itself.
#
#   documentation.sh [--skip-build]    of what .build/debug has already
#
# It calls the toolchain's own docc, so that the package needs no plugin: whoever depends on it would have to fetch that, too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
modules=(Maildir MIME Classifier)

bin=$(dirname "$(realpath "$(command -v swift)")")
docc=$(command -v docc || echo "$bin/docc")
extract=$(command -v swift-symbolgraph-extract || echo "$bin/swift-symbolgraph-extract")
for tool in "$docc" "$extract"; do
    [ -x "$tool" ] || { echo "documentation: this toolchain has no ${tool##*/}: see https://www.swift.org/install" >&2; exit 1; }
done

[ "${1:-}" = --skip-build ] || for module in "${modules[@]}"; do swift build --quiet --target "$module"; done
built=$(swift build --show-bin-path)
target=$(swift -print-target-info | sed -n 's/^ *"unversionedTriple": "\(.*\)",$/\1/p')
graphs=$(mktemp -d)
trap 'rm -rf "$graphs"' EXIT

for module in "${modules[@]}"; do
    mkdir "$graphs/$module"
    "$extract" -module-name "$module" -I "$built/Modules" -Xcc -fmodule-map-file=Sources/CRenameat2/module.modulemap \
        -target "$target" -minimum-access-level public -skip-inherited-docs -output-dir "$graphs/$module"
    python3 - "$graphs/$module/$module.symbols.json" <<'PYTHON'
import json, sys

# What the compiler makes of itself has no place in our files.
silent = [
    "%s:%d: %s" % (s["location"]["uri"].removeprefix("file://"), s["location"]["position"]["line"] + 1, ".".join(s["pathComponents"]))
    for s in json.load(open(sys.argv[1]))["symbols"]
    if "docComment" not in s and "location" in s and "::SYNTHESIZED::" not in s["identifier"]["precise"]
]
if silent:
    sys.exit("documentation: public, and without a comment:\n" + "\n".join(sorted(silent)))
PYTHON
    rm -rf "dist/documentation/$module"
    mkdir -p dist/documentation
    "$docc" convert "Sources/$module/$module.docc" --additional-symbol-graph-dir "$graphs/$module" \
        --fallback-display-name "$module" --fallback-bundle-identifier "maildir-bounce.$module" \
        --output-path "dist/documentation/$module" --warnings-as-errors
    echo "dist/documentation/$module"
done
