#!/bin/sh
# Install what builds and checks the scripts in static/, and Turbo, which some browser tests have in their pages: no
# Python package brings a current one. npm comes from Debian where apt and root are at hand; without it those tests
# skip.
set -eu
cd "$(dirname "$0")/../static"

if [ -e node_modules/.package-lock.json ] && [ ! package-lock.json -nt node_modules/.package-lock.json ]; then
    echo "What static/ needs is there already."
    exit
fi
if ! command -v npm >/dev/null && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends npm
fi
if command -v npm >/dev/null; then
    npm ci --silent
    touch node_modules/.package-lock.json
fi
