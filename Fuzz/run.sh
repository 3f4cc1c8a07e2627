#!/usr/bin/env bash
# Builds a fuzzer with libFuzzer and the address sanitizer, and runs it: Fuzz/run.sh TARGET RUNS [libFuzzer option…]
# TARGET is the name of a folder *Fuzzer in lower case: mime, classifier, name, config. Seeds are corpus/TARGET, for the
# classifier those of mime and all files of the fixtures of its tests too; what a run learns goes to .build/corpus/TARGET and helps the
# next one; an input that traps, hangs for ten seconds or breaks memory goes to .build/findings/TARGET.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

target=${1:-} runs=${2:-}
product=
for folder in *Fuzzer; do
    if [[ ${folder,,} == "${target}fuzzer" ]]; then product=$folder; fi
done
if [[ -z $product || ! $runs =~ ^[0-9]+$ ]]; then
    echo "usage: Fuzz/run.sh TARGET RUNS [libFuzzer option…]; targets: $(printf '%s\n' *Fuzzer | sed 's/Fuzzer$//' | tr 'A-Z\n' 'a-z ')" >&2
    exit 64
fi
shift 2

# Swift's own choice of instruments for the fuzzer is one that libFuzzer no longer reads.
swift build -c release --sanitize fuzzer --sanitize address --product "$product" \
    -Xswiftc -enable-testing \
    -Xswiftc -sanitize-coverage=edge,trace-cmp,inline-8bit-counters,pc-table

learned=.build/corpus/$target findings=.build/findings/$target
mkdir -p "$learned" "$findings"
folders=("corpus/$target")
if [[ $target == classifier ]]; then folders+=(corpus/mime ../Tests/ClassifierTests/Fixtures); fi
seeds=()
for folder in "${folders[@]}"; do
    if [[ -d $folder ]]; then seeds+=("$folder"); fi
done
dictionary=()
if [[ -f corpus/$target.dict ]]; then dictionary=(-dict="corpus/$target.dict"); fi

exec ".build/release/$product" -runs="$runs" -timeout=10 -max_len=16384 -artifact_prefix="$findings/" \
    -print_final_stats=1 "${dictionary[@]}" "$@" "$learned" "${seeds[@]}"
