#!/bin/sh
# Reports official files that changed under their address or were first seen, and what fetching them ended with: opens
# one issue, or brings the open one up to date.
# Takes what `guidance fetch` printed and what it noted. Without a way to open issues it fails with the lines.
set -eu
title="Official files changed"
report=$(mktemp)
{
  awk 'NR > 1 && $3 == "changed"' "$1"
  grep -e '^note: .*changed' -e '^guidance: ' "$2" || true
} > "$report"
if [ ! -s "$report" ]; then
  echo "no official file changed"
  exit 0
fi
body=$(mktemp)
{
  echo "The weekly look at the official files found these changed. Review each, then pin it in the register."
  echo
  sed 's/^/    /' "$report"
} > "$body"
number=$(gh issue list --state open --search "in:title \"$title\"" --json number --jq '.[0].number // empty') || {
  cat "$report" >&2
  exit 1
}
if [ -n "$number" ]; then
  gh issue edit "$number" --body-file "$body"
else
  gh issue create --title "$title" --body-file "$body"
fi
