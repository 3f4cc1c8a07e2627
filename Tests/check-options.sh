# To be sourced by the run.sh of checks that need a C compiler, after it has defined `cannot_run` and `here`: reads the options,
# which are the same for all, and sets `arguments`, `binary` and `compiler`.

binary=${MAILDIR_BOUNCE:-$here/../../.build/debug/maildir-bounce}
arguments=()
while [ $# -gt 0 ]; do
    case $1 in
        --quick) arguments+=(--quick); shift ;;
        --seed) [ $# -ge 2 ] || { echo "run.sh: --seed needs a number" >&2; exit 64; }; arguments+=(--seed "$2"); shift 2 ;;
        --only) [ $# -ge 2 ] || { echo "run.sh: --only needs a text" >&2; exit 64; }; arguments+=(--only "$2"); shift 2 ;;
        # The comment at the script's head.
        *) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 64 ;;
    esac
done

command -v python3 >/dev/null || cannot_run "python3 is missing; scripts/install-deps.sh test installs it"
compiler=
for candidate in cc gcc clang; do
    if command -v "$candidate" >/dev/null; then compiler=$candidate; break; fi
done
[ -n "$compiler" ] || cannot_run "a C compiler is missing; scripts/install-deps.sh test installs one"
