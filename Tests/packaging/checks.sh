# To be sourced: what the checks of this folder count, and how they end.
passed=0 failed=0 skipped=0

# result NAME STATUS FILE: a check, how it ended, and what it said.
result() {
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
    else
        echo "FAILED: $1"
        sed 's/^/    /' "$3"
        failed=$((failed + 1))
    fi
}

# missing TOOL PACKAGE: a check cannot be made; where CI is set that is a failure.
missing() {
    if [ -n "${CI:-}" ]; then
        echo "FAILED: $1 is missing (package $2)"
        failed=$((failed + 1))
    else
        echo "skipped: $1 is missing (package $2)"
        skipped=$((skipped + 1))
    fi
}

# The last line of a run, and its status.
total() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ $failed = 0 ]
}
