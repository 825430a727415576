#!/bin/bash
# walk.sh PROGRAM README: runs the README's walk-through, exactly as printed there, on a server of
# its own. Fails if a step fails, or if the end differs from the README's promise.
# The backquotes are Markdown.
# shellcheck disable=SC2016
set -euo pipefail
program=$1
readme=$2
folder=$(mktemp -d)
server=
# The server writes until it ends: its folder goes after it.
trap '[ -z "$server" ] || { kill "$server"; wait "$server"; } || true; rm -rf "$folder"' EXIT
export CODELOG_DATA=$folder/data

"$program" demo
mkfifo "$folder/listening"
"$program" serve --listen 127.0.0.1:0 --log-file "$folder/log" >"$folder/listening" &
server=$!
# "listening on http://127.0.0.1:12345", or nothing if the server could not start.
read -r _ _ site <"$folder/listening"

sed -n '/^## Five minutes/,/^## What is where/p' "$readme" |
  sed -n '/^```sh$/,/^```$/{/^```/d;p}' |
  sed -e "s#build/codelog#$program#" -e "s#http://127.0.0.1:7000#$site#" \
    -e "s#restore data#restore $folder/data#" \
    -e "s#\(create\|verify\|restore\) archive#\1 $folder/archive#" \
    -e "s#data/download.csv#$folder/&#g" -e "s#data/receipt.tlog-proof#$folder/&#g" \
    -e "s#tests/verify_receipt#$(dirname "$readme")/&#" \
    -e "s#--to restored#--to $folder/restored#" >"$folder/steps"
bash -xeuo pipefail "$folder/steps" | tee "$folder/answers"

grep -q '^code,term' "$folder/answers"
grep -q 'VersionPublished' "$folder/answers"
grep -q 'not what this study means' "$folder/answers"
grep -q 'ada .*  not what this study means' "$folder/answers"
grep -q 'StatusesChanged .* → -' "$folder/answers"
grep -q '^version .* was published by ada at ' "$folder/answers"
grep -q 'Brittle asthma: inactive; REPLACED BY Asthma with unpredictable attacks' "$folder/answers"
grep -q '^user/ada/asthma .* newly_matched, 2 inactive, 1 moved, 1 renamed' "$folder/answers"
grep -q '^left out: 3 commits' "$folder/answers"
grep -q ', as in the source$' "$folder/answers"
[ -d "$folder/restored/log" ]
grep -q '^whole: ' "$folder/answers"
[ -d "$folder/restored-from-archive/log" ]
# The last draft could be saved.
[ "$(grep -c '"status": "under review"' "$folder/answers")" = 2 ]
