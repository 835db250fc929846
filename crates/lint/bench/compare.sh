#!/usr/bin/env bash
# CPU time (user + sys) of `lockkeeper lint` beside squawk on the same generated files, in turn in one run.
#   crates/lint/bench/compare.sh target/release/lockkeeper [rounds]
# squawk comes from npm, at the version in package.json, into a folder that goes when this ends.
set -euo pipefail
lockkeeper=$(realpath "${1:?the lockkeeper to time}")
rounds=${2:-5}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$work/"
(cd "$work" && npm install --silent --no-audit --no-fund >/dev/null 2>&1)
# The binary itself, without the time that node takes to start it.
squawk=$(find "$work/node_modules/@squawk-cli" -type f -path '*/bin/squawk' | head -n 1)
for count in 2000 20000; do
    mkdir "$work/$count"
    awk -v count="$count" -v folder="$work/$count" -f "$here/files.awk"
done
cd "$work"

# The middle of several runs, in seconds of CPU.
cpu() {
    for _ in $(seq "$rounds"); do
        { TIMEFORMAT='%U %S'; time "$@" >/dev/null 2>&1 || true; } 2>&1 | awk '{ print $1 + $2 }'
    done | sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'
}

echo "files: $(cat 2000/*.sql | wc -c) bytes in 2000, squawk $("$squawk" --version | head -n 1)"
echo "squawk      2000 files: $(cpu "$squawk" 2000/*.sql) s"
echo "lockkeeper  2000 files: $(cpu "$lockkeeper" lint --format json 2000) s"
echo "lockkeeper 20000 files: $(cpu "$lockkeeper" lint --format json 20000) s"
