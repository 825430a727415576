#!/bin/sh
# Runs every fuzzer of a build folder for the given seconds, two at a time:
# run.sh BUILD SECONDS [NAME]
set -eu
build=$1
seconds=$2
only=${3:-}
corpora=$(dirname "$0")/corpus
found=$build/found
mkdir -p "$found"

fuzz_one() {
  name=$1
  # New inputs stay outside the corpus; people choose which ones to add.
  mkdir -p "$build/grown/$name"
  if ! "$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 \
    -max_len=20000 -artifact_prefix="$found/$name-" "$build/grown/$name" "$corpora/$name" \
    >"$build/$name.log" 2>&1; then
    tail -n 40 "$build/$name.log"
    echo "fuzz: $name found something: $found/$name-*" >&2
    return 1
  fi
  echo "fuzz: $name: $(grep -c . "$build/$name.log") lines, $(tail -n 1 "$build/$name.log")"
}

failed=0
running=
for corpus in "$corpora"/*; do
  name=$(basename "$corpus")
  if [ -n "$only" ] && [ "$only" != "$name" ]; then continue; fi
  fuzz_one "$name" &
  if [ -n "$running" ]; then
    wait "$running" || failed=1
    running=
    wait $! || failed=1
  else
    running=$!
  fi
done
if [ -n "$running" ]; then wait "$running" || failed=1; fi
exit $failed
