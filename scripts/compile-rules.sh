#!/usr/bin/env bash
# Compiles Rules/*.toml into Sources/CRules/table.inc; with --check says whether that has been done, with status 1 if not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
swift build --product compile-rules -Xswiftc -warnings-as-errors >&2
exec .build/debug/compile-rules "$@" Rules Sources/CRules/table.inc
