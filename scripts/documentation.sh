#!/usr/bin/env bash
# Makes the reference of the libraries, dist/documentation/MODULE (a static site), from their comments and DocC catalogs.
# Fails if DocC warns, if a public symbol has no documentation, or if a landing page's program does not compile.
#
#   documentation.sh [--skip-build]    from what .build/debug already has
#
# It calls the toolchain's own docc, so that the package needs no plugin, which its users would have to fetch, too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
modules=(Maildir MIME Classifier)

for tool in docc swift-symbolgraph-extract; do
    command -v $tool >/dev/null || { echo "documentation: $tool, a part of Swift's toolchain, is not in PATH" >&2; exit 1; }
done

[ "${1:-}" = --skip-build ] || for module in "${modules[@]}"; do swift build --quiet --target "$module"; done
built=$(swift build --show-bin-path)
target=$(swift -print-target-info | sed -n 's/^ *"unversionedTriple": "\(.*\)",$/\1/p')
graphs=$(mktemp -d)
trap 'rm -rf "$graphs"' EXIT

for module in "${modules[@]}"; do
    mkdir "$graphs/$module"
    # Classifier re-exports Verdict, which is documented with it.
    swift-symbolgraph-extract -module-name "$module" -I "$built/Modules" -Xcc -fmodule-map-file=Sources/CRenameat2/module.modulemap \
        -Xcc -fmodule-map-file="$built/CRules.build/module.modulemap" -I Sources/CRules/include \
        -experimental-allowed-reexported-modules=Verdict \
        -target "$target" -minimum-access-level public -skip-inherited-docs -output-dir "$graphs/$module"
    python3 - "$graphs/$module/$module.symbols.json" <<'PYTHON'
import json, sys

# Compiler-generated symbols are left out.
silent = [
    "%s:%d: %s" % (s["location"]["uri"].removeprefix("file://"), s["location"]["position"]["line"] + 1, ".".join(s["pathComponents"]))
    for s in json.load(open(sys.argv[1]))["symbols"]
    if "docComment" not in s and "location" in s and "::SYNTHESIZED::" not in s["identifier"]["precise"]
]
if silent:
    sys.exit("documentation: public, and without a comment:\n" + "\n".join(sorted(silent)))
PYTHON
    # The block of the landing page that imports something; a mail stands for the reader's own.
    { echo 'let bytes: [UInt8] = []'; sed -n '/^```swift$/,/^```$/{/^```/d;p}' "Sources/$module/$module.docc/$module.md" |
        sed -n '/^import/,$p'; } >"$graphs/main.swift"
    swiftc -typecheck -swift-version 6 -warnings-as-errors -I "$built/Modules" \
        -Xcc -fmodule-map-file=Sources/CRenameat2/module.modulemap \
        -Xcc -fmodule-map-file="$built/CRules.build/module.modulemap" -I Sources/CRules/include "$graphs/main.swift"
    rm -rf "dist/documentation/$module"
    mkdir -p dist/documentation
    docc convert "Sources/$module/$module.docc" --additional-symbol-graph-dir "$graphs/$module" \
        --fallback-display-name "$module" --fallback-bundle-identifier "maildir-bounce.$module" \
        --output-path "dist/documentation/$module" --warnings-as-errors
    echo "dist/documentation/$module"
done
