#!/bin/bash
# walk_docs.sh PROGRAM FOLDER: runs the examples with curl of the documentation in FOLDER, exactly
# as printed there, on a demonstration of its own. Fails if a command fails, or answers otherwise
# than the text says.
# The backquotes are Markdown.
# shellcheck disable=SC2016
set -euo pipefail
program=$1
docs=$2
folder=$(mktemp -d)
server=
# The server writes until it ends: its folder goes after it.
trap '[ -z "$server" ] || { kill "$server"; wait "$server"; } || true; rm -rf "$folder"' EXIT
export CODELOG_DATA=$folder/data

"$program" demo >/dev/null
mkfifo "$folder/listening"
"$program" serve --listen 127.0.0.1:0 --log-file "$folder/log" >"$folder/listening" &
server=$!
# "listening on http://127.0.0.1:12345", or nothing if the server could not start.
read -r _ _ site <"$folder/listening"
token=$("$program" user token alice)
tag=$(curl -sS "$site/api/v2/codelists/organisation/example-university/asthma-diagnoses" |
  jq -r '[.versions[] | select(.status == "published")][-1] | .tag // .hash')
key=$("$program" key show --json | jq -r '.keys[0].key')
export site token tag key
cp "$(dirname "$0")/../verify_receipt/verifier.py" "$folder"

# The blocks of one page, in one shell.
walk() {
  sed -n '/^```sh$/,/^```$/{/^```/d;p}' "$docs/$1.md" >"$folder/steps"
  [ -s "$folder/steps" ]
  (cd "$folder" && bash -xeuo pipefail steps) | tee "$folder/$1"
}
walk api
walk opencodelists-api
walk accounts
walk using
walk history

answers=$folder/api
grep -q '^code,term' "$answers"
grep -q 'organisation/example-university/asthma-diagnoses' "$answers"
grep -q '"field": "owner"' "$answers"
grep -q '^200$' "$answers"
grep -q '^published$' "$answers"
grep -q '^[0-9]* alice StatusesChanged all kinds$' "$answers"
# The repeated request has the first one's answer.
[ "$(grep -c '^under review$' "$answers")" = 1 ]
grep -q '"username":"alice"' "$folder/accounts"
grep -q '"slug"' "$folder/opencodelists-api"
grep -q '^version .* was published by ' "$folder/history"
grep -q "^commit .* of the log ${key%%+*}$" "$folder/history"
head -1 "$folder/download.csv" | grep -q '^code,term'
