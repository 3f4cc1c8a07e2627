# To be sourced by a test that needs more than this machine may have.

# cannot_run_here TEST VERB REASON [COUNT]: says why TEST ("DNS test", VERB "is") cannot run, and how many checks that leaves
# out where COUNT is a number; then ends it, with success, but as a failure in CI.
cannot_run_here() {
    local test=$1 verb=$2 reason=$3 count=${4:-}
    if [ "${CI:-}" = true ]; then
        echo "not ok 1 - the $test can run"
        echo "  # $reason"
        echo "0 passed, 1 failed"
        exit 1
    fi
    echo "The $test $verb skipped${count:+ ($count checks)}: $reason"
    case $count in '' | all) ;; *) echo "0 passed, 0 failed, $count skipped" ;; esac
    exit 0
}
