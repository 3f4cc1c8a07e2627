#!/usr/bin/env bash
# Builds .build/release/maildir-bounce so that it starts fast: cron starts it every few minutes, and an application for each
# question. Swift's libraries and libstdc++ are inside (half of all symbols that the dynamic linker had to look up were
# libstdc++'s), and relocations are packed where glibc can read them (2.36 or newer). docs/performance.md has the figures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

flags=(-Xswiftc -use-ld=lld)
archive=$(clang -print-file-name=libstdc++.a)
if [ -f "$archive" ]; then
    # A folder without a shared libstdc++: the linker takes the first folder that has either.
    mkdir -p .build/static
    ln -sf "$archive" .build/static/libstdc++.a
    flags+=(-Xlinker "-L$PWD/.build/static")
fi
glibc=$(getconf GNU_LIBC_VERSION | cut -d ' ' -f 2)
if [ "$(printf '2.36\n%s\n' "$glibc" | sort -V | head -n 1)" = 2.36 ]; then
    flags+=(-Xlinker -z -Xlinker pack-relative-relocs)
fi
exec swift build -c release --static-swift-stdlib --product maildir-bounce "${flags[@]}"
